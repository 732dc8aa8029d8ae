import Devices
import Foundation
import Logging
import Programs
import Synchronization
import Testing

@testable import Media

/// Sound servers and devices that go away in mid-call, and come back.
@Suite("Sound that is lost", .serialized) struct SoundFaultDeviceTests {
    private func engine(_ server: PrivateSoundServer) -> MediaEngine {
        MediaEngine(logger: Logger(label: "test"), deviceFolder: "/nonexistent", soundServer: server.address)
    }

    @Test("without a server nobody is told anything every second; when one comes, its devices are told")
    func noServer() async throws {
        let server = try PrivateSoundServer(sinks: ["one"])
        let engine = engine(server)
        let calls = Atomic<Int>(0)
        engine.observeDevices { calls.add(1, ordering: .relaxed) }
        #expect(engine.devices().isEmpty)
        let listener = Listener(engine, .systemDefault)
        // Three tries at least.
        try await Task.sleep(for: .milliseconds(3_500))
        #expect(calls.load(ordering: .relaxed) == 0)
        #expect(listener.problems == [.noSoundServer])
        try await server.start()
        // A server with a speaker, but the speaker's monitor is no microphone.
        try await eventually("the lack is told") { listener.problems == [.noSoundServer, .noDevice] }
        try await eventually("the devices are told") { calls.load(ordering: .relaxed) > 0 }
        try await eventually("they are listed") { engine.devices().map(\.id) == ["one"] }
        let before = calls.load(ordering: .relaxed)
        try await server.kill()
        try await eventually("the loss is told") { calls.load(ordering: .relaxed) > before }
        #expect(engine.devices().isEmpty)
        let lost = calls.load(ordering: .relaxed)
        try await Task.sleep(for: .milliseconds(2_500))
        #expect(calls.load(ordering: .relaxed) == lost)
        listener.close()
    }

    @Test("a server that dies while somebody speaks is told, and when it is back so is the voice")
    func captureAgain() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["one"])
        let engine = engine(server)
        let listener = Listener(engine, .device("one.monitor"))
        let player = try server.play(660, on: "one")
        #expect(try await listener.hears() == 660)
        #expect(listener.problems == [])
        try await server.kill()
        _ = try await player.waitForEnd()
        try await eventually("the loss is told") { listener.problems == [.noSoundServer] }
        try await server.start()
        let again = try server.play(880, on: "one")
        try await eventually("it is back") { listener.problems == [.noSoundServer, nil] }
        try await heard(880, by: listener)
        again.send(SIGKILL)
        listener.close()
    }

    @Test("a server that dies while the far side speaks: the time runs on, and when it is back so is the voice")
    func playoutAgain() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["one"])
        let engine = engine(server)
        let source = try ToneSource(hertz: 660)
        let receiving = engine.receiveAudio(to: .device("one"), packets: source, onProblem: { _ in })
        #expect(loudestTone(in: try await server.record("one", seconds: 1)) == 660)
        try await server.kill()
        let before = source.pulls
        // The jitter buffer must not fill up meanwhile.
        try await eventually("the sound is taken") { source.pulls > before + 100 }
        try await server.start()
        try await played(660, on: "one", of: server)
        receiving.close()
    }

    @Test("the only microphone is pulled out and plugged in again")
    func microphoneAgain() async throws {
        let server = try await PrivateSoundServer.start(sinks: [])
        var module = try server.addSink("one")
        let engine = engine(server)
        let named = Listener(engine, .device("one.monitor"))
        let player = try server.play(660, on: "one")
        #expect(try await named.hears() == 660)
        try server.removeSink(module)
        try await eventually("the loss is told") { named.problems.last == .deviceNotFound("one.monitor") }
        _ = try await player.waitForEnd()
        module = try server.addSink("one")
        let again = try server.play(880, on: "one")
        try await eventually("it is back") { named.problems.last == .some(nil) }
        try await heard(880, by: named)
        #expect(named.problems == [.deviceNotFound("one.monitor"), nil])
        again.send(SIGKILL)
        named.close()
    }

    @Test("without a microphone the far side does not hear the speakers, nor when the microphone is pulled out")
    func noMonitor() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["speakers"])
        let player = try server.play(660, on: "speakers")
        let engine = engine(server)
        let listener = Listener(engine, .systemDefault)
        try await eventually("the lack is told") { listener.problems == [.noDevice] }
        #expect(listener.packetCount == 0)
        let module = try server.control(["load-module", "module-null-source", "source_name=mouth"]).output
        try await eventually("there is one") { listener.problems == [.noDevice, nil] }
        #expect(try await listener.hears() == 0)
        try server.removeSink(module.trimmingCharacters(in: .whitespacesAndNewlines))
        try await eventually("the loss is told") { listener.problems == [.noDevice, nil, .noDevice] }
        let sent = listener.packetCount
        // Longer than until the next try.
        try await Task.sleep(for: .milliseconds(1_500))
        #expect(listener.packetCount <= sent + 2)
        #expect(try server.control(["list", "short", "source-outputs"]).output.isEmpty)
        listener.close()
        player.send(SIGKILL)
    }

    @Test("the only speaker is pulled out and plugged in again, and the other way round: first missing, then there")
    func speakerAgain() async throws {
        let server = try await PrivateSoundServer.start(sinks: [])
        let engine = engine(server)
        let source = try ToneSource(hertz: 660)
        let receiving = engine.receiveAudio(to: .device("one"), packets: source, onProblem: { _ in })
        try await eventually("silence takes the sound") { source.pulls > 50 }
        let module = try server.addSink("one")
        try await played(660, on: "one", of: server)
        try server.removeSink(module)
        let before = source.pulls
        try await eventually("silence takes it again") { source.pulls > before + 100 }
        _ = try server.addSink("one")
        try await played(660, on: "one", of: server)
        receiving.close()
    }

    @Test("the chosen speaker is pulled out while there is another: that one plays, until the chosen one is back")
    func speakerElsewhere() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["table"])
        let headset = try server.addSink("headset")
        let engine = engine(server)
        let receiving = engine.receiveAudio(
            to: .device("headset"), packets: try ToneSource(hertz: 660), onProblem: { _ in })
        try await played(660, on: "headset", of: server)
        try server.removeSink(headset)
        try await played(660, on: "table", of: server)
        _ = try server.addSink("headset")
        try await played(660, on: "headset", of: server)
        #expect(try server.control(["list", "short", "sink-inputs"]).output.split(separator: "\n").count == 1)
        receiving.close()
    }

    /// The first second after a change may be half of the old.
    private func heard(_ hertz: Double, by listener: Listener) async throws {
        var tone = 0.0
        for _ in 0..<10 where tone != hertz { tone = try await listener.hears() }
        #expect(tone == hertz)
    }

    private func played(_ hertz: Double, on sink: String, of server: PrivateSoundServer) async throws {
        var tone = 0.0
        for _ in 0..<10 where tone != hertz {
            let samples = try await server.record(sink, seconds: 1)
            tone = samples.contains { abs($0) > 500 } ? loudestTone(in: samples) : 0
        }
        #expect(tone == hertz, "\(sink)")
    }
}
