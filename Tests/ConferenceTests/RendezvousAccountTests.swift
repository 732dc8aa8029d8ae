import RTC
import Testing

@testable import Conference

extension Instance {
    /// What would take seconds takes parts of one.
    nonisolated static var quick: (inout ConferenceOptions) -> Void {
        {
            $0.timing.remake = .milliseconds(50)
            $0.timing.longestRegister = .milliseconds(500)
        }
    }

    /// An instance that can be called by its name at a server.
    static func start(
        _ name: String, at server: TestServer, profile: ScratchProfile? = nil,
        _ change: @escaping (inout ConferenceOptions) -> Void = quick
    ) async throws -> Instance {
        let instance = try await Instance.start(name, profile: profile, change)
        try instance.conference.rendezvous.configure(RendezvousAccount(server: server.url, name: name.lowercased()))
        try await until("\(name) is connected") { instance.conference.rendezvous.state == .connected }
        return instance
    }
}

/// Being reached by name through a real rendezvous server.
@MainActor @Suite("An account at a server", .serialized) struct RendezvousAccountTests {
    @Test("a name that is taken gets a number, and its own again when it is free")
    func nameTaken() async throws {
        let server = try await TestServer.start()
        let page = try await server.join(as: "ann")
        let ann = try await Instance.start("Ann", at: server)
        #expect(ann.conference.rendezvous.name == "ann1" && ann.conference.rendezvous.users == ["ann"])
        await page.close()
        try await until("the name is back") { ann.conference.rendezvous.name == "ann" }
        await ann.stop()
        await server.stop()
    }

    @Test("an account is kept for the profile, until it is given up")
    func kept() async throws {
        let server = try await TestServer.start()
        let profile = try ScratchProfile()
        var ann = try await Instance.start("Ann", at: server, profile: profile)
        await ann.stop()
        ann = try await Instance.start("Ann", profile: profile)
        try await until("it is connected") { ann.conference.rendezvous.state == .connected }
        try ann.conference.rendezvous.configure(nil)
        #expect(ann.conference.rendezvous.state == .off && ann.conference.rendezvous.users.isEmpty)
        await ann.stop()
        ann = try await Instance.start("Ann", profile: profile)
        #expect(ann.conference.rendezvous.account == nil && ann.conference.rendezvous.state == .off)
        await ann.stop()
        await server.stop()
    }

    @Test(
        "what cannot be an account is refused with its reason",
        arguments: [
            ("ws://example.org", "ann", RendezvousProblem.insecureServer), ("http://localhost", "ann", .invalidServer),
            ("ws://127.0.0.2:1@example.org", "ann", .invalidServer), ("wss://", "ann", .invalidServer),
            ("wss://example.org", "", .invalidName), ("wss://example.org", " ann", .invalidName),
            ("wss://example.org", String(repeating: "a", count: 33), .invalidName),
            ("wss://example.org", "a\u{202E}b", .invalidName), ("ws://localhost.example.org", "a", .insecureServer),
        ])
    func refused(server: String, name: String, problem: RendezvousProblem) throws {
        #expect(throws: problem) { try RendezvousAccount(server: server, name: name).url() }
        #expect(!problem.description.isEmpty)
    }

    @Test("a server on this computer, and one elsewhere with TLS, are no problem")
    func accepted() throws {
        for server in [
            "ws://localhost:29173/signal?room=x", "ws://[::1]:1", "wss://example.org", "WSS://EXAMPLE.org:1/",
        ] {
            _ = try RendezvousAccount(server: server, name: "Ann Lee").url()
        }
    }

    @Test("an account where nobody is, or something else, says why it is not connected")
    func notConnected() async throws {
        let ann = try await Instance.start("Ann", Instance.quick)
        let other = try await Instance.start("Other")
        let rendezvous = ann.conference.rendezvous
        try rendezvous.configure(RendezvousAccount(server: "ws://127.0.0.1:1", name: "ann"))
        try await until("nobody is there") { rendezvous.state == .failed(.refused) }
        ann.stream.connect(to: "bob@127.0.0.1")
        try await ann.wait(.ended(.connectionRefused))
        // A Causerie, with a certificate that nobody vouches for.
        let port = try #require(other.conference.listeningPort)
        try rendezvous.configure(RendezvousAccount(server: "wss://127.0.0.1:\(port)", name: "ann"))
        try await until("not trusted, not \(rendezvous.state)") { rendezvous.state == .failed(.notTrusted) }
        ann.stream.connect(to: "bob@127.0.0.1:\(port)")
        try await ann.wait(.ended(.serverNotTrusted))
        await ann.stop()
        await other.stop()
    }
}
