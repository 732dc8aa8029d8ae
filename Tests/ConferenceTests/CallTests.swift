import Media
import RTC
import Testing

@testable import Conference

/// Two and three conferences in one process that call each other over real sockets and TLS; only media is a double.
@MainActor @Suite("Calls") struct CallTests {
    @Test("a call is answered, known to both, and hung up by who called")
    func answeredAndHungUp() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        ann.stream.connect(to: bob.address)
        #expect(ann.stream.state == .calling && ann.stream.remoteAddress == bob.address)
        try await bob.wait(.incoming)
        #expect(bob.stream.remoteIdentifier == "Ann" && bob.stream.remoteAddress == "127.0.0.1")
        #expect(bob.media.sessions.isEmpty, "nothing opens before somebody answers")
        try await until("Ann knows who rings") { ann.stream.remoteIdentifier == "Bob" }
        bob.stream.accept()
        try await ann.wait(.connected)
        try await bob.wait(.connected)
        try await until("the first picture is timed") { ann.stream.setupTime.map { $0 > 0 } ?? false }
        #expect(ann.stream.microphoneLevel == 0.25 && ann.stream.speakerLevel == 0.5)
        let (annMedia, bobMedia) = (try #require(ann.media.last), try #require(bob.media.last))
        try await until("candidates cross") {
            annMedia.candidates == ["candidate:of-the-called", ""] && bobMedia.candidates == ["candidate:of-the-caller"]
        }
        #expect(await ann.stream.statistics().report.count == 1)
        ann.stream.disconnect()
        #expect(ann.stream.state == .ended(.localHangUp))
        try await bob.wait(.ended(.remoteHangUp))
        try await until("media is closed") { annMedia.isClosed && bobMedia.isClosed }
        #expect(await ann.stream.statistics().report.count == 1, "the last call's figures stay")
        await ann.stop()
        await bob.stop()
    }

    @Test("a call is hung up by who was called, and the streams call again the other way round")
    func hungUpByTheCalled() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        try await ann.call(bob)
        bob.stream.disconnect()
        try await ann.wait(.ended(.remoteHangUp))
        #expect(bob.stream.state == .ended(.localHangUp))
        try await bob.call(ann)
        ann.stream.disconnect()
        try await bob.wait(.ended(.remoteHangUp))
        await ann.stop()
        await bob.stop()
    }

    @Test("assigning an address calls it; one that is none ends at once")
    func addressCalls() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        ann.stream.address = "not an address"
        #expect(ann.stream.state == .ended(.invalidAddress) && ann.stream.address == "not an address")
        ann.stream.address = ""
        #expect(ann.stream.state == .ended(.invalidAddress))
        ann.stream.address = bob.address
        #expect(ann.stream.state == .calling && ann.stream.address == bob.address)
        try await bob.wait(.incoming)
        await ann.stop()
        try await bob.wait(.ended(.missed))
        await bob.stop()
    }

    @Test("a call is declined")
    func declined() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        ann.stream.connect(to: bob.address)
        try await bob.wait(.incoming)
        bob.stream.reject()
        try await ann.wait(.ended(.declined))
        #expect(bob.stream.state == .ended(.declined))
        #expect(bob.media.sessions.isEmpty)
        try await until("the caller's media is closed") { ann.media.last?.isClosed ?? false }
        await ann.stop()
        await bob.stop()
    }

    @Test("who is in a call is busy, and that call goes on; a free stream takes the second call")
    func busy() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        let eve = try await Instance.start("Eve")
        try await ann.call(bob)
        eve.stream.connect(to: bob.address)
        try await eve.wait(.ended(.busy))
        #expect(ann.stream.state == .connected && bob.stream.state == .connected)

        let second = bob.conference.addStream(named: "second", to: try #require(bob.conference.windows.first))
        second.detection = true
        eve.stream.connect(to: bob.address)
        try await until("the second stream rings") { second.state == .incoming }
        #expect(second.remoteIdentifier == "Eve" && bob.stream.state == .connected)
        second.accept()
        try await eve.wait(.connected)
        for instance in [ann, bob, eve] { await instance.stop() }
    }

    @Test("nobody answers within the stream's timeout")
    func noAnswer() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        ann.stream.timeout = 1
        ann.stream.connect(to: bob.address)
        try await bob.wait(.incoming)
        try await ann.wait(.ended(.noAnswer))
        try await bob.wait(.ended(.missed))
        bob.stream.accept()
        #expect(bob.stream.state == .ended(.missed), "too late")
        await ann.stop()
        await bob.stop()
    }

    @Test("nobody is asked for ever, even when the caller would wait")
    func unattended() async throws {
        let ann = try await Instance.start("Ann")
        let bob = try await Instance.start("Bob") { $0.timing.ring = .milliseconds(50) }
        ann.stream.connect(to: bob.address)
        try await ann.wait(.ended(.noAnswer))
        try await bob.wait(.ended(.missed))
        await ann.stop()
        await bob.stop()
    }

    @Test("the caller hangs up while it rings")
    func callerGivesUp() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        ann.stream.connect(to: bob.address)
        try await bob.wait(.incoming)
        ann.stream.disconnect()
        try await bob.wait(.ended(.missed))
        await ann.stop()
        await bob.stop()
    }

    @Test("every call is answered at once where that is wanted")
    func autoAccept() async throws {
        let ann = try await Instance.start("Ann")
        let bob = try await Instance.start("Bob") { $0.autoAccept = true }
        ann.stream.connect(to: bob.address)
        try await ann.wait(.connected)
        try await bob.wait(.connected)
        await bob.stop()
        try await ann.wait(.ended(.remoteHangUp))
        await ann.stop()
    }

    @Test("the port is open only while a stream waits for calls, and a running call outlives its closing")
    func detection() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        let eve = try await Instance.start("Eve")
        let address = bob.address
        try await ann.call(bob)
        bob.stream.detection = false
        try await until("the port is closed") { bob.conference.listeningPort == nil }
        eve.stream.connect(to: address)
        try await eve.wait(.ended(.connectionRefused))
        #expect(bob.stream.state == .connected && ann.stream.state == .connected)
        ann.stream.stop(.audio, .sent)
        try await until("messages still cross") { bob.stream.remoteStopped == .audio }
        bob.stream.detection = true
        try await until("the port is open") { bob.conference.listeningPort != nil }
        for instance in [ann, bob, eve] { await instance.stop() }
    }

    @Test("an address where nobody listens, and a name that does not exist, end with their reasons")
    func unreachable() async throws {
        let ann = try await Instance.start("Ann")
        ann.stream.connect(to: "127.0.0.1:1")
        try await ann.wait(.ended(.connectionRefused))
        ann.stream.connect(to: "nobody.invalid")
        try await ann.wait(.ended(.unknownHost))
        try await until("media is closed") { ann.media.sessions.allSatisfy(\.isClosed) }
        await ann.stop()
    }

    @Test("a stream calls another one of the same instance")
    func callWithinOneInstance() async throws {
        let ann = try await Instance.start("Ann")
        let desk = ann.conference.addStream(named: "desk", to: try #require(ann.conference.windows.first))
        desk.connect(to: ann.address)
        try await ann.wait(.incoming)
        ann.stream.accept()
        try await until("both are connected") { desk.state == .connected && ann.stream.state == .connected }
        desk.disconnect()
        try await ann.wait(.ended(.remoteHangUp))
        desk.connect(to: "localhost:\(ann.conference.listeningPort ?? 0)")
        try await ann.wait(.incoming)
        await ann.stop()
    }

    @Test("two who call each other at the same time are in one call", arguments: 1...5)
    func glare(round: Int) async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        ann.stream.connect(to: bob.address)
        // The more time between the two, the further one of them is.
        if round > 1 { try await Task.sleep(for: .milliseconds(round * 2)) }
        guard bob.stream.state == .idle else { return }
        bob.stream.connect(to: ann.address)
        try await ann.wait(.connected)
        try await bob.wait(.connected)
        #expect(ann.stream.remoteIdentifier == "Bob" && bob.stream.remoteIdentifier == "Ann")
        try await until("one session each is left") {
            [ann, bob].allSatisfy { $0.media.sessions.filter { !$0.isClosed }.count == 1 }
        }
        #expect(ann.stream.state == .connected && bob.stream.state == .connected)
        ann.stream.disconnect()
        try await bob.wait(.ended(.remoteHangUp))
        await ann.stop()
        await bob.stop()
    }

    @Test("shutting down says so to everybody")
    func shutdown() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        try await ann.call(bob)
        await ann.stop()
        try await bob.wait(.ended(.remoteHangUp))
        await bob.stop()
        #expect(ann.media.sessions.allSatisfy { $0.isClosed })
    }
}
