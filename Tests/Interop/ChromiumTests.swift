import BrowserSupport
import Foundation
import Instances
import Programs
import Testing

@testable import Conference

/// Real calls with Debian's Chromium, its fake camera and microphone, both as caller and as called.
@Suite("Chromium", .serialized, .enabled(if: Browser.executable != nil)) struct ChromiumTests {
    private struct PageStatistics: Decodable {
        var type: String
        var kind: String?
        var framesDecoded: Double?
        var packetsReceived: Double?
        var totalAudioEnergy: Double?
        var bytesReceived: Double?
    }

    private func startInstance() async throws -> HeadlessInstance {
        let bus = try await PrivateBus.start()
        return try await HeadlessInstance.start(
            "interop", on: bus,
            options: [
                "--camera", "test-pattern", "--microphone", "test-tone", "--speaker", "none", "--auto-accept",
            ])
    }

    /// Media in both directions, by the statistics of both sides.
    private func expectMedia(_ instance: HeadlessInstance, _ browser: Browser) async throws {
        try await instance.waitForStatistics("picture and sound of the page") {
            $0.framesDecoded >= 30 && $0.audioEnergy > 0
        }
        var seen: [PageStatistics] = []
        for _ in 0..<100 {
            seen = try await browser.value(
                [PageStatistics].self,
                "return (await statistics()).filter((entry) => entry.type === 'inbound-rtp')")
            let video = seen.first { $0.kind == "video" }?.framesDecoded ?? 0
            let audio = seen.first { $0.kind == "audio" }?.totalAudioEnergy ?? 0
            if video >= 30, audio > 0 { return }
            try await Task.sleep(for: .milliseconds(100))
        }
        Issue.record("the page received too little: \(seen)")
    }

    @Test("a page calls, and both see and hear")
    func pageCalls() async throws {
        let instance = try await startInstance()
        let browser = try await Browser.start()
        let relay = try await PageRelay.dial(port: instance.port, browser: browser)
        try await browser.run("await startPeer({}); await call()")
        try await instance.wait(for: "state", "connected")
        try await expectMedia(instance, browser)
        try instance.must("disconnect", "main")
        try await instance.wait(for: "state", "ended")
        var ended = "null"
        for _ in 0..<50 where ended == "null" {
            ended = try await browser.run("return window.ended || null")
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(ended == "\"hang-up\"")
        await browser.stop()
        _ = relay
    }

    @Test("a page is called, and both see and hear")
    func pageIsCalled() async throws {
        let instance = try await startInstance()
        let browser = try await Browser.start()
        let listener = try await PageRelay.listen(for: browser)
        try instance.must("connect", "main", "127.0.0.1:\(listener.port)")
        try await instance.wait(for: "state", "connected")
        try await expectMedia(instance, browser)
        // The page hangs up.
        try await browser.run("send({type: 'hang-up'}); peer.close()")
        try await instance.wait(for: "state", "ended")
        #expect(try instance.get("endReason") == "remote-hang-up")
        await listener.close()
        await browser.stop()
    }
}
