import NIOCore
import NIOPosix
import RTC
import Synchronization
import Testing

@testable import Conference

/// Looking whether people can be called, between conferences over real sockets and TLS.
@MainActor @Suite("Presence", .serialized) struct PresenceTests {
    /// Ann, who looks often, with Bob as a contact; Bob has Ann as one if he is to tell her more.
    private func pair(mutual: Bool) async throws -> (ann: Instance, bob: Instance, contact: Contact) {
        let ann = try await Instance.start("Ann") { $0.timing.presence = .milliseconds(120) }
        let bob = try await Instance.start("Bob")
        if mutual {
            try bob.conference.contacts.add(
                ContactDraft(name: "Ann", address: "ann.invalid"),
                fingerprint: ann.conference.identity?.fingerprint.description)
        }
        return (ann, bob, try ann.conference.contacts.add(ContactDraft(name: "Bob", address: bob.address)))
    }

    private func wait(_ ann: Instance, _ contact: Contact, _ presence: Presence) async throws {
        try await until("\(presence)") { ann.conference.contacts.presences[contact.id] == presence }
    }

    @Test("a contact sees each state, without anything ringing; who is invisible is offline")
    func states() async throws {
        let (ann, bob, contact) = try await pair(mutual: true)
        try await wait(ann, contact, .available)
        #expect(bob.stream.state == .idle && bob.conference.history.recent.isEmpty && bob.conference.arrivals.isEmpty)
        #expect(ann.conference.contacts[contact.id]?.fingerprint == nil, "a look pins nothing")
        bob.conference.isIdle = true
        try await wait(ann, contact, .away)
        bob.conference.status = .doNotDisturb
        try await wait(ann, contact, .doNotDisturb)
        bob.conference.status = .invisible
        try await wait(ann, contact, .offline)
        bob.conference.isIdle = false
        bob.conference.status = .available
        try await ann.call(bob)
        try await wait(ann, contact, .busy)
        ann.stream.disconnect()
        try await wait(ann, contact, .available)
        await bob.stop()
        try await wait(ann, contact, .unreachable(.connectionRefused))
        await ann.stop()
    }

    @Test("a stranger learns that something is there, and no more")
    func stranger() async throws {
        let (ann, bob, contact) = try await pair(mutual: false)
        try await wait(ann, contact, .reachable)
        bob.conference.status = .doNotDisturb
        for status in UserStatus.allCases where status != .invisible {
            bob.conference.status = status
            #expect(bob.conference.presence(for: ann.conference.identity?.fingerprint) == .reachable)
        }
        bob.conference.status = .invisible
        #expect(bob.conference.presence(for: nil) == nil)
        try await wait(ann, contact, .offline)
        await ann.stop()
        await bob.stop()
    }

    @Test("another key than the contact's is told as such, and no address is looked at while only relays may be used")
    func limits() async throws {
        let (ann, bob, contact) = try await pair(mutual: false)
        ann.conference.contacts.pin(
            DTLSFingerprint(algorithm: .sha256, bytes: Array(repeating: 1, count: 32)).description, to: contact.id)
        try await wait(ann, contact, .unreachable(.identityChanged))
        try ann.conference.configure(
            NetworkSettings(servers: ["turn:127.0.0.1:9"], user: "u", password: "p", relayOnly: true))
        try await until("nothing is known") { ann.conference.contacts.presences.isEmpty }
        await bob.stop()
        try await Task.sleep(for: .milliseconds(300))
        #expect(ann.conference.contacts.presences.isEmpty)
        await ann.stop()
    }

    @Test("a name at a server that we are not at says so; who is removed is forgotten")
    func accounts() async throws {
        let (ann, bob, contact) = try await pair(mutual: false)
        let account = try ann.conference.contacts.add(ContactDraft(name: "Eve", address: "eve@127.0.0.1"))
        try await wait(ann, contact, .reachable)
        try await wait(ann, account, .serverNotConnected("127.0.0.1"))
        try ann.conference.contacts.remove(account.id)
        try ann.conference.contacts.remove(contact.id)
        try await Task.sleep(for: .milliseconds(300))
        #expect(ann.conference.contacts.presences.isEmpty)
        await ann.stop()
        await bob.stop()
    }

    /// Where somebody could be asked, who counts only.
    private final class Door: Sendable {
        let knocks = Atomic(0)

        func open(on eventLoop: any EventLoop) async throws -> any Channel {
            try await ServerBootstrap(group: eventLoop)
                .childChannelInitializer { channel in
                    self.knocks.add(1, ordering: .relaxed)
                    return channel.eventLoop.makeSucceededVoidFuture()
                }
                .bind(host: "127.0.0.1", port: 0).get()
        }
    }

    @Test("who is invisible knocks at no door, as that would show the own key; visible again, at once")
    func silence() async throws {
        let ann = try await Instance.start("Ann") { $0.timing.presence = .milliseconds(60) }
        let door = Door()
        let channel = try await door.open(on: ann.conference.eventLoop)
        let port = try #require(channel.localAddress?.port)
        let contact = try ann.conference.contacts.add(ContactDraft(name: "Bob", address: "127.0.0.1:\(port)"))
        let account = try ann.conference.contacts.add(ContactDraft(name: "Eve", address: "eve@127.0.0.1"))
        try await until("somebody knocks") { door.knocks.load(ordering: .relaxed) > 0 }
        ann.conference.contacts.presences[contact.id] = .available
        ann.conference.status = .invisible
        try await until("what was known is forgotten") { ann.conference.contacts.presences[contact.id] == nil }
        try await wait(ann, account, .serverNotConnected("127.0.0.1"))
        let before = door.knocks.load(ordering: .relaxed)
        ann.conference.refreshPresences()
        try await Task.sleep(for: .milliseconds(400))
        #expect(door.knocks.load(ordering: .relaxed) == before)
        ann.conference.status = .available
        try await until("somebody knocks again") { door.knocks.load(ordering: .relaxed) > before }
        try await channel.close()
        await ann.stop()
    }

    @Test("messages: what is asked and told crosses as JSON; a word of a later version is at least somebody there")
    func messages() throws {
        for message in [SignalingMessage.presenceRequest] + Presence.Word.allCases.map(SignalingMessage.presence) {
            #expect(try SignalingMessage(parsing: message.frame()) == message)
        }
        #expect(
            try SignalingMessage(parsing: Array(#"{"type":"presence","status":"dancing"}"#.utf8))
                == .presence(.reachable))
        #expect(try SignalingMessage(parsing: Array(#"{"type":"presence"}"#.utf8)) == .presence(.reachable))
    }

    @Test("do not disturb is one of the states, and switching it off leaves another one alone")
    func doNotDisturb() throws {
        let conference = try Instance("Ann", profile: ScratchProfile()) { _ in }.conference
        conference.doNotDisturb = true
        #expect(conference.status == .doNotDisturb)
        conference.doNotDisturb = false
        #expect(conference.status == .available)
        conference.status = .invisible
        conference.doNotDisturb = false
        #expect(conference.status == .invisible && !conference.doNotDisturb)
    }
}
