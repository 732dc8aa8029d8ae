import BrowserSupport
import Foundation
import Instances
import Programs
import Testing

@testable import Conference

/// VP9 with Debian's Chromium, whoever chooses it.
@Suite("Chromium and the choice of codec", .serialized, .enabled(if: Browser.executable != nil))
struct ChromiumCodecTests {
    private struct PageStatistics: Decodable {
        var id: String
        var type: String
        var kind: String?
        var mimeType: String?
        var codecId: String?
        var framesDecoded: Double?
    }

    private func startInstance() async throws -> HeadlessInstance {
        let bus = try await PrivateBus.start()
        return try await HeadlessInstance.start(
            "codec", on: bus,
            options: [
                "--camera", "test-pattern:320x240@30", "--microphone", "none", "--speaker", "none", "--auto-accept",
            ])
    }

    /// What goes and what comes is of this codec, at both ends, and pictures are decoded.
    private func expect(_ type: String, _ instance: HeadlessInstance, _ browser: Browser) async throws {
        let start = try instance.statistics().framesDecoded
        try await instance.waitForStatistics("pictures in \(type)") {
            $0.framesDecoded >= start + 20 && Self.codec(of: "inbound-rtp", in: $0) == type
                && Self.codec(of: "outbound-rtp", in: $0) == type
        }
        let query = "return (await statistics()).filter((entry) => ['inbound-rtp', 'codec'].includes(entry.type))"
        var (first, seen) = (nil as Double?, [PageStatistics]())
        for _ in 0..<300 {
            seen = try await browser.value([PageStatistics].self, query)
            let video = seen.first { $0.type == "inbound-rtp" && $0.kind == "video" }
            let codec = seen.first { $0.id == video?.codecId }?.mimeType
            if codec == type, let decoded = video?.framesDecoded {
                first = first ?? decoded
                if decoded >= (first ?? 0) + 20 { return }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("the page does not decode \(type): \(seen)")
    }

    private static func codec(of stream: String, in statistics: CallStatistics) -> String? {
        let record = statistics.record(stream, "video")
        return statistics.report.first { $0["id"] as? String == record?["codecId"] as? String }?["mimeType"] as? String
    }

    @Test("a page calls, and it or the stream that is called prefers VP9: both send it", arguments: [true, false])
    func pageCalls(_ pageChooses: Bool) async throws {
        let instance = try await startInstance()
        if !pageChooses { try instance.must("set", "main", "videoCodec", "vp9") }
        let browser = try await Browser.start()
        let relay = try await PageRelay.dial(port: instance.port, browser: browser)
        try await browser.run(
            """
            await startPeer({audio: false, data: false});
            const all = RTCRtpReceiver.getCapabilities('video').codecs;
            const first = all.filter((codec) => codec.mimeType === 'video/\(pageChooses ? "VP9" : "VP8")');
            peer.getTransceivers().find((one) => one.sender.track && one.sender.track.kind === 'video')
              .setCodecPreferences([...first, ...all.filter((codec) => !first.includes(codec))]);
            await call()
            """)
        try await instance.wait(for: "state", "connected")
        try await expect("video/VP9", instance, browser)
        try instance.must("disconnect", "main")
        await browser.stop()
        _ = relay
    }

    @Test("a stream with VP9 calls a page, and changes over to VP8 and back while they talk")
    func pageIsCalled() async throws {
        let instance = try await startInstance()
        let browser = try await Browser.start()
        let listener = try await PageRelay.listen(for: browser)
        try instance.must("set", "main", "videoCodec", "vp9")
        try instance.must("connect", "main", "127.0.0.1:\(listener.port)")
        try await instance.wait(for: "state", "connected")
        try await expect("video/VP9", instance, browser)
        try instance.must("set", "main", "videoCodec", "vp8")
        try await expect("video/VP8", instance, browser)
        try instance.must("set", "main", "videoCodec", "vp9")
        try await expect("video/VP9", instance, browser)
        try instance.must("disconnect", "main")
        await listener.close()
        await browser.stop()
    }
}
