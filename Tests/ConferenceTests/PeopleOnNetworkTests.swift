import RTC
import Testing
import Transport

@testable import Conference

/// A finder that a test speaks through.
@MainActor private final class ScriptedFinder: ServiceFinding {
    private(set) var announced: OwnService?
    private(set) var isStarted = false
    var tell: ([ServiceSighting]?) -> Void = { _ in }

    func start(interfaces: [String], _ onChange: @escaping ([ServiceSighting]?) -> Void) {
        isStarted = true
        tell = onChange
        onChange([])
    }

    func announce(_ service: OwnService?) { announced = service }
    func refresh() {}
    func stop() async { isStarted = false }
}

/// Who is on the network, and what it is told of us.
@MainActor @Suite("People on the network", .serialized) struct PeopleOnNetworkTests {
    private let finder = ScriptedFinder()

    private func start(_ name: String = "Ann") async throws -> Instance {
        let finder = finder
        let ann = try await Instance.start(name) { $0.discovery = DiscoveryOptions(finder: finder) }
        try await until("it looks") { finder.isStarted && finder.announced != nil }
        return ann
    }

    private static func sighting(_ key: String, _ name: String, port: Int = 29172, at address: String = "127.0.0.1")
        -> ServiceSighting
    {
        ServiceSighting(name: name, keyIdentifier: key, address: address, port: port)
    }

    @Test("what is announced follows name, detection and status; who is invisible is not announced")
    func announcing() async throws {
        let ann = try await start()
        let conference = ann.conference
        try await until("the name") { finder.announced?.name == "Ann" }
        #expect(finder.announced?.port == conference.listeningPort)
        #expect(finder.announced?.keyIdentifier == conference.keyIdentifier)
        #expect(conference.keyIdentifier?.count == 16)
        ann.stream.identifier = "Anna"
        try await until("the new name") { finder.announced?.name == "Anna" }
        conference.status = .invisible
        try await until("nothing") { finder.announced == nil }
        conference.status = .doNotDisturb
        try await until("something") { finder.announced != nil }
        ann.stream.detection = false
        try await until("nothing") { finder.announced == nil }
        ann.stream.detection = true
        try await until("something") { finder.announced != nil }
        try conference.configure(
            NetworkSettings(servers: ["turn:127.0.0.1:9"], user: "u", password: "p", relayOnly: true))
        try await until("nothing") { finder.announced == nil }
        await ann.stop()
        #expect(!finder.isStarted)
    }

    @Test("people are listed by name, once each, ourselves and what lies elsewhere left out, at most so many")
    func listing() async throws {
        let ann = try await start()
        let people = ann.conference.peopleOnNetwork
        let own = try #require(ann.conference.keyIdentifier)
        finder.tell([
            Self.sighting("000000000000000b", "Zoe"), Self.sighting("000000000000000c", "bob\u{202E}"),
            Self.sighting("000000000000000c", "bob again", port: 1), Self.sighting(own, "Ann"),
            Self.sighting("000000000000000d", "Far", at: "203.0.113.9"),
            Self.sighting("000000000000000e", "Nowhere", port: 0), Self.sighting("000000000000000f", "No", at: "host"),
        ])
        #expect(people.people.map(\.name) == ["bob", "Zoe"])
        #expect(people.people.first?.address == "127.0.0.1:29172" && people.people.first?.contactID == nil)
        finder.tell((0..<500).map { Self.sighting("f00000000000" + String(0x1000 + $0, radix: 16), "n\($0)") })
        #expect(people.people.count == PeopleOnNetwork.limit)
        await ann.stop()
    }

    @Test("somebody found becomes a contact, is that contact then, can be called at once and has to show its key")
    func contacts() async throws {
        let ann = try await start()
        let bob = try await Instance.start("Bob")
        let people = ann.conference.peopleOnNetwork
        let key = try #require(bob.conference.keyIdentifier)
        let port = try #require(bob.conference.listeningPort)
        finder.tell([Self.sighting(key, "Bob", port: port)])
        let contact = try ann.conference.addContact(of: #require(people[key]))
        #expect(contact.name == "Bob" && contact.address == "127.0.0.1:\(port)" && contact.fingerprint == nil)
        #expect(people[key]?.contactID == contact.id)
        try await until("he can be called") {
            ann.conference.contacts.presences[contact.id]?.canBeCalled == true
        }
        // Known by the key now, wherever he is.
        try ann.conference.contacts.update(contact.id, ContactDraft(name: "Bobby", address: "bob.invalid"))
        #expect(people[key]?.contactID == nil)
        let bobs = try #require(bob.conference.identity?.fingerprint)
        ann.conference.contacts.pin(bobs.description, to: contact.id)
        #expect(people[key]?.contactID == contact.id && people[key]?.name == "Bobby")
        try await until("he is asked where he is") {
            ann.conference.contacts.presences[contact.id] == .reachable
        }
        #expect(ann.conference.expectedIdentity(at: try #require(CallAddress(bob.address))) == bobs)
        try await ann.call(bob)
        #expect(ann.stream.contactID == contact.id)
        ann.stream.disconnect()
        // Somebody else says that he is Bob.
        let eve = try await Instance.start("Eve")
        finder.tell([Self.sighting(key, "Bob", port: try #require(eve.conference.listeningPort))])
        ann.stream.connect(to: eve.address)
        try await ann.wait(.ended(.identityChanged))
        for side in [ann, bob, eve] { await side.stop() }
    }

    @Test("where no other finder can look, multicast DNS of our own does, and the other way round")
    func takingTurns() async throws {
        let port = UInt16.random(in: 20_000..<30_000)
        let finder = finder
        let ann = try await Instance.start("Ann") { $0.discovery = DiscoveryOptions(finder: finder, port: port) }
        let bob = try await Instance.start("Bob") { $0.discovery = DiscoveryOptions(port: port) }
        try await until("it looks") { finder.isStarted }
        finder.tell(nil)
        let key = try #require(bob.conference.keyIdentifier)
        try await until("Bob is found") { ann.conference.peopleOnNetwork[key]?.name == "Bob" }
        try await until("Ann is found") { bob.conference.peopleOnNetwork.people.map(\.name) == ["Ann"] }
        finder.tell([Self.sighting("000000000000000c", "Carl")])
        #expect(ann.conference.peopleOnNetwork.people.map(\.name) == ["Carl"])
        try await until("Ann is gone from where Bob looks") { bob.conference.peopleOnNetwork.people.isEmpty }
        await ann.stop()
        await bob.stop()
    }
}
