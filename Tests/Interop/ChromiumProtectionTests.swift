import BrowserSupport
import Foundation
import Instances
import Programs
import Testing

/// Pictures for Debian's Chromium over a long path that loses packets: it restores them from our protection (RFC 5109).
@Suite("Chromium and protected pictures", .serialized, .enabled(if: Browser.executable != nil))
struct ChromiumProtectionTests {
    private struct PageStatistics: Decodable {
        var framesDecoded: Double?
        var packetsLost: Double?
        var nackCount: Double?
    }

    /// Chromium does not say what it restored: a page that may not ask for lost packets shows it by going on.
    @Test("Chromium restores lost packets from our protection: without asking for them, it goes on showing pictures")
    func protection() async throws {
        let bus = try await PrivateBus.start()
        let instance = try await HeadlessInstance.start(
            "protected", on: bus,
            options: [
                "--camera", "test-pattern:320x240@30", "--microphone", "none", "--speaker", "none", "--auto-accept",
            ])
        let browser = try await Browser.start()
        let relay = try await PageRelay.dial(port: instance.port, browser: browser)
        try await browser.run(
            """
            await startPeer({audio: false, data: false});
            const create = peer.createOffer.bind(peer);
            peer.createOffer = async () => {
              const offer = await create();
              return {type: offer.type, sdp: offer.sdp.replace(/a=rtcp-fb:\\d+ nack\\r\\n/g, '')};
            };
            await call()
            """)
        try await instance.wait(for: "state", "connected")
        try instance.must("emulate", "main", "loss=8%", "delay=75ms", "direction=sent")
        try await instance.waitForStatistics("protection of our pictures") {
            $0.number("outbound-rtp", "video", "fecPacketsSent") >= 30
        }
        // Without protection every lost packet, several a second, stops the picture until a key frame comes: there is no time
        // of three seconds with many losses and most of its pictures. A busy machine may need some tries.
        let start = try await Self.seen(browser)
        var after = start
        var tries: [String] = []
        for _ in 0..<10 {
            let (before, sent) = (try await Self.seen(browser), try Self.framesSent(instance))
            try await Task.sleep(for: .seconds(3))
            after = try await Self.seen(browser)
            let lost = (after.packetsLost ?? 0) - (before.packetsLost ?? 0)
            let made = try Self.framesSent(instance) - sent
            let shown = (after.framesDecoded ?? 0) - (before.framesDecoded ?? 0)
            tries.append("\(shown) of \(made) shown, \(lost) packets lost")
            if lost >= 5, made >= 30, shown > made * 0.7 { break }
            if tries.count == 10 { Issue.record("\(tries)") }
        }
        #expect(after.nackCount ?? 0 == start.nackCount ?? 0)
        await browser.stop()
        _ = relay
    }

    private static func framesSent(_ instance: HeadlessInstance) throws -> Double {
        try instance.statistics().number("outbound-rtp", "video", "framesSent")
    }

    private static func seen(_ browser: Browser) async throws -> PageStatistics {
        let all = try await browser.value(
            [PageStatistics].self,
            "return (await statistics()).filter((entry) => entry.type === 'inbound-rtp' && entry.kind === 'video')")
        return all.first ?? PageStatistics()
    }
}
