import NIOCore
import RTC
import Testing

@testable import Conference

/// A direct signalling connection that breaks in mid-call, and is made again.
@MainActor @Suite("Signalling that breaks", .serialized) struct ResumptionTests {
    private static let quick: (inout ConferenceOptions) -> Void = {
        $0.timing.remake = .milliseconds(50)
        $0.timing.isolated = .seconds(2)
    }

    private struct Pair {
        let ann: Instance
        let bob: Instance
        let relay: CuttableRelay

        @MainActor var carriers: [CallStateMachine.Carrier?] {
            [ann, bob].map { $0.stream.call?.machine.carrier }
        }

        @MainActor func waitUntilLost() async throws {
            try await until("both have lost it") { carriers == [.lost, .lost] }
        }

        @MainActor func waitUntilRestored() async throws {
            try await until("both have it again") { carriers == [.open, .open] }
        }

        func stop() async {
            await ann.stop()
            await bob.stop()
            await relay.stop()
        }
    }

    /// Ann has called Bob through a relay that can be cut.
    private func connected(
        _ change: @escaping (inout ConferenceOptions) -> Void = quick
    ) async throws -> Pair {
        let (ann, bob) = (try await Instance.start("Ann", change), try await Instance.start("Bob", change))
        let relay = try await CuttableRelay.start(to: #require(bob.conference.listeningPort))
        ann.stream.connect(to: "127.0.0.1:\(relay.port)")
        try await bob.wait(.incoming)
        bob.stream.accept()
        try await ann.wait(.connected)
        try await bob.wait(.connected)
        return Pair(ann: ann, bob: bob, relay: relay)
    }

    @Test("media goes on meanwhile; afterwards words cross again, in both directions")
    func restored() async throws {
        let pair = try await connected()
        pair.relay.cut()
        try await pair.waitUntilLost()
        #expect(pair.ann.stream.state == .connected && pair.bob.stream.state == .connected)
        pair.relay.mend()
        try await pair.waitUntilRestored()
        pair.ann.stream.stop(.audio, .sent)
        pair.bob.stream.stop(.video, .sent)
        try await until("words cross") {
            pair.bob.stream.remoteStopped == .audio && pair.ann.stream.remoteStopped == .video
        }
        #expect(pair.ann.media.sessions.count == 1 && pair.bob.media.sessions.count == 1)
        await pair.stop()
    }

    @Test("what is said meanwhile waits, and arrives once and in order", arguments: 1...3)
    func queued(rounds: Int) async throws {
        let pair = try await connected()
        let media = try #require(pair.bob.media.last)
        // Each offer of the double has one of its own, too.
        var heard: [String] { media.candidates.filter { !$0.hasPrefix("candidate:of") } }
        var expected: [String] = []
        for round in 1...rounds {
            pair.relay.cut()
            // The first ones go into a connection that is already broken, though nobody knows it yet.
            for number in 1...20 {
                let candidate = "candidate:\(round)-\(number)"
                expected.append(candidate)
                pair.ann.media.last?.tell(
                    .localCandidate(
                        TrickledCandidate(candidate: candidate, mid: "0", mLineIndex: 0, usernameFragment: "u")))
            }
            pair.ann.stream.outgoing = round % 2 == 1 ? .audio : .all
            try await pair.waitUntilLost()
            pair.relay.mend()
            try await pair.waitUntilRestored()
        }
        try await until("all are there") { heard.count >= expected.count }
        #expect(heard == expected)
        // Changes that come while one is being negotiated are negotiated as one.
        try await until("the last change was told and negotiated") {
            pair.bob.stream.remoteOutgoing == pair.ann.stream.outgoing
                && media.calls.filter { $0.hasPrefix("createAnswer") }.count > 1
        }
        try await until("the last answer has come") { pair.ann.stream.call?.renegotiation.state == .stable }
        await pair.stop()
    }

    @Test("a hang-up meanwhile is told when the connection is there again", arguments: [true, false])
    func hangUp(byCaller: Bool) async throws {
        let pair = try await connected { $0.timing.remake = .milliseconds(50) }
        let (one, other) = byCaller ? (pair.ann, pair.bob) : (pair.bob, pair.ann)
        pair.relay.cut()
        try await pair.waitUntilLost()
        one.stream.disconnect()
        #expect(one.stream.state == .ended(.localHangUp))
        // Its stream is free meanwhile.
        #expect(one.stream.call == nil)
        #expect(other.stream.state == .connected)
        pair.relay.mend()
        try await other.wait(.ended(.remoteHangUp))
        try await until("nothing is left of it") {
            pair.ann.conference.carriers.isEmpty && pair.bob.conference.carriers.isEmpty
        }
        await pair.stop()
    }

    @Test("a hang-up into a connection that has just broken is told, too", arguments: [true, false])
    func hangUpUnawares(byCaller: Bool) async throws {
        let pair = try await connected { $0.timing.remake = .milliseconds(50) }
        let (one, other) = byCaller ? (pair.ann, pair.bob) : (pair.bob, pair.ann)
        pair.relay.cut()
        one.stream.disconnect()
        pair.relay.mend()
        try await other.wait(.ended(.remoteHangUp))
        await pair.stop()
    }

    @Test("a call without media and without signalling ends, on both sides")
    func isolated() async throws {
        let pair = try await connected()
        pair.relay.cut()
        try await pair.waitUntilLost()
        for instance in [pair.ann, pair.bob] { instance.media.last?.tell(.connectionStateChanged(.disconnected)) }
        try await pair.ann.wait(.ended(.connectionLost))
        try await pair.bob.wait(.ended(.connectionLost))
        await pair.stop()
    }

    @Test("with its media away a call waits for signalling, and goes on when both are back")
    func bothLostAndFound() async throws {
        let pair = try await connected { $0.timing.remake = .milliseconds(50) }
        pair.relay.cut()
        try await pair.waitUntilLost()
        for instance in [pair.ann, pair.bob] {
            instance.media.last?.tell(.connectionStateChanged(.disconnected))
            instance.media.last?.tell(.connectionStateChanged(.failed))
            try await instance.wait(.reconnecting)
        }
        pair.relay.mend()
        try await pair.waitUntilRestored()
        for instance in [pair.ann, pair.bob] { instance.media.last?.tell(.connectionStateChanged(.connected)) }
        try await pair.ann.wait(.connected)
        try await pair.bob.wait(.connected)
        await pair.stop()
    }

    @Test("the port is open for who comes back, although no stream waits for calls")
    func portForReturning() async throws {
        let pair = try await connected { options in
            Self.quick(&options)
            // So that the port stays the same one.
            if options.port == 0 { options.port = Int.random(in: 30_000...39_999) }
        }
        pair.bob.stream.detection = false
        try await until("the port is closed") { pair.bob.conference.listeningPort == nil }
        pair.relay.cut()
        try await pair.waitUntilLost()
        try await until("the port is open") { pair.bob.conference.listeningPort != nil }
        pair.relay.mend()
        try await pair.waitUntilRestored()
        try await until("it is closed again") { pair.bob.conference.listeningPort == nil }
        await pair.stop()
    }

    // MARK: Who may not

    /// The first message that comes, other than a stream's.
    private func answer(on connection: SignalingConnection) async -> SignalingMessage? {
        for await event in connection.events {
            if case .message(let envelope) = event { return envelope.message }
        }
        return nil
    }

    @Test("nobody else takes a call over: not with another key, and not a call that is not there")
    func strangers() async throws {
        let pair = try await connected()
        let eve = try await Instance.start("Eve")
        let call = try #require((pair.bob.stream.call?.carrier as? NetworkCarrier)?.identifier)
        #expect(call.utf8.count == 32)
        let stranger = try await eve.dial(pair.bob)
        try stranger.send(SignalingEnvelope(.delivery(.resume), call: call, received: 0))
        #expect(await answer(on: stranger) == .hangUp(.unspecified))
        // Ann herself, but for a call that she does not have.
        let wrong = try await pair.ann.dial(pair.bob)
        try wrong.send(SignalingEnvelope(.delivery(.resume), call: SignalingEnvelope.newCall(), received: 0))
        #expect(await answer(on: wrong) == .hangUp(.unspecified))
        #expect(pair.carriers == [.open, .open])
        #expect(pair.bob.stream.state == .connected)
        await pair.stop()
        await eve.stop()
    }

    @Test("after the far side has forgotten the call, taking it up again ends it")
    func forgotten() async throws {
        let pair = try await connected()
        pair.relay.cut()
        try await pair.waitUntilLost()
        // As a process that was killed and started again.
        pair.bob.conference.carriers = [:]
        pair.bob.stream.call?.carrier?.onEvent = nil
        pair.relay.mend()
        try await pair.ann.wait(.ended(.remoteHangUp))
        await pair.stop()
    }

    @Test("an older far side, which knows nothing of this, is left without words until its media ends")
    func older() async throws {
        let (bob, eve) = (try await Instance.start("Bob", Self.quick), try await Instance.start("Eve"))
        let connection = try await eve.dial(bob)
        try connection.send(.videoOffer(name: "Eve", sdp: "v=0\r\noffer 1\r\n"))
        try await bob.wait(.incoming)
        bob.stream.accept()
        try await bob.wait(.connected)
        connection.channel.close(mode: .all, promise: nil)
        try await until("it is gone") { bob.stream.call?.machine.carrier == .closed }
        #expect(bob.stream.state == .connected)
        bob.media.last?.tell(.connectionStateChanged(.disconnected))
        try await bob.wait(.ended(.remoteVanished))
        await bob.stop()
        await eve.stop()
    }

    @Test("a flood of numbers that make no sense does nothing")
    func senselessNumbers() async throws {
        let (bob, eve) = (try await Instance.start("Bob"), try await Instance.start("Eve"))
        let connection = try await eve.dial(bob)
        let call = SignalingEnvelope.newCall()
        try connection.send(
            SignalingEnvelope(.videoOffer(name: "Eve", sdp: "v=0\r\noffer\r\n"), call: call, number: 1))
        try await bob.wait(.incoming)
        for number in [1, 1, .max, 7, 1] as [UInt64] {
            try connection.send(SignalingEnvelope(.hangUp(.unspecified), call: call, number: number, received: .max))
        }
        try connection.send(SignalingEnvelope(.hangUp(.unspecified), call: "another", number: 2))
        try connection.send(SignalingEnvelope(.delivery(.resumed), call: call, received: 0))
        let notice = StreamNotice(identifier: "Eve!", outgoing: .audio, incoming: [], stopped: [])
        try connection.send(SignalingEnvelope(.stream(notice), call: call, number: 2))
        try await until("the right one has arrived") { bob.stream.remoteIdentifier == "Eve!" }
        #expect(bob.stream.state == .incoming)
        try connection.send(SignalingEnvelope(.hangUp(.unspecified), call: call, number: 3))
        try await bob.wait(.ended(.missed))
        await bob.stop()
        await eve.stop()
    }
}
