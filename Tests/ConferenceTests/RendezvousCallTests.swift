import RTC
import Testing

@testable import Conference

/// Calls by name through a real rendezvous server; only media is a double.
@MainActor @Suite("Calls through a server", .serialized) struct RendezvousCallTests {
    private func address(_ name: String, _ server: TestServer) -> String { "\(name)@127.0.0.1:\(server.port)" }

    /// Ann has called Bob, who answered.
    private func connected(_ server: TestServer, _ ann: Instance, _ bob: Instance) async throws {
        try await until("Bob is there") { ann.conference.rendezvous.users.contains("bob") }
        ann.stream.connect(to: address("bob", server))
        try await bob.wait(.incoming)
        bob.stream.accept()
        try await ann.wait(.connected)
        try await bob.wait(.connected)
    }

    @Test("a call rings, is answered with both keys known, changes in mid-call, and is hung up")
    func call() async throws {
        let server = try await TestServer.start()
        let (ann, bob) = (try await Instance.start("Ann", at: server), try await Instance.start("Bob", at: server))
        #expect(ann.conference.rendezvous.name == "ann")
        try await until("Bob is there") { ann.conference.rendezvous.users == ["bob"] }
        ann.stream.connect(to: "bob@127.0.0.1")
        try await bob.wait(.incoming)
        #expect(bob.stream.remoteAddress == address("ann", server))
        #expect(bob.stream.remoteIdentity?.standing == .firstContact)
        #expect(bob.stream.remoteIdentity?.fingerprint == ann.conference.identity?.fingerprint.description)
        bob.stream.accept()
        try await ann.wait(.connected)
        try await bob.wait(.connected)
        #expect(ann.stream.remoteIdentity?.fingerprint == bob.conference.identity?.fingerprint.description)
        try await until("each knows what the other is called") {
            ann.stream.remoteIdentifier == "Bob" && bob.stream.remoteIdentifier == "Ann"
        }
        bob.stream.outgoing = .audio
        try await until("the change is negotiated") {
            ann.media.last?.calls.contains("createAnswer offer 1") == true
        }
        try await until("candidates cross") {
            ann.media.last?.candidates.contains("candidate:of-the-called") == true
                && bob.media.last?.candidates.contains("candidate:of-the-caller") == true
        }
        ann.stream.disconnect()
        try await bob.wait(.ended(.remoteHangUp))
        ann.stream.connect(to: "bob@127.0.0.1:\(server.port)")
        try await bob.wait(.incoming)
        #expect(bob.stream.remoteIdentity?.standing == .known)
        bob.stream.reject()
        try await ann.wait(.ended(.declined))
        bob.conference.doNotDisturb = true
        ann.stream.connect(to: "bob@127.0.0.1")
        try await ann.wait(.ended(.busy))
        try await until("nothing is left") {
            ann.conference.carriers.isEmpty && bob.conference.carriers.isEmpty
        }
        await ann.stop()
        await bob.stop()
        await server.stop()
    }

    @Test("who has no account calls as a guest; two at once are told apart; nobody is told from nobody there")
    func guests() async throws {
        let server = try await TestServer.start()
        let bob = try await Instance.start("Bob", at: server)
        let second = bob.conference.addStream(named: "second", to: try #require(bob.conference.windows.first))
        second.detection = true
        let (eve, zoe) = (try await Instance.start("Eve"), try await Instance.start("Eve"))
        for guest in [eve, zoe] { guest.stream.connect(to: address("bob", server)) }
        try await until("both ring") { bob.stream.state == .incoming && second.state == .incoming }
        #expect(bob.stream.remoteAddress != second.remoteAddress)
        bob.stream.accept()
        second.accept()
        try await eve.wait(.connected)
        try await zoe.wait(.connected)
        eve.stream.disconnect()
        try await until("one call is left") {
            [bob.stream.state, second.state].filter { $0 == .connected }.count == 1
        }
        #expect(zoe.stream.state == .connected)
        eve.stream.connect(to: address("nobody", server))
        try await eve.wait(.ended(.unknownPerson))
        bob.stream.connect(to: address("bob", server))
        if bob.stream.state.isBusy, bob.stream.state != .connected {
            try await bob.wait(.ended(.invalidAddress))
        }
        for instance in [eve, zoe, bob] { await instance.stop() }
        await server.stop()
    }

    @Test("two who call each other at the same time are in one call", arguments: 1...3)
    func glare(round: Int) async throws {
        let server = try await TestServer.start()
        let (ann, bob) = (try await Instance.start("Ann", at: server), try await Instance.start("Bob", at: server))
        try await until("both see each other") {
            ann.conference.rendezvous.users == ["bob"] && bob.conference.rendezvous.users == ["ann"]
        }
        ann.stream.connect(to: "bob@127.0.0.1")
        if round > 1 { try await Task.sleep(for: .milliseconds(round)) }
        guard bob.stream.state == .idle else { return }
        bob.stream.connect(to: "ann@127.0.0.1")
        try await until("the calls have crossed, or one rings") {
            ann.stream.state == .connected || [ann, bob].contains { $0.stream.state == .incoming }
        }
        for instance in [ann, bob] where instance.stream.state == .incoming { instance.stream.accept() }
        try await ann.wait(.connected)
        try await bob.wait(.connected)
        await ann.stop()
        await bob.stop()
        await server.stop()
    }

    // MARK: Who is who

    @Test("somebody else under a known name is refused as callee and shown as caller; without a key, too")
    func impostors() async throws {
        let server = try await TestServer.start()
        let ann = try await Instance.start("Ann", at: server)
        var bob = try await Instance.start("Bob", at: server)
        try await connected(server, ann, bob)
        ann.stream.disconnect()
        try await bob.wait(.ended(.remoteHangUp))
        try await connected(server, bob, ann, calling: "ann")
        bob.stream.disconnect()
        await bob.stop()
        try await until("Bob is gone") { ann.conference.rendezvous.users.isEmpty }

        bob = try await Instance.start("Bob", at: server)
        try await until("another Bob is there") { ann.conference.rendezvous.users == ["bob"] }
        ann.stream.connect(to: "bob@127.0.0.1")
        try await bob.wait(.incoming)
        bob.stream.accept()
        try await ann.wait(.ended(.identityChanged))
        try await bob.wait(.ended(.identityRefused))
        let refused = try #require(ann.stream.refusedIdentity)
        #expect(refused.fingerprint == bob.conference.identity?.fingerprint.description)
        #expect(ann.media.last?.calls.contains("applyAnswer") == false, "its media was not let in")
        bob.stream.connect(to: "ann@127.0.0.1")
        try await ann.wait(.incoming)
        #expect(ann.stream.remoteIdentity?.standing == .changed)
        ann.stream.reject()
        await bob.stop()
        try await until("Bob is gone") { ann.conference.rendezvous.users.isEmpty }

        // And a page that has taken the name.
        let page = try await server.join(as: "bob")
        try await until("a page is there") { ann.conference.rendezvous.users == ["bob"] }
        ann.stream.connect(to: "bob@127.0.0.1")
        _ = try await page.next("video-offer")
        try await page.send(#"{"type":"video-answer","target":"ann","sdp":{"type":"answer","sdp":"v=0\r\n"}}"#)
        try await ann.wait(.ended(.identityChanged))
        let without = try #require(ann.stream.refusedIdentity)
        #expect(without.fingerprint.isEmpty)
        ann.conference.trust(without)
        ann.stream.connect(to: "bob@127.0.0.1")
        _ = try await page.next("video-offer")
        try await page.send(#"{"type":"video-answer","target":"ann","sdp":{"type":"answer","sdp":"v=0\r\n"}}"#)
        try await ann.wait(.connected)
        #expect(ann.stream.remoteIdentity?.standing == .unproven)
        await page.close()
        await ann.stop()
        await server.stop()
    }

    private func connected(
        _ server: TestServer, _ caller: Instance, _ called: Instance, calling name: String
    ) async throws {
        caller.stream.connect(to: address(name, server))
        try await called.wait(.incoming)
        called.stream.accept()
        try await caller.wait(.connected)
        try await called.wait(.connected)
    }

    @Test("a description with a false proof, or one made for somebody else, is no call", arguments: [true, false])
    func falseProof(isForAnother: Bool) async throws {
        let server = try await TestServer.start()
        let bob = try await Instance.start("Bob", at: server)
        let identity = try InstallationIdentity(
            DTLSCertificate.generate(commonName: "x", secondsSince1970: 1_800_000_000))
        var offer = SignalingEnvelope(
            .videoOffer(name: "eve", sdp: "v=0\r\noffer\r\n"), call: "c", number: 1,
            target: isForAnother ? "carol" : "bob")
        offer.proof = try identity.proof(of: offer)
        offer.target = "bob"
        if !isForAnother { offer.message = .videoOffer(name: "eve", sdp: "v=0\r\nanother offer\r\n") }
        let page = try await server.join(as: "eve")
        try await page.send(String(decoding: offer.frame(), as: UTF8.self))
        // And one in order, which comes after it.
        let late = SignalingEnvelope(
            .videoOffer(name: "eve", sdp: "v=0\r\nplain\r\n"), call: "d", number: 1, target: "bob")
        try await page.send(String(decoding: late.frame(), as: UTF8.self))
        try await bob.wait(.incoming)
        #expect(bob.stream.remoteIdentity?.standing == .unproven)
        bob.stream.accept()
        try await until("the second one was answered") {
            bob.media.last?.calls.contains("createAnswer plain") == true
        }
        await page.close()
        await bob.stop()
        await server.stop()
    }

    // MARK: Nonsense

    @Test("who says what makes no sense ends their own call, and nobody else's")
    func nonsense() async throws {
        let server = try await TestServer.start()
        let (ann, bob) = (try await Instance.start("Ann", at: server), try await Instance.start("Bob", at: server))
        try await connected(server, ann, bob)
        let second = bob.conference.addStream(named: "second", to: try #require(bob.conference.windows.first))
        second.detection = true
        let page = try await server.join(as: "zed")
        let offer = #"{"type":"video-offer","target":"bob","sdp":{"type":"offer","sdp":"v=0\r\nfirst\r\n"}}"#
        for nonsense in [
            #"{"type":"video-offer","target":"bob"}"#, #"{"type":"new-ice-candidate","target":"bob","candidate":7}"#,
            #"{"type":"video-offer","target":"bob","call":7,"sdp":{"type":"offer","sdp":"v=0"}}"#,
        ] {
            try await page.send(offer)
            try await until("it rings") { second.state == .incoming }
            try await page.send(nonsense)
            try await until("that call is over") { second.state == .ended(.protocolError) }
        }
        #expect(ann.stream.state == .connected && bob.stream.state == .connected)
        #expect(bob.conference.rendezvous.state == .connected)
        await page.close()
        await ann.stop()
        await bob.stop()
        await server.stop()
    }

    // MARK: The server goes away

    @Test("the server goes away in mid-call and comes back: the call goes on, and a hang-up meanwhile is told")
    func serverAway() async throws {
        let server = try await TestServer.start()
        let (ann, bob) = (try await Instance.start("Ann", at: server), try await Instance.start("Bob", at: server))
        try await connected(server, ann, bob)
        await server.stop()
        for instance in [ann, bob] {
            try await until("it is lost") { instance.stream.call?.machine.carrier == .lost }
            try await until("and so is the server") { instance.conference.rendezvous.state == .failed(.refused) }
        }
        ann.stream.stop(.audio, .sent)
        bob.stream.outgoing = .audio
        try await server.run()
        for instance in [ann, bob] {
            try await until("it is there again") { instance.stream.call?.machine.carrier == .open }
        }
        try await until("what was said meanwhile has come") {
            bob.stream.remoteStopped == .audio && ann.stream.remoteOutgoing == .audio
        }
        try await until("the change is negotiated") {
            ann.media.last?.calls.contains("createAnswer offer 1") == true
        }
        await server.stop()
        try await until("it is lost") { ann.stream.call?.machine.carrier == .lost }
        ann.stream.disconnect()
        #expect(bob.stream.state == .connected)
        try await server.run()
        try await bob.wait(.ended(.remoteHangUp))
        await ann.stop()
        await bob.stop()
        await server.stop()
    }
}
