import RTC
import Testing

@testable import Conference

/// Contacts, digits, history and presence in calls between conferences over real sockets and TLS.
@MainActor @Suite("People in calls", .serialized) struct PeopleTests {
    @Test("a contact is called by name, and known by the key when calling")
    func byName() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        let contact = try ann.conference.contacts.add(ContactDraft(name: "Bobby", address: bob.address))
        #expect(contact.fingerprint == nil)
        ann.stream.address = "bobby"
        #expect(ann.stream.remoteAddress == bob.address && ann.stream.address == "bobby")
        try await bob.wait(.incoming)
        bob.stream.accept()
        try await ann.wait(.connected)
        #expect(ann.stream.contact?.name == "Bobby")
        #expect(ann.stream.contact?.fingerprint == bob.conference.identity?.fingerprint.description, "pinned")
        #expect(bob.stream.contact == nil && bob.conference.canAddContact(of: bob.stream))
        try bob.conference.addContact(of: bob.stream)
        #expect(bob.stream.contact?.name == "Ann" && !bob.conference.canAddContact(of: bob.stream))
        ann.stream.disconnect()
        try await bob.wait(.ended(.remoteHangUp))
        // Under whatever name, the key tells who it is.
        ann.stream.identifier = "Somebody"
        ann.stream.connect(to: "Bobby")
        try await bob.wait(.incoming)
        #expect(bob.stream.contact?.name == "Ann" && bob.stream.remoteIdentity?.standing == .known)
        await ann.stop()
        await bob.stop()
    }

    @Test("what can only be an address is never a contact's name")
    func addressesFirst() async throws {
        let ann = try Instance("Ann", profile: ScratchProfile()) { _ in }
        let contacts = ann.conference.contacts
        try contacts.add(ContactDraft(name: "bank.example.org", address: "evil"))
        try contacts.add(ContactDraft(name: "192.168.1.7", address: "evil2"))
        let desk = try contacts.add(ContactDraft(name: "desk", address: "192.168.1.8"))
        #expect(ann.conference.contact(calledBy: "bank.example.org") == nil)
        #expect(ann.conference.contact(calledBy: "192.168.1.7") == nil)
        #expect(ann.conference.contact(calledBy: " Desk ") == desk && ann.conference.contact(calledBy: "desk:1") == nil)
        try ann.stream.note(address: "desk")
        #expect(throws: StreamTextProblem.addressInvalid) { try ann.stream.note(address: "no such contact") }
    }

    @Test("somebody under a contact's name with another key is shown as such, and noted")
    func impostor() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        let mallory = try await Instance.start("Ann")
        try await ann.call(bob)
        let contact = try bob.conference.addContact(of: bob.stream)
        ann.stream.disconnect()
        try await bob.wait(.ended(.remoteHangUp))
        mallory.stream.connect(to: bob.address)
        try await bob.wait(.incoming)
        #expect(bob.stream.remoteIdentity?.standing == .changed && bob.stream.contact == nil)
        #expect(bob.conference.contacts.trustHistory(of: contact).map(\.what).contains(.changed))
        for instance in [ann, bob, mallory] { await instance.stop() }
    }

    @Test("a contact's key is expected at its address; another one is refused, told, and accepted by the user alone")
    func pinned() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        try await ann.call(bob)
        try ann.conference.verify(ann.stream)
        let contact = try #require(ann.stream.contact)
        #expect(contact.isVerified && ann.stream.isVerified && !bob.stream.isVerified)
        ann.stream.disconnect()
        let port = try #require(bob.conference.listeningPort)
        await bob.stop()
        let mallory = try await Instance.start("Bob") { $0.port = port }
        try await until("the port is Mallory's") { mallory.conference.listeningPort == port }
        ann.stream.connect(to: "Bob")
        try await ann.wait(.ended(.identityChanged))
        let refused = try #require(ann.stream.refusedIdentity)
        ann.conference.trust(refused)
        let now = try #require(ann.conference.contacts[contact.id])
        #expect(now.fingerprint == refused.fingerprint && !now.isVerified)
        let events = ann.conference.contacts.trustHistory(of: now).map(\.what)
        #expect(events == [.firstSeen, .verified, .changed, .accepted, .accepted], "address and contact")
        #expect(ann.conference.history.recent.first?.reason == "identity-changed")
        try await ann.call(mallory)
        #expect(ann.stream.contact?.id == contact.id && !ann.stream.isVerified)
        await ann.stop()
        await mallory.stop()
    }

    @Test("both sides have the same digits; with somebody in between they differ")
    func digits() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        try await ann.call(bob)
        let digits = try #require(ann.stream.verification)
        #expect(digits == bob.stream.verification)
        let last = await ann.stream.information()
        #expect(last.verification == digits.description)
        ann.stream.disconnect()
        try await bob.wait(.ended(.remoteHangUp))
        try await ann.call(bob)
        #expect(ann.stream.verification != digits, "new in each call")
        ann.stream.disconnect()
        try await bob.wait(.ended(.remoteHangUp))

        let mallory = try await Instance.start("Bob")
        let other = mallory.conference.addStream(named: "other", to: try #require(mallory.conference.windows.first))
        ann.stream.connect(to: mallory.address)
        try await mallory.wait(.incoming)
        other.connect(to: bob.address)
        try await bob.wait(.incoming)
        bob.stream.accept()
        mallory.stream.accept()
        try await ann.wait(.connected)
        try await bob.wait(.connected)
        try await until("both legs") { mallory.stream.verification != nil && other.verification != nil }
        #expect(ann.stream.verification != nil && ann.stream.verification != bob.stream.verification)
        #expect(ann.stream.verification == mallory.stream.verification && bob.stream.verification == other.verification)
        for instance in [ann, bob, mallory] { await instance.stop() }
    }

    @Test("every call is remembered: answered, missed, declined, failed, turned away; a test call is not")
    func history() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        try await ann.call(bob)
        ann.stream.disconnect()
        try await bob.wait(.ended(.remoteHangUp))
        let made = try #require(ann.conference.history.recent.first)
        #expect(made.isOutgoing && made.reason == "local-hang-up" && made.duration.map { $0 >= 0 } == true)
        #expect(made.address == bob.address && made.name == "Bob" && !made.isMissed)
        let taken = try #require(bob.conference.history.recent.first)
        #expect(!taken.isOutgoing && taken.reason == "remote-hang-up" && taken.name == "Ann" && !taken.isMissed)
        #expect(taken.fingerprint == ann.conference.identity?.fingerprint.description)

        ann.stream.connect(to: bob.address)
        try await bob.wait(.incoming)
        ann.stream.disconnect()
        try await bob.wait(.ended(.missed))
        #expect(bob.conference.history.missedCount == 1)
        ann.stream.connect(to: bob.address)
        try await bob.wait(.incoming)
        bob.stream.reject()
        try await ann.wait(.ended(.declined))
        #expect(bob.conference.history.missedCount == 1 && ann.conference.history.missedCount == 0)
        bob.conference.history.markSeen()
        #expect(bob.conference.history.missedCount == 0 && bob.conference.history.recent[1].isMissed)

        bob.conference.doNotDisturb = true
        let eve = try await Instance.start("Eve")
        for _ in 1...2 {
            eve.stream.connect(to: bob.address)
            try await eve.wait(.ended(.busy))
        }
        #expect(bob.conference.history.missedCount == 1, "again within the minute is the same")
        #expect(bob.conference.history.recent.first?.reason == "busy")
        eve.stream.connect(to: "127.0.0.1:1")
        try await eve.wait(.ended(.connectionRefused))
        #expect(eve.conference.history.recent.map(\.reason) == ["connection-refused", "busy", "busy"])
        ann.stream.testCall()
        ann.stream.disconnect()
        #expect(ann.conference.history.recent.count == 3)

        let contact = try bob.conference.addContact(of: taken)
        #expect(contact.name == "Ann" && contact.fingerprint == taken.fingerprint)
        #expect(bob.conference.history.records(10, contact: contact.id).count == 3, "its calls of before, too")
        #expect(bob.conference.history.records(10, missedOnly: true).count == 2)
        for instance in [ann, bob, eve] { await instance.stop() }
    }
}
