import Devices
import Foundation
import Logging
import Programs
import Synchronization
import Testing

@testable import Media

/// Microphones and speakers at a real sound server, which only these tests know.
@Suite("Sound devices", .serialized) struct SoundDeviceTests {
    private func engine(_ server: PrivateSoundServer) -> MediaEngine {
        MediaEngine(logger: Logger(label: "test"), deviceFolder: "/nonexistent", soundServer: server.address)
    }

    @Test("the list has the speakers, and no monitor as a microphone; what comes and goes is told")
    func list() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["one"])
        let engine = engine(server)
        let calls = Atomic<Int>(0)
        engine.observeDevices { calls.add(1, ordering: .relaxed) }
        try await eventually("the first list") { engine.devices().map(\.id) == ["one"] }
        #expect(engine.devices().first?.kind == .speaker && engine.devices().first?.isDefault == true)
        let before = calls.load(ordering: .relaxed)
        let two = try server.addSink("two")
        try await eventually("another one") { engine.devices().map(\.id).sorted() == ["one", "two"] }
        #expect(calls.load(ordering: .relaxed) > before)
        try server.control(["set-default-sink", "two"])
        try await eventually("another default") { engine.devices().first { $0.isDefault }?.id == "two" }
        try server.removeSink(two)
        try await eventually("it is gone") { engine.devices().map(\.id) == ["one"] }
        try server.control(["load-module", "module-null-source", "source_name=mouth"])
        try await eventually("a microphone") {
            engine.devices().contains { $0.kind == .microphone && $0.id == "mouth" }
        }
    }

    @Test("what is played to a microphone is what the far side hears, and the desktop sees a telephone")
    func capture() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["one", "two"])
        let engine = engine(server)
        let player = try server.play(660, on: "one")
        let listener = Listener(engine, .device("one.monitor"))
        let silent = Listener(engine, .device("two.monitor"))
        #expect(try await listener.hears() == 660)
        #expect(try await silent.hears() == 0)
        let outputs = try server.control(["list", "source-outputs"]).output
        #expect(outputs.contains("media.role = \"phone\"") && outputs.contains("application.name = \"Causerie\""))
        #expect(listener.problems.allSatisfy { $0 == nil })
        listener.close()
        silent.close()
        try await eventually("the microphones are free") {
            try server.control(["list", "short", "source-outputs"]).output.isEmpty
        }
        player.send(SIGKILL)
    }

    @Test("what the far side sends is heard at the chosen speaker, two of them together, and nowhere else")
    func playout() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["one", "two"])
        let engine = engine(server)
        let receiving = engine.receiveAudio(
            to: .device("one"), packets: try ToneSource(hertz: 660), onProblem: { _ in })
        try await eventually("it plays") {
            try server.control(["list", "short", "sink-inputs"]).output.isEmpty == false
        }
        #expect(loudestTone(in: try await server.record("one", seconds: 1)) == 660)
        #expect(try await server.record("two", seconds: 0.2).allSatisfy { $0 == 0 })
        let inputs = try server.control(["list", "sink-inputs"]).output
        #expect(inputs.contains("media.role = \"phone\""))
        let other = engine.receiveAudio(to: .device("one"), packets: try ToneSource(hertz: 880), onProblem: { _ in })
        let both = Array(try await server.record("one", seconds: 1.5).suffix(24_000))
        // In one tenth of a second at least: where the machine was late for a moment, the tones have lost their phase.
        let tenths = stride(from: 0, to: both.count - 4_799, by: 4_800).map { Array(both[$0..<($0 + 4_800)]) }
        #expect(tenths.contains { share(of: 660, in: $0) > 0.3 && share(of: 880, in: $0) > 0.3 })
        #expect(try server.control(["list", "short", "sink-inputs"]).output.split(separator: "\n").count == 1)
        receiving.change(to: .device("two"))
        #expect(loudestTone(in: try await server.record("two", seconds: 1)) == 660)
        other.close()
        receiving.close()
        try await eventually("the speakers are free") {
            try server.control(["list", "short", "sink-inputs"]).output.isEmpty
        }
    }
}
