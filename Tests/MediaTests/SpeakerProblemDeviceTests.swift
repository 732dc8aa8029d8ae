import Devices
import Foundation
import Logging
import Programs
import Synchronization
import Testing

@testable import Media

/// What a stream is told of its speaker.
@Suite("Speakers that are lost", .serialized) struct SpeakerProblemDeviceTests {
    private func engine(_ server: PrivateSoundServer) -> MediaEngine {
        MediaEngine(logger: Logger(label: "test"), deviceFolder: "/nonexistent", soundServer: server.address)
    }

    @Test("without a server the stream is told at once; with one, that no speaker is missing; and when it dies")
    func server() async throws {
        let server = try PrivateSoundServer(sinks: ["one"])
        let speaker = try Speaker(engine(server), .systemDefault)
        try await eventually("the lack is told") { speaker.problems == [.noSoundServer] }
        try await server.start()
        try await eventually("it is back") { speaker.problems == [.noSoundServer, nil] }
        try await server.kill()
        try await eventually("the loss is told") { speaker.problems == [.noSoundServer, nil, .noSoundServer] }
        speaker.close()
    }

    @Test("a speaker that is not there is told, until it is plugged in or another is chosen")
    func missing() async throws {
        let server = try await PrivateSoundServer.start(sinks: [])
        let engine = engine(server)
        let first = try Speaker(engine, .device("one"))
        let second = try Speaker(engine, .device("one"))
        try await eventually("the lack is told") {
            first.problems == [.deviceNotFound("one")] && second.problems == [.deviceNotFound("one")]
        }
        second.change(to: .none)
        #expect(second.problems == [.deviceNotFound("one"), nil])
        let module = try server.addSink("one")
        try await eventually("it is there") { first.problems == [.deviceNotFound("one"), nil] }
        try server.removeSink(module)
        try await eventually("the loss is told") {
            first.problems == [.deviceNotFound("one"), nil, .deviceNotFound("one")]
        }
        #expect(second.problems == [.deviceNotFound("one"), nil])
        first.close()
        second.close()
    }
}
