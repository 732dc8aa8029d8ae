import Foundation
import Instances
import Programs
import Testing

/// Two headless instances that meet at a real server, driven by `causeriectl` alone.
@Suite("Through a server", .serialized) struct ThroughAServerTests {
    private static let media = [
        "--camera", "test-pattern:320x240@15", "--microphone", "test-tone", "--speaker", "none",
    ]

    @Test("A call by name goes on when the server is killed and started again, and the hang-up is told")
    func killed() async throws {
        let server = try await RendezvousProcess.start()
        let bus = try await PrivateBus.start()
        let ann = try await HeadlessInstance.start("ann", on: bus, options: Self.media)
        let bob = try await HeadlessInstance.start("bob", on: bus, options: Self.media + ["--auto-accept"])
        #expect(try ann.control("configure", "--server", "ws://example.org", "--name", "ann").status == 1)
        #expect(try ann.control("configure", "--server", server.url).status == 2)
        try await ann.register(at: server, as: "ann")
        try await bob.register(at: server, as: "bob")
        #expect(try bob.instanceProperty("serverName") == "bob")
        #expect(try ann.control("connect", "main", "nobody@127.0.0.1", "--wait").status == 1)
        #expect(try ann.get("endReason") == "unknown-person")
        try ann.must("connect", "main", "bob@127.0.0.1", "--wait")
        for side in [ann, bob] {
            try await side.waitForStatistics("picture") { $0.framesDecoded >= 10 }
            #expect(try side.get("remoteFingerprint").hasPrefix("sha-256 "))
            #expect(try side.get("remoteStanding") == "firstContact")
        }

        try await server.kill()
        for side in [ann, bob] { try await side.waitForServer("failed") }
        try ann.must("set", "main", "outgoing", "audio")
        let frames = try ann.statistics().framesDecoded
        try await ann.waitForStatistics("picture goes on") { $0.framesDecoded >= frames + 15 }
        try await server.startAgain()
        for side in [ann, bob] { try await side.waitForServer("connected") }
        try await bob.wait(for: "remoteOutgoing", "audio")
        #expect(try ann.get("state") == "connected" && bob.get("state") == "connected")
        try bob.must("disconnect", "main")
        try await ann.wait(for: "state", "ended")
        #expect(try ann.get("endReason") == "remote-hang-up")
        try ann.must("configure", "--no-server")
        #expect(try ann.instanceProperty("serverState") == "off")
    }
}
