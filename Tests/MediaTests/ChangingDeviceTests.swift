import Devices
import Foundation
import Logging
import Programs
import Synchronization
import Testing

@testable import Media

/// Another microphone or speaker in mid-call, at a real sound server.
@Suite("Changing devices in mid-call", .serialized) struct ChangingDeviceTests {
    private func engine(_ server: PrivateSoundServer) -> MediaEngine {
        MediaEngine(logger: Logger(label: "test"), deviceFolder: "/nonexistent", soundServer: server.address)
    }

    @Test("from one microphone to another: both are heard, and no more than a frame is missing")
    func microphone() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["one", "two"])
        let players = [try server.play(660, on: "one"), try server.play(880, on: "two")]
        let listener = Listener(engine(server), .device("one.monitor"))
        #expect(try await listener.hears() == 660)
        let before = listener.packetCount
        listener.change(to: .device("two.monitor"))
        try await eventually("a second and a half of sound") { listener.packetCount >= before + 75 }
        // How far each frame is behind where it would be without a gap. Single ones are late when the machine is; so by
        // the middle one of many before and after.
        let behind = listener.times.enumerated().map { $1 - Int64($0) * 20_000 }
        let gap = behind.suffix(31).sorted()[15] - behind.prefix(31).sorted()[15]
        #expect((-30_000...30_000).contains(gap), "\(behind)")
        #expect(try await listener.hears() == 880)
        #expect(listener.problems == [])
        try await eventually("the first one is free") {
            try server.control(["list", "short", "source-outputs"]).output.split(separator: "\n").count == 1
        }
        listener.close()
        for player in players { player.send(SIGKILL) }
    }

    @Test("from one speaker to another: all of the stream is played, on one of them at a time")
    func speaker() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["one", "two"])
        let speaker = try Speaker(engine(server), .device("one"))
        #expect(loudestTone(in: try await server.record("one", seconds: 1)) == 660)
        #expect(speaker.receiving.playoutDelay >= 0 && speaker.receiving.playoutDelay < 1_010)
        speaker.change(to: .device("two"))
        try await eventually("the first one is free") {
            try server.control(["list", "short", "sink-inputs"]).output.split(separator: "\n").count == 1
        }
        var tone = 0.0
        for _ in 0..<5 where tone != 660 { tone = loudestTone(in: try await server.record("two", seconds: 1)) }
        #expect(tone == 660)
        #expect(try await server.record("one", seconds: 0.3).allSatisfy { $0 == 0 })
        #expect(speaker.problems == [])
        speaker.close()
    }
}
