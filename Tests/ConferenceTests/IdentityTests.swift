import RTC
import Testing

@testable import Conference

/// Knowing people again by the key of their installation.
@MainActor @Suite("Identities", .serialized) struct IdentityTests {
    @Test("the key met at an address is expected there from then on; another one is refused until it is trusted")
    func changedKey() async throws {
        let annProfile = try ScratchProfile()
        var ann = try await Instance.start("Ann", profile: annProfile)
        let bob = try await Instance.start("Bob")
        let port = try #require(bob.conference.listeningPort)
        try await ann.call(bob)
        #expect(ann.stream.remoteIdentity?.standing == .firstContact)
        #expect(ann.stream.remoteIdentity?.fingerprint == bob.conference.identity?.fingerprint.description)
        ann.stream.disconnect()
        try await ann.call(bob)
        #expect(ann.stream.remoteIdentity?.standing == .known)
        await bob.stop()
        await ann.stop()

        ann = try await Instance.start("Ann", profile: annProfile)
        let mallory = try await Instance.start("Bob") { $0.port = port }
        try await until("the port is Mallory's") { mallory.conference.listeningPort == port }
        ann.stream.connect(to: mallory.address)
        try await ann.wait(.ended(.identityChanged))
        #expect(mallory.stream.state == .idle, "nothing of the call reached the wrong one")
        let refused = try #require(ann.stream.refusedIdentity)
        #expect(refused.fingerprint == mallory.conference.identity?.fingerprint.description)
        ann.stream.connect(to: mallory.address)
        try await ann.wait(.ended(.identityChanged))
        ann.conference.trust(try #require(ann.stream.refusedIdentity))
        #expect(ann.stream.refusedIdentity == nil)
        try await ann.call(mallory)
        await ann.stop()
        await mallory.stop()
    }

    @Test("a caller under a known name with another key is shown as such, and never answered by itself")
    func changedCaller() async throws {
        let profile = try ScratchProfile()
        var bob = try await Instance.start("Bob", profile: profile)
        let (ann, mallory) = (try await Instance.start("Ann"), try await Instance.start("Ann"))
        try await ann.call(bob)
        #expect(bob.stream.remoteIdentity?.standing == .firstContact)
        ann.stream.disconnect()
        try await bob.wait(.ended(.remoteHangUp))
        ann.stream.connect(to: bob.address)
        try await bob.wait(.incoming)
        #expect(bob.stream.remoteIdentity?.standing == .known)
        ann.stream.disconnect()
        try await bob.wait(.ended(.missed))
        mallory.stream.connect(to: bob.address)
        try await bob.wait(.incoming)
        #expect(bob.stream.remoteIdentity?.standing == .changed)
        mallory.stream.disconnect()
        await bob.stop()

        bob = try await Instance.start("Bob", profile: profile) { $0.autoAccept = true }
        ann.stream.connect(to: bob.address)
        try await ann.wait(.connected)
        ann.stream.disconnect()
        try await bob.wait(.ended(.remoteHangUp))
        mallory.stream.connect(to: bob.address)
        try await mallory.wait(.calling)
        try await until("it rings over there") { mallory.stream.remoteIdentifier == "Bob" }
        #expect(bob.stream.state == .incoming && bob.stream.remoteIdentity?.standing == .changed)
        for instance in [ann, bob, mallory] { await instance.stop() }
    }
}
