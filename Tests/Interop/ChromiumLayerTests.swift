import BrowserSupport
import Foundation
import Instances
import Programs
import Testing

@testable import Conference

/// One encoding for Debian's Chromium and for one of ours, of which one has all pictures and the other the base layer.
@Suite("Chromium and temporal layers", .serialized, .enabled(if: Browser.executable != nil)) struct ChromiumLayerTests {
    private struct PageStatistics: Decodable {
        var framesDecoded: Double?
        var pliCount: Double?
    }

    private func startInstance(_ name: String, on bus: PrivateBus) async throws -> HeadlessInstance {
        try await HeadlessInstance.start(
            name, on: bus,
            options: [
                "--camera", "test-pattern:320x240@20", "--microphone", "none", "--speaker", "none", "--auto-accept",
            ])
    }

    @Test(
        "Chromium shows a stream with all its layers, and one whose upper layer is left out", arguments: ["vp8", "vp9"])
    func layers(codec: String) async throws {
        let bus = try await PrivateBus.start()
        let instance = try await startInstance("layers", on: bus)
        let other = try await startInstance("other", on: bus)
        try instance.must("streams", "add", "second")
        try instance.must("set", "main", "videoCodec", codec)
        try instance.must("set", "second", "videoCodec", codec)
        try instance.must("set", "main", "videoBitrate", "300000")
        try instance.must("set", "second", "videoBitrate", "200000")
        let browser = try await Browser.start()
        let relay = try await PageRelay.dial(port: instance.port, browser: browser)
        try await browser.run(
            """
            await startPeer({data: false});
            const all = RTCRtpReceiver.getCapabilities('video').codecs;
            const isFirst = (one) => one.mimeType.toLowerCase() === 'video/\(codec)';
            peer.getTransceivers().find((one) => one.sender.track.kind === 'video')
              .setCodecPreferences([...all.filter(isFirst), ...all.filter((one) => !isFirst(one))]);
            await call()
            """)
        try await instance.wait(for: "state", "connected")
        try instance.must("connect", "second", other.address, "--wait")
        try await expectShares(instance, other, browser, isPageFull: true)
        // The other way round: from one picture to the next, without a key frame.
        let before = try await Self.seen(browser).pliCount ?? 0
        try instance.must("set", "second", "videoBitrate", "300000")
        try instance.must("set", "main", "videoBitrate", "200000")
        try await expectShares(instance, other, browser, isPageFull: false)
        #expect(try await Self.seen(browser).pliCount ?? 0 == before)
        let types = try await browser.value(
            [String].self,
            """
            const all = await statistics();
            return all.filter((entry) => entry.type === 'inbound-rtp' && entry.kind === 'video')
              .map((entry) => all.find((each) => each.id === entry.codecId).mimeType.toLowerCase())
            """)
        #expect(types == ["video/" + codec])
        await browser.stop()
        _ = relay
    }

    /// Waits until both get pictures of one encoder, and one of them twice as many as the other.
    private func expectShares(
        _ instance: HeadlessInstance, _ other: HeadlessInstance, _ browser: Browser, isPageFull: Bool
    ) async throws {
        var shares: [Double] = []
        for _ in 0..<40 {
            let (page, peer) = (try await Self.seen(browser), try other.statistics())
            try await Task.sleep(for: .seconds(2))
            let (pageNow, peerNow) = (try await Self.seen(browser), try other.statistics())
            let shown = (pageNow.framesDecoded ?? 0) - (page.framesDecoded ?? 0)
            let received = peerNow.framesDecoded - peer.framesDecoded
            let share = received > 0 ? shown / received : 0
            shares.append(share)
            let isOne = try instance.statistics().number("cpu", nil, "encoders") == 1
            if isOne, isPageFull ? (1.5...2.7).contains(share) : (0.35...0.67).contains(share) { return }
        }
        Issue.record("the page's pictures over the other's: \(shares)")
    }

    private static func seen(_ browser: Browser) async throws -> PageStatistics {
        let all = try await browser.value(
            [PageStatistics].self,
            "return (await statistics()).filter((entry) => entry.type === 'inbound-rtp' && entry.kind === 'video')")
        return all.first ?? PageStatistics()
    }
}
