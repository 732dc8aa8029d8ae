import Foundation
import RTC
import Testing

@testable import Conference

/// How people are who are called by their name at a server.
@MainActor @Suite("Presence at a server", .serialized) struct ServerPresenceTests {
    private func instance(_ name: String, _ server: TestServer, _ profile: ScratchProfile? = nil) async throws
        -> Instance
    {
        try await Instance.start(name, at: server, profile: profile) {
            Instance.quick(&$0)
            $0.timing.presence = .milliseconds(120)
        }
    }

    private func wait(_ ann: Instance, _ contact: Contact, _ presence: Presence) async throws {
        try await until("\(presence), not \(String(describing: ann.conference.contacts.presences[contact.id]))") {
            ann.conference.contacts.presences[contact.id] == presence
        }
    }

    private func fingerprint(_ instance: Instance) -> String? { instance.conference.identity?.fingerprint.description }

    @Test("a contact is as they say, to who is their contact; not signed in and not connected are told apart")
    func states() async throws {
        let server = try await TestServer.start()
        let (ann, bob) = (try await instance("Ann", server), try await instance("Bob", server))
        let contact = try ann.conference.contacts.add(
            ContactDraft(name: "Bob", address: "bob@127.0.0.1:\(server.port)"), fingerprint: fingerprint(bob))
        try await wait(ann, contact, .reachable)
        try bob.conference.contacts.add(
            ContactDraft(name: "Ann", address: "ann.invalid"), fingerprint: fingerprint(ann))
        try await wait(ann, contact, .available)
        bob.conference.isIdle = true
        try await wait(ann, contact, .away)
        bob.conference.status = .doNotDisturb
        try await wait(ann, contact, .doNotDisturb)
        #expect(bob.stream.state == .idle && bob.conference.history.recent.isEmpty)
        await bob.stop()
        try await wait(ann, contact, .notSignedIn("127.0.0.1"))
        #expect(ann.conference.contacts.presences[contact.id]?.message == "Not signed in at 127.0.0.1")
        await server.stop()
        try await wait(ann, contact, .serverNotConnected("127.0.0.1"))
        try await server.run()
        try await wait(ann, contact, .notSignedIn("127.0.0.1"))
        await ann.stop()
        await server.stop()
    }

    @Test(
        "who has the name and not the key is listed, and says nothing; a page is not asked; answers are not for others")
    func impostors() async throws {
        let server = try await TestServer.start()
        let ann = try await instance("Ann", server)
        let mallory = try await instance("Bob", server)
        let key = try InstallationIdentity(DTLSCertificate.generate(commonName: "x", secondsSince1970: 1_800_000_000))
        let page = try await server.join(as: "zed")
        let pinned = try ann.conference.contacts.add(
            ContactDraft(name: "Bob", address: "bob@127.0.0.1:\(server.port)"),
            fingerprint: key.fingerprint.description)
        let contact = try ann.conference.contacts.add(
            ContactDraft(name: "Zed", address: "zed@127.0.0.1:\(server.port)"))
        mallory.conference.status = .doNotDisturb
        try mallory.conference.contacts.add(
            ContactDraft(name: "Ann", address: "ann.invalid"), fingerprint: fingerprint(ann))
        try await wait(ann, pinned, .reachable)
        try await wait(ann, contact, .reachable)
        let found = await ann.conference.rendezvous.askPresence(
            "bob", expected: try #require(mallory.conference.identity?.fingerprint))
        #expect(found == .doNotDisturb)
        // Without a proof, and with one that was made for somebody else.
        var question = SignalingEnvelope(.presenceRequest, call: "q", target: "ann")
        question.proof = try mallory.conference.identity?.proof(of: question)
        question.target = "bob"
        for text in [
            #"{"type":"presence-request","target":"bob","call":"p"}"#,
            String(decoding: try question.frame(), as: UTF8.self),
        ] { try await page.send(text) }
        try await page.send(#"{"type":"message","text":"mark"}"#)
        var told: [String] = []
        while true {
            let fields = try await page.next()
            if fields["type"] as? String == "message" { break }
            if fields["type"] as? String == "presence" { told.append(fields["status"] as? String ?? "") }
            #expect(["presence", "userlist"].contains(fields["type"] as? String ?? ""))
        }
        #expect(told.allSatisfy { $0 == "reachable" } && told.count <= 1)
        #expect(ann.conference.contacts.presences[pinned.id] == .reachable)
        await page.close()
        for instance in [ann, mallory] { await instance.stop() }
        await server.stop()
    }

    @Test(
        "a contact with an address who told a name at our server is found there, and called; others are listed by name")
    func both() async throws {
        let server = try await TestServer.start()
        let (ann, bob) = (try await instance("Ann", server), try await instance("Bob", server))
        let contact = try ann.conference.contacts.add(ContactDraft(name: "Robert", address: bob.address))
        try await until("he is listed") { ann.conference.serverUsers.map(\.name) == ["bob"] }
        let toBob = try await ann.conference.chat.conversation(with: contact, in: ann.conference)
        let pinned = try #require(ann.conference.contacts[contact.id])
        try await until("he has said where he is") { ann.conference.serverPlace(of: pinned) != nil }
        try bob.conference.contacts.add(
            ContactDraft(name: "Ann", address: "ann.invalid"), fingerprint: fingerprint(ann))
        toBob.line.hangUp()
        bob.stream.detection = false
        try await until("nothing listens") { bob.conference.listeningPort == nil }
        try await wait(ann, contact, .available)
        // Without a stream that waits for calls, whoever calls is turned away: but the call has come.
        ann.stream.connect(to: "Robert")
        try await ann.wait(.ended(.busy))
        #expect(bob.conference.history.recent.first?.isMissed == true)
        let user = try #require(ann.conference.serverUsers.first)
        #expect(user.address == "bob@127.0.0.1:\(server.port)")
        let added = try ann.conference.addContact(of: user)
        #expect(added.name == "bob")
        #expect(ann.conference.serverUsers.isEmpty)
        for instance in [ann, bob] { await instance.stop() }
        await server.stop()
    }
}
