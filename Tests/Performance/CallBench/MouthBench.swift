import BrowserSupport
import Devices
import Foundation
import Instances
import Programs

/// The middle of some delays, and what nearly all of them stay below; ms.
struct DelayFigures: CustomStringConvertible {
    let count: Int
    let median: Double
    let p95: Double

    /// - Parameter delays: in order.
    init(_ delays: [Double]) throws {
        guard delays.count >= MouthBench.words else { throw MouthBench.NotHeard(count: delays.count) }
        count = delays.count
        median = delays[delays.count / 2]
        p95 = delays[min(delays.count - 1, Int((Double(delays.count) * 0.95).rounded(.up)) - 1)]
    }

    var description: String { String(format: "%.1f (p95 %.1f, %d heard)", median, p95, count) }
}

/// From a mouth to an ear, both at one private sound server: a call between two instances, then the same one between two
/// Chromium processes. What would take a word for noise is switched off in both.
enum MouthBench {
    static let words = 20

    struct NotHeard: Error { let count: Int }

    /// Both have found by then how little they need to hold back.
    private static let warmUp = Duration.seconds(10)
    /// 0.8 s a word, and some to spare.
    private static let seconds = 20.0

    static func measureInstances() async throws -> (delay: DelayFigures, stages: String, speech: String) {
        let (bus, room) = (try await PrivateBus.start(), try await MouthAndEar.start())
        let start = { (name: String, options: [String]) in
            try await HeadlessInstance.start(
                name, on: bus, options: ["--camera", "none"] + options, environment: room.server.environment)
        }
        let mouth = try await start("mouth", ["--microphone", MouthAndEar.microphone, "--speaker", "none"])
        let ear = try await start("ear", ["--microphone", "none", "--speaker", MouthAndEar.speaker, "--auto-accept"])
        try mouth.must("set", "main", "audio.musicMode", "true")
        try mouth.must("connect", "main", ear.address, "--wait")
        try await Task.sleep(for: warmUp)
        let delays = try await room.delays(seconds: seconds)
        let (sent, received) = (try mouth.statistics(), try ear.statistics())
        let stages = ["capture", "encode", "sendQueue", "network", "jitterBuffer", "decode", "playout"].map { stage in
            let side = ["capture", "encode", "sendQueue"].contains(stage) ? sent : received
            return stage + String(format: " %.1f", side.number("delay", "audio", stage))
        }
        let speech = try SpeechFigures.speech()
        let said = try await room.listen(to: speech + speech, seconds: Double(speech.count) / 48_000)
        let last = try ear.statistics()
        let stretched = ["insertedSamplesForDeceleration", "removedSamplesForAcceleration"].reduce(0) {
            $0 + last.number("inbound-rtp", "audio", $1) - received.number("inbound-rtp", "audio", $1)
        }
        let inbound = { received.number("inbound-rtp", "audio", $0) }
        let made = String(
            format: "made up %.2f %%", 100 * inbound("concealedSamples") / max(1, inbound("totalSamplesReceived")))
        try mouth.must("disconnect", "main")
        return (
            try DelayFigures(delays), (stages + [made]).joined(separator: ", "),
            "\(SpeechFigures(said)), \(Int(stretched / 48)) ms stretched"
        )
    }

    static func measureBrowsers() async throws -> DelayFigures {
        let room = try await MouthAndEar.start()
        let places = ["PULSE_SOURCE": MouthAndEar.microphone, "PULSE_SINK": MouthAndEar.speaker]
        let environment = room.server.environment.merging(places) { $1 }
        let mouth = try await Browser.start(sound: environment)
        let ear = try await Browser.start(sound: environment)
        mouth.onMessage { [ear] text in ear.tell(text) }
        ear.onMessage { [mouth] text in mouth.tell(text) }
        let plain = "{echoCancellation: false, noiseSuppression: false, autoGainControl: false}"
        try await ear.run("await startPeer({audio: false, video: false, data: false})")
        try await mouth.run("await startPeer({audio: \(plain), video: false, data: false}); await call()")
        try await Task.sleep(for: warmUp)
        let delays = try await room.delays(seconds: seconds)
        await mouth.stop()
        await ear.stop()
        return try DelayFigures(delays)
    }
}
