import Devices
import Foundation
import Logging
import Programs
import Testing

@testable import Media

/// A call on a headset does not go on aloud.
@Suite("Never onto loudspeakers unasked", .serialized) struct HeldBackDeviceTests {
    private func engine(_ server: PrivateSoundServer) -> MediaEngine {
        MediaEngine(logger: Logger(label: "test"), deviceFolder: "/nonexistent", soundServer: server.address)
    }

    private func isSilent(_ sink: String, _ server: PrivateSoundServer) async throws -> Bool {
        try await server.record(sink, seconds: 0.5).allSatisfy { $0 == 0 }
    }

    private func isHeard(_ sink: String, _ server: PrivateSoundServer) async throws -> Bool {
        for _ in 0..<10 {
            if try await server.record(sink, seconds: 0.5).contains(where: { abs($0) > 500 }) { return true }
        }
        return false
    }

    @Test("the headset of the default is pulled out, and plugged in again: silence on the table, then the headset")
    func followsHeadset() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["table"])
        let ear = try server.addHeadset("ear")
        try server.control(["set-default-sink", "ear"])
        let speaker = try Speaker(engine(server), .systemDefault)
        #expect(try await isHeard("ear", server))
        #expect(speaker.problems == [])
        try server.removeSink(ear)
        try await eventually("it is told") { speaker.problems.last == .heldBack(try server.description(of: "table")) }
        #expect(try await isSilent("table", server))
        let pulls = speaker.source.pulls
        try await eventually("time goes on") { speaker.source.pulls > pulls + 20 }
        _ = try server.addHeadset("other")
        #expect(try await isHeard("other", server))
        try await eventually("it is over") { speaker.problems.last == .some(nil) }
        #expect(try await isSilent("table", server))
        speaker.close()
    }

    @Test("who chooses the loudspeaker, or the default once more, hears it", arguments: [true, false])
    func allowed(isSame: Bool) async throws {
        let server = try await PrivateSoundServer.start(sinks: ["table"])
        let ear = try server.addHeadset("ear")
        try server.control(["set-default-sink", "ear"])
        let speaker = try Speaker(engine(server), .systemDefault)
        #expect(try await isHeard("ear", server))
        try server.removeSink(ear)
        try await eventually("it is told") { speaker.problems.last == .heldBack(try server.description(of: "table")) }
        if isSame { speaker.receiving.allowAloud() } else { speaker.change(to: .device("table")) }
        #expect(try await isHeard("table", server))
        #expect(speaker.problems.last == .some(nil))
        speaker.close()
    }

    @Test("a call that begins on a loudspeaker is heard there, also while another one is held back")
    func beginsAloud() async throws {
        let server = try await PrivateSoundServer.start(sinks: ["table"])
        let ear = try server.addHeadset("ear")
        let engine = engine(server)
        let first = try Speaker(engine, .device("ear"))
        #expect(try await isHeard("ear", server))
        try server.removeSink(ear)
        try await eventually("it is told") { first.problems.last == .heldBack(try server.description(of: "table")) }
        let second = try Speaker(engine, .device("table"), hertz: 880)
        #expect(try await isHeard("table", server))
        #expect(second.problems == [])
        #expect(loudestTone(in: try await server.record("table", seconds: 1)) == 880)
        _ = try server.addHeadset("ear")
        #expect(try await isHeard("ear", server))
        try await eventually("it is over") { first.problems.last == .some(nil) }
        first.close()
        second.close()
    }
}
