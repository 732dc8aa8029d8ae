import BrowserSupport
import Foundation
import Instances
import Programs
import Testing

@testable import Conference

/// Sound between us and Debian's Chromium when packets are lost: each repeats it (RFC 2198) in the other's way.
@Suite("Chromium with loss", .serialized, .enabled(if: Browser.executable != nil)) struct ChromiumLossTests {
    private struct PageStatistics: Decodable {
        var type: String
        var kind: String?
        var concealedSamples: Double?
        var totalSamplesReceived: Double?
        var packetsLost: Double?
        var packetsReceived: Double?
    }

    private func startInstance() async throws -> HeadlessInstance {
        let bus = try await PrivateBus.start()
        return try await HeadlessInstance.start(
            "lossy", on: bus,
            options: ["--camera", "none", "--microphone", "test-tone", "--speaker", "none", "--auto-accept"])
    }

    @Test("Chromium decodes what we repeat when it misses packets, and we what it repeats when it prefers to")
    func repeatsBothWays() async throws {
        let instance = try await startInstance()
        let browser = try await Browser.start()
        let relay = try await PageRelay.dial(port: instance.port, browser: browser)
        // Chromium repeats all the time when the far side's description has RFC 2198 first.
        try await browser.run(
            """
            await startPeer({video: false, data: false});
            const set = peer.setRemoteDescription.bind(peer);
            peer.setRemoteDescription = (description) =>
              set({type: description.type, sdp: description.sdp.replace('SAVPF 111 63', 'SAVPF 63 111')});
            await call()
            """)
        try await instance.wait(for: "state", "connected")
        try await instance.waitForStatistics("sound that Chromium repeats") {
            $0.number("inbound-rtp", "audio", "fecPacketsReceived") >= 50 && $0.audioEnergy > 0
        }
        try instance.must("emulate", "main", "loss=15%", "delay=25ms")
        try await instance.waitForStatistics("sound that we repeat") {
            $0.number("outbound-rtp", "audio", "redundantPacketsSent") >= 100
        }
        let before = try await Self.heard(browser)
        var after = before
        for _ in 0..<300 where (after.totalSamplesReceived ?? 0) - (before.totalSamplesReceived ?? 0) < 480_000 {
            try await Task.sleep(for: .milliseconds(100))
            after = try await Self.heard(browser)
        }
        // This Chromium counts no repeated sound: what it does not have to make up tells.
        let lost = (after.packetsLost ?? 0) - (before.packetsLost ?? 0)
        let received = (after.packetsReceived ?? 0) - (before.packetsReceived ?? 0)
        let share = lost / max(lost + received, 1)
        let madeUp =
            ((after.concealedSamples ?? 0) - (before.concealedSamples ?? 0))
            / max((after.totalSamplesReceived ?? 0) - (before.totalSamplesReceived ?? 0), 1)
        #expect(share > 0.05 && madeUp < share * 0.6, "lost \(share), made up \(madeUp)")
        // Of 15 % lost, most must have been made good.
        let start = try instance.statistics()
        try await instance.waitForStatistics("ten seconds of sound") {
            Self.played($0) - Self.played(start) >= 480_000
        }
        let end = try instance.statistics()
        let concealed =
            end.number("inbound-rtp", "audio", "concealedSamples")
            - start.number("inbound-rtp", "audio", "concealedSamples")
        #expect(concealed / (Self.played(end) - Self.played(start)) < 0.08)
        await browser.stop()
        _ = relay
    }

    private static func heard(_ browser: Browser) async throws -> PageStatistics {
        let all = try await browser.value(
            [PageStatistics].self,
            "return (await statistics()).filter((entry) => entry.type === 'inbound-rtp' && entry.kind === 'audio')")
        return try #require(all.first)
    }

    private static func played(_ statistics: CallStatistics) -> Double {
        statistics.number("inbound-rtp", "audio", "totalSamplesReceived")
    }
}
