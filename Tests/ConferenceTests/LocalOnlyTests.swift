import RTC
import Testing
import Transport

@testable import Conference

/// Calls that stay on the networks that this computer is on.
@MainActor @Suite("This network only", .serialized) struct LocalOnlyTests {
    private static var local: NetworkSettings {
        var settings = NetworkSettings(servers: ["stun:198.51.100.1:3478"], user: "", password: nil)
        settings.lanOnly = true
        return settings
    }

    @Test("an address, a name and a server elsewhere are refused and counted; a call on this computer goes on as ever")
    func refusing() async throws {
        let ann = try await Instance.start("Ann")
        let bob = try await Instance.start("Bob")
        try ann.conference.configure(Self.local)
        #expect(ann.conference.network.stunServers.isEmpty, "no server is asked")
        for (count, address) in ["198.51.100.7", "[2001:db8::7]", "example.invalid", "ann@example.invalid"].enumerated()
        {
            ann.stream.connect(to: address)
            try await ann.wait(.ended(.elsewhere))
            #expect(ann.conference.refusedElsewhere == count + 1)
        }
        try await ann.call(bob)
        #expect(ann.conference.sentLocally.first { $0.interface == "lo" }.map { $0.packets > 0 } == true)
        ann.stream.disconnect()
        try await bob.wait(.ended(.remoteHangUp))
        // The port is open again, for this computer and its networks.
        try await until("the port is open") { ann.conference.listeningPort != nil }
        try await bob.call(ann)
        await ann.stop()
        await bob.stop()
    }

    @Test("presence is not asked for elsewhere, and what is under way elsewhere ends")
    func presence() async throws {
        let ann = try await Instance.start("Ann") { $0.timing.presence = .milliseconds(120) }
        try ann.conference.configure(Self.local)
        let contact = try ann.conference.contacts.add(ContactDraft(name: "Far", address: "198.51.100.9"))
        try await until("it is refused") {
            ann.conference.contacts.presences[contact.id] == .unreachable(.elsewhere)
        }
        #expect(ann.conference.refusedElsewhere > 0)
        await ann.stop()
    }

    @Test("the settings are kept, and do not go with relays alone")
    func settings() throws {
        var settings = Self.local
        settings.servers = [.init("turn:198.51.100.1:3478", user: "u", password: "p")]
        settings.relayOnly = true
        #expect(throws: NetworkSettingsProblem.relaysElsewhere) { try settings.configuration() }
        settings.relayOnly = false
        #expect(try settings.configuration().relays.isEmpty)
    }
}
