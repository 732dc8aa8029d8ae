import Devices
import Foundation
import Instances
import Programs
import Testing

/// How long a word takes from one person's mouth to another's ear, microphone and speaker included.
@Suite struct MouthToEarTests {
    @Test("A word is heard, and our own account of its way is not far from the truth")
    func delay() async throws {
        let bus = try await PrivateBus.start()
        let room = try await MouthAndEar.start()
        let options = ["--camera", "none"]
        let ann = try await HeadlessInstance.start(
            "ann", on: bus, options: options + ["--microphone", MouthAndEar.microphone, "--speaker", "none"],
            environment: room.server.environment)
        let bob = try await HeadlessInstance.start(
            "bob", on: bus,
            options: options + ["--microphone", "none", "--speaker", MouthAndEar.speaker, "--auto-accept"],
            environment: room.server.environment)
        try ann.must("set", "main", "audio.musicMode", "true")
        try ann.must("connect", "main", bob.address, "--wait")
        try await bob.waitForStatistics("sound") {
            $0.audioEnergy > 0 || $0.number("inbound-rtp", "audio", "packetsReceived") > 50
        }
        let measured = try #require(try await room.delay(seconds: 8))
        let capture = try ann.statistics().number("outbound-rtp", "audio", "captureDelay")
        let (sent, statistics) = (try ann.statistics(), try bob.statistics())
        let playout = statistics.number("inbound-rtp", "audio", "playoutDelay")
        let buffered =
            statistics.number("inbound-rtp", "audio", "jitterBufferDelay")
            / max(statistics.number("inbound-rtp", "audio", "jitterBufferEmittedCount"), 1) * 1000
        print("mouth to ear: \(measured) ms; told: capture \(capture), buffer \(buffered), playout \(playout) ms")
        for stage in ["capture", "encode", "sendQueue", "network", "jitterBuffer", "decode", "playout"] {
            let side = ["capture", "encode", "sendQueue"].contains(stage) ? sent : statistics
            print("  \(stage): \(side.number("delay", "audio", stage)) ms")
        }
        #expect(sent.number("delay", "audio", "capture") > 0 && sent.record("delay", "video") == nil)
        #expect(statistics.number("delay", "audio", "jitterBuffer") > 0)
        #expect(statistics.number("delay", "audio", "playout") > 0)
        #expect(measured > 5 && measured < 700)
        #expect(abs(measured - capture - buffered - playout) < 150)
        try ann.must("disconnect", "main")
    }
}
