import Foundation
import RTC
import Synchronization
import Testing

@testable import Conference

/// What a server, or somebody at it, may try with conversations.
@MainActor @Suite("A hostile server", .serialized) struct HostileServerTests {
    private struct Scene {
        var server: TestServer
        var relay: MeddlingRelay
        var ann: Instance
        var bob: Instance
        var toBob: Conversation
        var toAnn: Conversation

        func stop() async {
            for instance in [ann, bob] { await instance.stop() }
            await relay.stop()
            await server.stop()
        }
    }

    private static func join(_ name: String, _ relay: MeddlingRelay) async throws -> Instance {
        let instance = try await Instance.start(name) {
            Instance.quick(&$0)
            $0.timing.handshake = .seconds(2)
        }
        try instance.conference.rendezvous.configure(RendezvousAccount(server: relay.url, name: name.lowercased()))
        try await until("\(name) is connected") { instance.conference.rendezvous.state == .connected }
        return instance
    }

    /// Ann and Bob, who have agreed to talk, at a server that does not keep its fingers to itself.
    private func scene() async throws -> Scene {
        let server = try await TestServer.start()
        let relay = try await MeddlingRelay.start(to: server)
        let (ann, bob) = (try await Self.join("Ann", relay), try await Self.join("Bob", relay))
        try await until("Bob is there") { ann.conference.rendezvous.users.contains("bob") }
        let toBob = try await ann.conference.chat.conversation(
            atAddress: "bob@\(relay.authority)", in: ann.conference)
        try ann.conference.chat.send("hello", to: toBob)
        try await until("the request is there") { bob.conference.chat.conversations.first?.messages.count == 1 }
        let toAnn = try #require(bob.conference.chat.conversations.first)
        bob.conference.chat.accept(toAnn)
        try await until("delivered") { toBob.messages.first?.delivery == .delivered }
        return Scene(server: server, relay: relay, ann: ann, bob: bob, toBob: toBob, toAnn: toAnn)
    }

    @Test("the server sees who talks, and not a word of what is said")
    func secrecy() async throws {
        let scene = try await scene()
        let secret = "the geese fly south at noon on wednesday"
        try scene.ann.conference.chat.send(secret, to: scene.toBob)
        try await until("it is there") { scene.toAnn.messages.last?.text == secret }
        let seen = scene.relay.pieces
        #expect(seen.count > 4)
        var bytes: [UInt8] = []
        for text in seen {
            let fields = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            #expect(Set(fields.keys).isSubset(of: ["type", "name", "target", "session", "step", "payload"]))
            bytes += Array(Data(base64Encoded: fields["payload"] as? String ?? "") ?? Data())
        }
        // Neither the words, nor the frames and the requests around them.
        for word in [secret, "geese", "hello", "Sec-WebSocket", "Causerie", "Ann"] {
            #expect(Data(bytes).firstRange(of: Data(word.utf8)) == nil, "\(word)")
            #expect(!seen.contains { $0.contains(word) }, "\(word)")
        }
        await scene.stop()
    }

    enum Meddling: String, CaseIterable, Sendable {
        case changeByte, repeatPiece, dropPiece, dropPayload, otherName, otherSession
    }

    @Test("whatever it does to the pieces, nothing comes of it but a closed way", arguments: Meddling.allCases)
    func meddling(_ meddling: Meddling) async throws {
        let scene = try await scene()
        let count = Mutex(0)
        scene.relay.meddle { text in
            guard text.contains(#""step":"data""#) else { return [text] }
            let number = count.withLock { count -> Int in
                count += 1
                return count
            }
            switch meddling {
            case .changeByte:
                let parts = text.components(separatedBy: #""payload":""#)
                guard parts.count == 2 else { return [text] }
                let first = parts[1].dropFirst(30).first
                return [
                    parts[0] + #""payload":""# + parts[1].prefix(30) + (first == "A" ? "B" : "A")
                        + parts[1].dropFirst(31)
                ]
            case .repeatPiece: return [text, text]
            case .dropPiece: return number % 2 == 0 ? [] : [text]
            case .dropPayload: return [text.replacing(/"payload":"[^"]*"/, with: #""payload":"""#)]
            case .otherName: return [text.replacing(/"name":"[a-z]*"/, with: #""name":"zed""#)]
            case .otherSession:
                return [
                    text.replacing(
                        /"session":"[^"]*"/, with: #""session":"00000000000000000000000000000000""#)
                ]
            }
        }
        try scene.ann.conference.chat.send("under way", to: scene.toBob)
        // Attempts of now and later fail, however often they are made.
        for _ in 0..<2 {
            try await Task.sleep(for: .milliseconds(150))
            scene.toBob.line.reach()
        }
        // Of a piece that comes twice, or not at all, those before it were in order.
        if ![.dropPiece, .repeatPiece].contains(meddling) {
            #expect(scene.toAnn.messages.map(\.text) == ["hello"])
        }
        #expect(scene.bob.conference.chat.lines.all.count == 1 && scene.ann.conference.chat.lines.all.count == 1)
        // When it behaves again, what was written arrives once.
        scene.relay.meddle { [$0] }
        scene.toBob.line.hangUp()
        scene.toBob.line.reach()
        try await until("it is there") { scene.toAnn.messages.map(\.text) == ["hello", "under way"] }
        #expect(scene.ann.conference.rendezvous.state == .connected)
        await scene.stop()
    }

    @Test("a whole session that is played again is none; pieces of nothing are answered with an end, nonsense is not")
    func replay() async throws {
        let scene = try await scene()
        let recorded = scene.relay.pieces.filter { $0.contains(#""name":"ann""#) && $0.contains(#""target":"bob""#) }
        #expect(recorded.first?.contains(#""step":"open""#) == true)
        let before = scene.toAnn.messages.count
        for text in recorded {
            // As it was, into the session that lives, and as a session of its own.
            let again = text.replacing(/"session":"[^"]*"/, with: #""session":"11111111111111111111111111111111""#)
            scene.relay.say(again)
        }
        let guest = try await scene.server.join(as: "eve")
        try await guest.send(
            #"{"type":"conversation","target":"bob","session":"22222222222222222222222222222222","step":"data","payload":"AAAA"}"#
        )
        let end = try await guest.next("conversation")
        #expect(end["step"] as? String == "end" && end["payload"] == nil)
        for nonsense in [
            #"{"type":"conversation","target":"bob"}"#,
            #"{"type":"conversation","target":"bob","session":7,"step":"open"}"#,
            #"{"type":"conversation","target":"bob","session":"zz","step":"open","payload":"AAAA"}"#,
            #"{"type":"conversation","target":"bob","session":"33333333333333333333333333333333","step":"dance"}"#,
            #"{"type":"conversation","target":"bob","session":"33333333333333333333333333333333","step":"end"}"#,
        ] { try await guest.send(nonsense) }
        // Bytes that are no TLS, and more beginnings than anybody may make.
        for number in 10..<30 {
            let name = String(repeating: "\(number)", count: 16)
            try await guest.send(
                #"{"type":"conversation","target":"bob","session":"\#(name)","step":"open","payload":"R0VUIC8="}"#)
        }
        for _ in 10..<30 { #expect(try await guest.next("conversation")["step"] as? String == "end") }
        try scene.ann.conference.chat.send("after all", to: scene.toBob)
        try await until("the two go on") { scene.toAnn.messages.last?.text == "after all" }
        #expect(scene.toAnn.messages.count == before + 1)
        #expect(scene.bob.conference.chat.lines.all.count == 1)
        await guest.close()
        await scene.stop()
    }

    @Test("of one name and of all there are only so many tunnels, and so many beginnings in a minute")
    func limits() async throws {
        let server = try await TestServer.start()
        let bob = try await Instance.start("Bob", at: server)
        let client = RendezvousClient(
            try RendezvousAccount(server: server.url, name: "x").url(), name: "x", identity: nil,
            timing: bob.conference.options.timing, authorities: nil, logger: bob.conference.logger)
        let tunnels = client.tunnels
        var opened: [String: Int] = [:]
        var kept: [ServerTunnel] = []
        tunnels.onOpen = {
            opened[$0.peer, default: 0] += 1
            kept.append($0)
        }
        for round in 0..<100 {
            for name in ["a", "b"] {
                tunnels.receive(TunnelParcel(session: .random(), step: .open, payload: [1]), from: name)
            }
            if round % 10 == 9 { for tunnel in kept { tunnel.abandon() } }
        }
        #expect(opened == ["a": ServerTunnels.openingsPerPeer, "b": ServerTunnels.openingsPerPeer])
        for number in 0..<200 {
            tunnels.receive(TunnelParcel(session: .random(), step: .open, payload: [1]), from: "\(number)")
        }
        #expect(opened.values.reduce(0, +) == 2 * ServerTunnels.openingsPerPeer + ServerTunnels.limitOfOthers)
        #expect(tunnels.hasNext, "those who were refused are told")
        // What is not taken up is bounded, too.
        let key = ConversationIdentifier.random()
        tunnels.abandonAll()
        #expect(tunnels.isEmpty)
        _ = tunnels.open(to: "c")
        for _ in 0..<100 { tunnels.receive(TunnelParcel(session: key, step: .data, payload: [1]), from: "c") }
        #expect(TunnelParcel(parsing: Array(TunnelParcel(session: key, step: .end).text(to: "c").utf8))?.step == .end)
        await bob.stop()
        await server.stop()
    }
}
