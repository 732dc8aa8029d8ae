import Foundation
import RTC
import Testing

@testable import Conference

/// Writing to people by their name at a server: a real server, real TLS between the two.
@MainActor @Suite("Conversations through a server", .serialized) struct ServerConversationTests {
    private func texts(_ instance: Instance) -> [String] {
        let chat = instance.conference.chat
        for conversation in chat.conversations { chat.load(conversation) }
        return chat.conversations.flatMap(\.messages).map(\.text)
    }

    private func place(_ name: String, _ server: TestServer) -> String { "\(name)@127.0.0.1:\(server.port)" }

    private func waitForUsers(_ instance: Instance, _ users: [String]) async throws {
        try await until("\(users) are there") { instance.conference.rendezvous.users.sorted() == users.sorted() }
    }

    /// Writes from one to the other by name, who agrees.
    private func befriend(
        _ ann: Instance, _ bob: Instance, at place: String
    ) async throws -> (toBob: Conversation, toAnn: Conversation) {
        try await until("Bob is there") { ann.conference.rendezvous.users.contains("bob") }
        let toBob = try await ann.conference.chat.conversation(atAddress: place, in: ann.conference)
        try ann.conference.chat.send("hello", to: toBob)
        try await until("the request is there") { bob.conference.chat.conversations.first?.messages.count == 1 }
        let toAnn = try #require(bob.conference.chat.conversations.first)
        #expect(toAnn.standing == .requested)
        bob.conference.chat.accept(toAnn)
        try await until("delivered") { toBob.messages.first?.delivery == .delivered }
        return (toBob, toAnn)
    }

    // MARK: Both are there

    @Test(
        "two write to each other: the first asks, the key is known, marks and changes cross, the longest and many too")
    func conversation() async throws {
        let server = try await TestServer.start()
        let page = try await server.join(as: "zed")
        let (ann, bob) = (try await Instance.start("Ann", at: server), try await Instance.start("Bob", at: server))
        let (toBob, toAnn) = try await befriend(ann, bob, at: place("bob", server))
        #expect(toBob.way == .dialedThroughServer && toAnn.way == .acceptedThroughServer)
        #expect(toBob.line.isPeerToPeer == false)
        #expect(toBob.fingerprint == bob.conference.identity?.fingerprint.description)
        #expect(toAnn.fingerprint == ann.conference.identity?.fingerprint.description)
        #expect(toAnn.name == "Ann" && toAnn.address == place("ann", server))
        bob.conference.chat.setTyping(true, in: toAnn)
        try await until("typing") { toBob.isTyping }
        let first = try bob.conference.chat.send("hi", to: toAnn)
        try bob.conference.chat.edit(first, to: "hi Ann", in: toAnn)
        try await until("edited") { toBob.messages.last?.text == "hi Ann" }
        ann.conference.chat.markRead(toBob)
        try await until("read") { toAnn.messages.last?.delivery == .read }
        let long = String(repeating: "x", count: ChatText.limit)
        for number in 0..<40 { try ann.conference.chat.send(number == 20 ? long : "\(number)", to: toBob) }
        try await until("all are there") { toAnn.messages.count == 42 }
        #expect(toAnn.messages.dropFirst(2).map(\.text) == (0..<40).map { $0 == 20 ? long : "\($0)" })

        // Who is not part of it sees nothing of it.
        try await page.send(#"{"type":"message","text":"mark"}"#)
        var types: [String] = []
        while types.last != "message" { types.append(try await page.next()["type"] as? String ?? "") }
        #expect(Set(types) == ["userlist", "message"])
        await page.close()
        for instance in [ann, bob] { await instance.stop() }
        await server.stop()
    }

    @Test("both write at the same time, again and again: one way is left, and everything arrives once")
    func glare() async throws {
        let server = try await TestServer.start()
        let (ann, bob) = (try await Instance.start("Ann", at: server), try await Instance.start("Bob", at: server))
        let (toBob, toAnn) = try await befriend(ann, bob, at: place("bob", server))
        for round in 0..<3 {
            toBob.line.hangUp()
            toAnn.line.hangUp()
            try ann.conference.chat.send("ann \(round)", to: toBob)
            try bob.conference.chat.send("bob \(round)", to: toAnn)
            try await until("both have both") {
                toBob.messages.count == 3 + 2 * round && toAnn.messages.count == 3 + 2 * round
            }
        }
        for conversation in [toBob, toAnn] {
            #expect(
                conversation.messages.filter { $0.text.hasPrefix("ann") }.map(\.text) == (0..<3).map { "ann \($0)" })
            #expect(
                conversation.messages.filter { $0.text.hasPrefix("bob") }.map(\.text) == (0..<3).map { "bob \($0)" })
        }
        for instance in [ann, bob] { await instance.stop() }
        await server.stop()
    }

    @Test("the nearest way is taken: directly while that goes, through the server otherwise, as each says where it is")
    func ways() async throws {
        let server = try await TestServer.start()
        let (ann, bob) = (try await Instance.start("Ann", at: server), try await Instance.start("Bob", at: server))
        let toBob = try await ann.conference.chat.conversation(atAddress: bob.address, in: ann.conference)
        try ann.conference.chat.send("hello", to: toBob)
        try await until("the request is there") { bob.conference.chat.conversations.first?.messages.count == 1 }
        #expect(toBob.way == .dialed && toBob.line.isPeerToPeer)
        bob.conference.chat.accept(try #require(bob.conference.chat.conversations.first))
        try await until("delivered, with where he is") {
            toBob.messages.first?.delivery == .delivered && toBob.line.record.server == place("bob", server)
        }
        toBob.line.hangUp()
        bob.stream.detection = false
        try await until("nothing listens") { bob.conference.listeningPort == nil }
        try ann.conference.chat.send("through the server", to: toBob)
        try await until("it is there") { texts(bob).last == "through the server" }
        #expect(toBob.way == .dialedThroughServer)
        for instance in [ann, bob] { await instance.stop() }
        await server.stop()
    }

    // MARK: Somebody is away

    @Test(
        "what is written to somebody who is not signed in goes when the server lists them; a server that fails loses nothing"
    )
    func away() async throws {
        let server = try await TestServer.start()
        let profile = try ScratchProfile()
        let ann = try await Instance.start("Ann", at: server)
        var bob = try await Instance.start("Bob", at: server, profile: profile)
        let (toBob, _) = try await befriend(ann, bob, at: place("bob", server))
        await bob.stop()
        try await waitForUsers(ann, [])
        try await until("the way is closed") { !toBob.isLinked }
        try ann.conference.chat.send("while away", to: toBob)
        try await until("nobody is there") { toBob.failure == .unknownPerson }
        bob = try await Instance.start("Bob", at: server, profile: profile)
        try await until("it is there") { texts(bob) == ["hello", "while away"] }
        let toAnn = try #require(bob.conference.chat.conversations.first)

        for round in 0..<3 {
            try ann.conference.chat.send("before \(round)", to: toBob)
            await server.stop()
            try ann.conference.chat.send("ann \(round)", to: toBob)
            try bob.conference.chat.send("bob \(round)", to: toAnn)
            try await server.run()
        }
        let written = ["hello", "while away"] + (0..<3).flatMap { ["before \($0)", "ann \($0)"] }
        try await until("everything is there") {
            toAnn.messages.filter { !$0.isOwn }.map(\.text) == written
                && toBob.messages.filter { !$0.isOwn }.map(\.text) == (0..<3).map { "bob \($0)" }
        }
        for instance in [ann, bob] { await instance.stop() }
        await server.stop()
    }

    @Test("somebody else under the name gets nothing, and is told from the one who is waited for")
    func takenOver() async throws {
        let server = try await TestServer.start()
        let profile = try ScratchProfile()
        let ann = try await Instance.start("Ann", at: server)
        var bob = try await Instance.start("Bob", at: server, profile: profile)
        let contact = try ann.conference.contacts.add(ContactDraft(name: "Robert", address: place("bob", server)))
        try await until("Bob is there") { ann.conference.rendezvous.users.contains("bob") }
        let toBob = try await ann.conference.chat.conversation(with: contact, in: ann.conference)
        #expect(ann.conference.contacts[contact.id]?.fingerprint == toBob.fingerprint, "the first one is the contact")
        await bob.stop()
        try await waitForUsers(ann, [])

        let mallory = try await Instance.start("Bob", at: server)
        try await waitForUsers(ann, ["bob"])
        try ann.conference.chat.send("for Bob alone", to: toBob)
        try await until("it is refused") { toBob.failure == .identityChanged }
        #expect(ann.conference.contacts.trustHistory(of: contact).last?.what == .changed)
        #expect(mallory.conference.chat.lines.all.isEmpty)
        await mallory.stop()
        try await waitForUsers(ann, [])
        bob = try await Instance.start("Bob", at: server, profile: profile)
        try await until("it is there") { texts(bob) == ["for Bob alone"] }
        for instance in [ann, bob] { await instance.stop() }
        await server.stop()
    }
}
