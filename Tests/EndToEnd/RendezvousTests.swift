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

    /// What was written by a side, or to it, in order.
    private func texts(_ side: HeadlessInstance, with who: String, own: Bool) throws -> [String] {
        let outcome = try side.control("messages", who, "--json", "--count", "1000")
        guard outcome.status == 0 else { return [] }
        let messages = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]] ?? []
        return messages.filter { $0["isOwn"] as? Bool == own }.compactMap { $0["text"] as? String }
    }

    private func conversation(_ side: HeadlessInstance) throws -> [String: Any] {
        let outcome = try side.control("conversations", "--json")
        return (try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]])?.first ?? [:]
    }

    private func until(_ what: String, _ condition: () throws -> Bool) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while try !condition() {
            guard ContinuousClock.now < end else { throw HeadlessInstance.NotStarted(errors: "waited for \(what)") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    @Test("A conversation by names goes on when the server is killed in the middle of it: every message once, in order")
    func conversation() async throws {
        let server = try await RendezvousProcess.start()
        let bus = try await PrivateBus.start()
        let quiet = ["--camera", "none", "--microphone", "none", "--speaker", "none"]
        let ann = try await HeadlessInstance.start("ann", on: bus, options: quiet)
        let bob = try await HeadlessInstance.start("bob", on: bus, options: quiet)
        try await ann.register(at: server, as: "ann")
        try await bob.register(at: server, as: "bob")
        let (toBob, toAnn) = ("bob@127.0.0.1:\(server.port)", "ann@127.0.0.1:\(server.port)")
        try await until("Bob is listed") { try ann.control("contacts", "others").output.contains(toBob) }
        try ann.must("chat", toBob, "first")
        try await until("the request") { try conversation(bob)["standing"] as? String == "requested" }
        try bob.must("conversations", "--accept", toAnn)
        #expect(try conversation(bob)["way"] as? String == "server" && conversation(bob)["address"] as? String == toAnn)
        for round in 0..<3 {
            try ann.must("chat", toBob, "ann \(round) before")
            try bob.must("chat", toAnn, "bob \(round) before")
            try await server.kill()
            try ann.must("chat", toBob, "ann \(round) meanwhile")
            try bob.must("chat", toAnn, "bob \(round) meanwhile")
            try await server.startAgain()
        }
        let sent = { (name: String) in (0..<3).flatMap { ["\(name) \($0) before", "\(name) \($0) meanwhile"] } }
        try await until("everything at Bob") { try texts(bob, with: toAnn, own: false).count >= 7 }
        try await until("everything at Ann") { try texts(ann, with: toBob, own: false).count >= 6 }
        #expect(try texts(bob, with: toAnn, own: false) == ["first"] + sent("ann"))
        #expect(try texts(ann, with: toBob, own: false) == sent("bob"))
        try ann.must("contacts", "add", "Bob", toBob)
        #expect(try !ann.control("contacts", "others").output.contains(toBob))
        try await until("he is there") { try ann.control("contacts", "list").output.contains("reachable") }
        try bob.must("configure", "--no-server")
        try await until("he is not signed in") { try ann.control("contacts", "list").output.contains("not-signed-in") }
    }
}
