import Devices
import Instances
import Programs
import Testing

/// What a person hears around a call, recorded from the speakers of two instances.
@Suite("Ringing", .serialized) struct RingingTests {
    private func pair(
        _ body: (HeadlessInstance, HeadlessInstance, PrivateSoundServer) async throws -> Void
    ) async throws {
        let server = try await PrivateSoundServer.start(sinks: ["near", "far"])
        let bus = try await PrivateBus.start()
        let sources = ["--camera", "none", "--microphone", "none"]
        let called = try await HeadlessInstance.start(
            "called", on: bus, options: sources + ["--speaker", "far"], environment: server.environment)
        let caller = try await HeadlessInstance.start(
            "caller", on: bus, options: sources + ["--speaker", "near"], environment: server.environment)
        try await body(caller, called, server)
    }

    @Test("The called side rings, the caller hears it ring, and both fall silent with the end")
    func ringing() async throws {
        try await pair { caller, called, server in
            try caller.must("connect", "main", called.address)
            try await called.wait(for: "state", "incoming")
            let ring = try await server.record("far", seconds: 4)
            #expect([660, 780, 990].contains(loudestTone(in: ring, from: 500, to: 1_200)))
            let ringback = try await server.record("near", seconds: 6)
            #expect(abs(loudestTone(in: ringback) - 425) <= 10)
            try called.must("reject", "main")
            try await caller.wait(for: "state", "ended")
            try await Task.sleep(for: .milliseconds(500))
            #expect(try await server.record("far", seconds: 3.5).allSatisfy { $0 == 0 })
            #expect(try await server.record("near", seconds: 1).allSatisfy { $0 == 0 })
        }
    }
}
