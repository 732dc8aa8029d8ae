import Media
import RTC
import Testing

@testable import Conference

/// What calls do with their media, and what media does to its call.
@MainActor @Suite("Calls and their media", .serialized) struct CallMediaTests {
    private func connected() async throws -> (Instance, Instance) {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        try await ann.call(bob)
        return (ann, bob)
    }

    @Test("what is paused is told to the far side, and takes effect at once")
    func pauses() async throws {
        let (ann, bob) = try await connected()
        ann.stream.stop([.audio, .video], .sent)
        ann.stream.stop(.audio, .received)
        #expect(ann.media.last.map { $0.snapshot.stopped == (.all, .audio) } == true)
        try await until("Bob knows") { bob.stream.remoteStopped == .all }
        ann.stream.play(.audio, .sent)
        try await until("Bob knows again") { bob.stream.remoteStopped == .video }
        #expect(ann.stream.stopped.sent == .video && ann.stream.stopped.received == .audio)
        await ann.stop()
        await bob.stop()
    }

    @Test("what was paused before a call is paused in it")
    func pausedBefore() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        ann.stream.stop(.video, .sent)
        try await ann.call(bob)
        #expect(ann.media.last?.snapshot.stopped.sent == .video)
        try await until("Bob knows") { bob.stream.remoteStopped == .video }
        await ann.stop()
        await bob.stop()
    }

    @Test("devices, quality and volume apply to the running call without a new offer")
    func liveChanges() async throws {
        let (ann, bob) = try await connected()
        ann.stream.camera = .testPattern
        ann.stream.volume = 0.5
        ann.stream.video.bitrate = 1_500_000
        try await until("media has them") {
            let configuration = ann.media.last?.snapshot.configuration
            return configuration?.camera == .testPattern && configuration?.volume == 0.5
                && configuration?.video.bitrate == 1_500_000
        }
        #expect(ann.media.last?.calls.filter { $0 == "createOffer" }.count == 1)
        await ann.stop()
        await bob.stop()
    }

    @Test("what is sent and received changes in mid-call, by a new offer of either side")
    func renegotiation() async throws {
        let (ann, bob) = try await connected()
        ann.stream.outgoing = .audio
        try await until("Bob has answered the new offer") {
            bob.media.last?.calls.contains("createAnswer offer 2") ?? false
        }
        try await until("Ann has applied it") { ann.media.last?.calls.filter { $0 == "applyAnswer" }.count == 2 }
        #expect(bob.stream.remoteOutgoing == .audio)
        bob.stream.incoming = []
        try await until("Ann has answered Bob's") { ann.media.last?.calls.contains("createAnswer offer 1") ?? false }
        try await until("Bob has applied it") { bob.media.last?.calls.contains("applyAnswer") ?? false }
        #expect(ann.stream.state == .connected && bob.stream.state == .connected)
        await ann.stop()
        await bob.stop()
    }

    @Test("both change at once, and both get through")
    func renegotiationGlare() async throws {
        let (ann, bob) = try await connected()
        ann.stream.outgoing = .audio
        bob.stream.outgoing = .video
        try await until("each has the other's") {
            ann.stream.remoteOutgoing == .video && bob.stream.remoteOutgoing == .audio
                && bob.media.last?.calls.contains("createAnswer offer 2") ?? false
                && bob.media.last?.calls.contains("applyAnswer") ?? false
        }
        #expect(ann.stream.state == .connected && bob.stream.state == .connected)
        await ann.stop()
        await bob.stop()
    }

    @Test("a change while it rings is made when the call is answered")
    func changeWhileRinging() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        ann.stream.connect(to: bob.address)
        try await bob.wait(.incoming)
        ann.stream.outgoing = .audio
        try await until("media knows") { ann.media.last?.calls.contains("update") ?? false }
        bob.stream.accept()
        try await until("the new offer is answered") { bob.media.last?.calls.contains("createAnswer offer 2") ?? false }
        await ann.stop()
        await bob.stop()
    }

    @Test("a description that cannot be taken is a refusal with its reason")
    func incompatible() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        bob.media.failure = MediaDouble.Refused()
        ann.stream.connect(to: bob.address)
        try await bob.wait(.incoming)
        bob.stream.accept()
        try await ann.wait(.ended(.incompatible))
        try await bob.wait(.ended(.incompatible))
        await ann.stop()
        await bob.stop()
    }

    @Test("an answer that cannot be taken ends the call on both sides")
    func answerRefused() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        bob.media.connects = false
        ann.stream.connect(to: bob.address)
        try await bob.wait(.incoming)
        // The caller's own media, which made the offer, refuses: as when the answer is malformed.
        ann.media.last?.refuseAnswers()
        bob.stream.accept()
        try await ann.wait(.ended(.incompatible))
        try await bob.wait(.ended(.incompatible))
        await ann.stop()
        await bob.stop()
    }

    @Test("an offer that cannot be made ends the attempt")
    func offerFails() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        ann.media.failure = MediaDouble.Refused()
        ann.stream.connect(to: bob.address)
        try await until("it ends") { if case .ended(.localError) = ann.stream.state { true } else { false } }
        #expect(bob.stream.state == .idle)
        await ann.stop()
        await bob.stop()
    }

    @Test("hanging up while the offer is being made leaves nothing behind")
    func hangUpEarly() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        ann.media.offerDelay = .milliseconds(200)
        ann.stream.connect(to: bob.address)
        try await until("media is being made") { !ann.media.sessions.isEmpty }
        ann.stream.disconnect()
        #expect(ann.stream.state == .ended(.localHangUp))
        try await until("media is closed") { ann.media.last?.isClosed ?? false }
        try await until("the offer is made in vain") { ann.media.last?.snapshot.hasOffered ?? false }
        #expect(bob.stream.state == .idle)
        ann.media.offerDelay = .zero
        try await ann.call(bob)
        await ann.stop()
        await bob.stop()
    }

    @Test("a lost way of the media is looked for, found, lost again and given up")
    func reconnecting() async throws {
        let ann = try await Instance.start("Ann") { $0.timing.reconnect = .seconds(2) }
        let bob = try await Instance.start("Bob")
        try await ann.call(bob)
        let media = try #require(ann.media.last)
        media.tell(.connectionStateChanged(.disconnected))
        try await ann.wait(.reconnecting)
        media.tell(.connectionStateChanged(.connected))
        try await ann.wait(.connected)
        media.tell(.connectionStateChanged(.disconnected))
        try await ann.wait(.ended(.connectionLost))
        try await bob.wait(.ended(.connectionLost))
        await ann.stop()
        await bob.stop()
    }

    @Test("media that finds no way ends the call on both sides")
    func mediaFails() async throws {
        let (ann, bob) = (try await Instance.start("Ann"), try await Instance.start("Bob"))
        ann.media.connects = false
        bob.media.connects = false
        ann.stream.connect(to: bob.address)
        try await bob.wait(.incoming)
        bob.stream.accept()
        try await ann.wait(.connecting)
        ann.media.last?.tell(.connectionStateChanged(.failed))
        try await ann.wait(.ended(.mediaFailed))
        try await bob.wait(.ended(.mediaFailed))
        await ann.stop()
        await bob.stop()
    }

    @Test("a far side whose process is gone: the call ends when media and signalling stay away")
    func peerKilled() async throws {
        let ann = try await Instance.start("Ann") { $0.timing.isolated = .seconds(1) }
        let bob = try await Instance.start("Bob")
        try await ann.call(bob)
        // As the system does it for a process that is killed: the port and the connection close, without a word.
        bob.stream.detection = false
        try await until("Bob's port is closed") { bob.conference.listeningPort == nil }
        let carrier = try #require(bob.stream.call?.carrier as? NetworkCarrier)
        carrier.onChange = nil
        carrier.abort()
        try await until("Ann's connection is gone") { ann.stream.call?.machine.carrier == .lost }
        #expect(ann.stream.state == .connected)
        ann.media.last?.tell(.connectionStateChanged(.disconnected))
        try await ann.wait(.reconnecting)
        try await ann.wait(.ended(.connectionLost))
        await ann.stop()
        await bob.stop()
    }

    @Test("an offer that is refused in mid-call is taken back, and candidates wait for the description they belong to")
    func refusedOffer() async throws {
        let (ann, bob) = try await connected()
        let media = try #require(ann.media.last)
        let theirs = try #require(bob.media.last)
        let known = theirs.candidates.count
        ann.media.last?.refuseAnswers()
        media.tell(.negotiationNeeded)
        try await until("it is taken back") { media.calls.contains("withdrawOffer") }
        try await until("its candidate is told all the same") { theirs.candidates.count > known }
        #expect(ann.stream.state == .connected && bob.stream.state == .connected)
        await ann.stop()
        await bob.stop()
    }

    @Test("new credentials for the servers reach a call that runs")
    func newCredentials() async throws {
        let (ann, bob) = try await connected()
        let media = try #require(ann.media.last)
        let before = media.calls.count { $0 == "update" }
        try ann.conference.configure(
            NetworkSettings(servers: ["turn:relay.example:3478"], user: "ann", password: "new"))
        try await until("the call has them") { media.calls.count { $0 == "update" } > before }
        await ann.stop()
        await bob.stop()
    }

    @Test("a missing device is told, and told again when it is back; the call goes on")
    func problems() async throws {
        let (ann, bob) = try await connected()
        ann.media.last?.tell(.problem(.camera, .deviceNotFound("cam")))
        ann.media.last?.tell(.problem(.microphone, .noSoundServer))
        ann.media.last?.tell(.problem(.speaker, .noSoundServer))
        try await until("all are told") {
            ann.stream.problems
                == [.camera: .deviceNotFound("cam"), .microphone: .noSoundServer, .speaker: .noSoundServer]
        }
        ann.media.last?.tell(.problem(.camera, nil))
        ann.media.last?.tell(.problem(.speaker, nil))
        try await until("two are back") { ann.stream.problems == [.microphone: .noSoundServer] }
        #expect(ann.stream.state == .connected)
        await ann.stop()
        await bob.stop()
    }

    @Test("choosing the speaker that it is already is told to the media, which may hold something back")
    func speakerChosenAgain() async throws {
        let (ann, bob) = try await connected()
        let speaker = ann.stream.speaker
        ann.media.last?.tell(.problem(.speaker, .heldBack("Table")))
        try await until("it is told") { ann.stream.problems == [.speaker: .heldBack("Table")] }
        ann.stream.speaker = speaker
        try await until("it is told") { ann.media.last?.calls.last == "speakerChosen" }
        await ann.stop()
        await bob.stop()
    }

    @Test("a test call needs nobody else, and ends like any call")
    func testCall() async throws {
        let ann = try await Instance.start("Ann") { $0.camera = CameraSource.none }
        ann.stream.testCall()
        #expect(ann.stream.isTestCall)
        try await ann.wait(.connected)
        #expect(ann.media.sessions.count == 2)
        let echo = try #require(ann.media.last)
        #expect(echo.snapshot.configuration.camera == .testPattern)
        #expect(echo.snapshot.configuration.usesLoopback)
        ann.stream.outgoing = .audio
        try await until("it renegotiates too") { echo.calls.contains("createAnswer offer 2") }
        echo.tell(.problem(.microphone, .noDevice))
        try await until("there is something to hear") { echo.snapshot.configuration.microphone == .testTone }
        ann.stream.disconnect()
        #expect(ann.stream.state == .ended(.localHangUp))
        try await until("both sides' media is closed") { ann.media.sessions.allSatisfy(\.isClosed) }
        await ann.stop()
    }
}
