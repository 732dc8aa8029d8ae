import Foundation
import GRDB
import RTC
import Testing

@testable import Conference

@MainActor @Suite("Chat")
struct ChatTests {
    private func texts(_ chat: Chat) -> [String] {
        for conversation in chat.conversations { chat.load(conversation) }
        return chat.conversations.flatMap(\.messages).map(\.text)
    }

    /// Writes from one to the other, who agrees.
    private func befriend(_ ann: Instance, _ bob: Instance) async throws -> (Conversation, Conversation) {
        let toBob = try await ann.conference.chat.conversation(atAddress: bob.address, in: ann.conference)
        try ann.conference.chat.send("hello", to: toBob)
        try await until("the request is there") { bob.conference.chat.conversations.first?.messages.count == 1 }
        let toAnn = try #require(bob.conference.chat.conversations.first)
        bob.conference.chat.accept(toAnn)
        try await until("delivered") { toBob.messages.first?.delivery == .delivered }
        return (toBob, toAnn)
    }

    @Test(
        "a stranger's message asks first; accepted, the two write to each other, and see typing, delivery and reading")
    func conversation() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        let toBob = try await ann.conference.chat.conversation(atAddress: bob.address, in: ann.conference)
        try ann.conference.chat.send("hello *Bob*", to: toBob)
        try await until("the request is there") { bob.conference.chat.conversations.first?.messages.count == 1 }
        let toAnn = try #require(bob.conference.chat.conversations.first)
        #expect(toAnn.standing == .requested)
        #expect(toAnn.name == "Ann")
        #expect(toAnn.unread == 1)
        #expect(toAnn.messages.first?.text == "hello *Bob*")
        bob.conference.chat.accept(toAnn)
        try bob.conference.chat.send("hi Ann", to: toAnn)
        try await until("the answer is there") { toBob.messages.last?.text == "hi Ann" }
        #expect(toBob.name == "Bob")
        bob.conference.chat.setTyping(true, in: toAnn)
        try await until("typing") { toBob.isTyping }
        bob.conference.chat.setTyping(false, in: toAnn)
        try await until("no more typing") { !toBob.isTyping }
        #expect(toBob.messages.first?.delivery == .delivered)
        bob.conference.chat.markRead(toAnn)
        try await until("read") { toBob.messages.first?.delivery == .read }
        #expect(toAnn.unread == 0)
        await ann.stop()
        await bob.stop()
    }

    @Test("the last message can be edited and deleted, on both sides; an earlier one not")
    func editing() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        let (toBob, toAnn) = try await befriend(ann, bob)
        let chat = ann.conference.chat
        let second = try chat.send("secnd", to: toBob)
        try chat.edit(second, to: "second", in: toBob)
        try await until("edited") { toAnn.messages.last?.text == "second" && toAnn.messages.last?.isEdited == true }
        let first = try #require(toBob.messages.first)
        #expect(throws: ChatProblem.notLastMessage) { try chat.edit(first, to: "other", in: toBob) }
        let now = try #require(toBob.lastOwn)
        try chat.delete(now, in: toBob)
        try await until("deleted") { toAnn.messages.last?.isDeleted == true }
        #expect(toAnn.messages.map(\.text) == ["hello", ""])
        #expect(throws: ChatProblem.emptyText) { try chat.send(" \n ", to: toBob) }
        let long = String(repeating: "x", count: ChatText.limit + 1)
        #expect(throws: ChatProblem.textTooLong) { try chat.send(long, to: toBob) }
        try chat.send(String(long.dropLast()), to: toBob)
        try await until("the longest arrives") { toAnn.messages.last?.text.utf8.count == ChatText.limit }
        await ann.stop()
        await bob.stop()
    }

    @Test(
        "a contact is written to by the user's own word, with the key that is pinned, whatever others call themselves")
    func contacts() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        let (chat, contacts) = (ann.conference.chat, ann.conference.contacts)
        let contact = try contacts.add(ContactDraft(name: "Robert", address: bob.address))
        let met = try await chat.conversation(named: "robert", in: ann.conference)
        #expect(met.address == CallAddress(bob.address)?.description)
        #expect(contacts[contact.id]?.fingerprint == met.fingerprint, "the first one who answers there is the contact")
        #expect(met.title == "Robert")
        try await until("he says who he is") { met.name == "Bob" }
        await bob.stop()
        // Known by the key, nobody has to be there.
        #expect(try await chat.conversation(named: "Robert", in: ann.conference) === met)
        try contacts.remove(contact.id)
        #expect(met.title != "Robert")
        await ann.stop()
    }

    @Test("declining tells the other one and forgets; blocking says nothing and takes nothing")
    func strangers() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        let toBob = try await ann.conference.chat.conversation(atAddress: bob.address, in: ann.conference)
        try ann.conference.chat.send("buy this", to: toBob)
        try await until("the request is there") { bob.conference.chat.conversations.first?.messages.count == 1 }
        let toAnn = try #require(bob.conference.chat.conversations.first)
        bob.conference.chat.decline(toAnn)
        try await until("declined") { toBob.isDeclined }
        #expect(bob.conference.chat.conversations.isEmpty)
        try ann.conference.chat.send("really, buy this", to: toBob)
        try await until("it asks again") { texts(bob.conference.chat) == ["really, buy this"] }
        bob.conference.chat.block(toAnn)
        try ann.conference.chat.send("!!!", to: toBob)
        try await Task.sleep(for: .milliseconds(300))
        #expect(bob.conference.chat.conversations.isEmpty)
        #expect(toBob.messages.last?.delivery == .pending)
        await ann.stop()
        await bob.stop()
    }

    @Test("a stranger can leave so much and no more; the rest comes when the person agrees")
    func flood() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        let toBob = try await ann.conference.chat.conversation(atAddress: bob.address, in: ann.conference)
        for number in 0..<20 { try ann.conference.chat.send("\(number)", to: toBob) }
        try await until("as many as are allowed") {
            bob.conference.chat.conversations.first?.messages.count == Chat.requestLimit
        }
        try await Task.sleep(for: .milliseconds(200))
        let toAnn = try #require(bob.conference.chat.conversations.first)
        #expect(toAnn.messages.count == Chat.requestLimit)
        bob.conference.chat.accept(toAnn)
        try await until("the rest") { toAnn.messages.map(\.text) == (0..<20).map { "\($0)" } }
        await ann.stop()
        await bob.stop()
    }

    @Test("what was written to somebody who is away is there when they come back, and history outlives both")
    func away() async throws {
        let profiles = (try ScratchProfile(), try ScratchProfile())
        let ann = try await Instance.start("Ann", profile: profiles.0)
        var bob = try await Instance.start("Bob", profile: profiles.1)
        let (toBob, _) = try await befriend(ann, bob)
        let port = bob.conference.listeningPort ?? 0
        await bob.stop()
        try await until("gone") { !toBob.isLinked }
        for number in 0..<3 { try ann.conference.chat.send("while away \(number)", to: toBob) }
        try await until("nobody there") { toBob.failure == .connectionRefused }
        bob = try await Instance.start("Bob", profile: profiles.1) { $0.port = port }
        try await until("all there") {
            texts(bob.conference.chat) == ["hello"] + (0..<3).map { "while away \($0)" }
        }
        #expect(bob.conference.chat.search("awa 1", in: nil).map(\.text) == ["while away 1"])
        #expect(bob.conference.chat.search("\" OR NOT (", in: nil).isEmpty)
        await ann.stop()
        let again = try await Instance.start("Ann", profile: profiles.0)
        let listed = try #require(again.conference.chat.conversations.first)
        #expect(listed.messages.map(\.text) == ["while away 2"], "a list needs the last one alone")
        #expect(listed.hasEarlier && listed.unread == 0)
        #expect(texts(again.conference.chat).count == 4)
        #expect(!listed.hasEarlier)
        await again.stop()
        await bob.stop()
    }

    @Test("nobody's clock decides on the order, and a date that cannot be is pulled to where it can")
    func clocks() throws {
        let database = try DatabaseQueue()
        try database.write { database in
            for migration in ProfileDatabase.migrations { try migration.migrate(database) }
            let fingerprint = DTLSFingerprint(algorithm: .sha256, bytes: Array(repeating: 1, count: 32))
            let record = try ConversationStore.add(fingerprint, name: "", address: "", .open, database)
            for (text, date) in [("a", Int64(5000)), ("b", 1), ("c", .max), ("d", .min)] {
                try ChatStore.add(.random(), isOwn: false, text: text, date: date, now: 9000, to: record.id, database)
            }
            let messages = try ChatStore.messages(of: record.id, count: 10, database)
            #expect(messages.map(\.text) == ["a", "b", "c", "d"])
            #expect(messages.map(\.date) == [5000, 5000, 9000, 9000])
            let id = ConversationIdentifier.random()
            #expect(try ConversationStore.isNew(id, of: record.id, database))
            #expect(try !ConversationStore.isNew(id, of: record.id, database))
        }
    }

    @Test("a peer that floods, or talks nonsense, is cut off; one that talks past the rules is refused")
    func hostilePeer() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        let address = try #require(CallAddress(bob.address))
        let nonsense = try await ann.conference.dialConversation(address, expected: nil)
        nonsense.send([1, 9])
        for await event in nonsense.events { if case .closed = event { break } }
        let flood = try await ann.conference.dialConversation(address, expected: nil)
        for _ in 0..<3000 { flood.send([4]) }
        for await event in flood.events { if case .closed = event { break } }
        #expect(bob.log.contains("broke the protocol"))
        #expect(bob.conference.chat.conversations.isEmpty)
        let (toBob, toAnn) = try await befriend(ann, bob)
        try toBob.line.send(.chat, Array("no JSON".utf8), id: .random())
        try ann.conference.chat.send("after it", to: toBob)
        try await until("the next one arrives") { toAnn.messages.last?.text == "after it" }
        #expect(ChatText.shown("a\u{202E}b\u{0}c") == "abc")
        await ann.stop()
        await bob.stop()
    }
}
