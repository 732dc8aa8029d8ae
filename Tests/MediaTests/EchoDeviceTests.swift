import Devices
import Foundation
import Logging
import Programs
import Testing

@testable import Media

/// A room made of two null sinks: what the speaker plays comes back into the microphone, later and weaker.
@Suite("Echo at real devices", .serialized) struct EchoDeviceTests {
    /// How much weaker the treated sound of a microphone is than the untreated one, dB, over the next second.
    private func reduction(_ treated: Listener, _ untreated: Listener) async throws -> Double {
        async let (one, other) = (treated.nextSamples(), untreated.nextSamples())
        let levels = [try await one, try await other].map { samples in
            10 * log10(samples.reduce(1.0) { $0 + Double($1) * Double($1) } / Double(max(samples.count, 1)))
        }
        return levels[1] - levels[0]
    }

    private func join(_ server: PrivateSoundServer, from speaker: String, latency: Int) throws {
        let module = try server.control([
            "load-module", "module-loopback", "source=\(speaker).monitor", "sink=mouth", "latency_msec=\(latency)",
            "adjust_time=0",
        ])
        #expect(module.status == 0, "\(module.errors)")
        let inputs = try server.control(["list", "short", "sink-inputs"]).output.split(separator: "\n")
        // The loopback is the newest of what plays into a sink.
        let input = try #require(inputs.last?.split(separator: "\t").first)
        try server.control(["set-sink-input-volume", String(input), "60%"])
    }

    @Test("the far side does not hear itself, also after another speaker was chosen")
    func room() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["near", "far", "mouth"])
        try join(server, from: "near", latency: 30)
        try join(server, from: "far", latency: 90)
        let engine = MediaEngine(
            logger: Logger(label: "test"), deviceFolder: "/nonexistent", soundServer: server.address)
        let speaker = Speaker(
            engine, .device("near"), playing: try ToneSource(samples: SpeechSignal(seconds: 20).samples))
        let canceller = AudioSettings(noiseSuppression: false, gainControl: false)
        let treated = Listener(engine, .device("mouth.monitor"), settings: canceller)
        let untreated = Listener(engine, .device("mouth.monitor"))
        for chosen in ["near", "far"] {
            if chosen != "near" { speaker.change(to: .device(chosen)) }
            var best = 0.0
            for _ in 0..<25 where best < 15 { best = max(best, try await reduction(treated, untreated)) }
            #expect(best >= 15, "only \(best) dB weaker, through the speaker \(chosen)")
        }
        // They begin anew with each speaker.
        try await eventually("figures of the echo") { treated.echo != nil }
        #expect(untreated.echo == nil || treated.echo == untreated.echo)
        for listener in [treated, untreated] { listener.close() }
        speaker.close()
    }

    @Test("the far sides do not hear themselves either when two speakers play at once")
    func twoSpeakers() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["near", "far", "mouth"])
        try join(server, from: "near", latency: 30)
        try join(server, from: "far", latency: 30)
        let engine = MediaEngine(
            logger: Logger(label: "test"), deviceFolder: "/nonexistent", soundServer: server.address)
        let speech = SpeechSignal(seconds: 20).samples
        // Two people who speak at the same time.
        let other = Array(speech[(7 * 48_000)...] + speech[..<(7 * 48_000)])
        let speakers = [
            Speaker(engine, .device("near"), playing: try ToneSource(samples: speech)),
            Speaker(engine, .device("far"), playing: try ToneSource(samples: other)),
        ]
        let treated = Listener(
            engine, .device("mouth.monitor"), settings: AudioSettings(noiseSuppression: false, gainControl: false))
        let untreated = Listener(engine, .device("mouth.monitor"))
        var best = 0.0
        for _ in 0..<25 where best < 12 { best = max(best, try await reduction(treated, untreated)) }
        #expect(best >= 12, "only \(best) dB weaker")
        for listener in [treated, untreated] { listener.close() }
        for speaker in speakers { speaker.close() }
    }
}
