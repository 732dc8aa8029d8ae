import RTC
import TestSupport
import Testing
import Wire

@Suite("Descriptions at the wrong time, taken back, and mutilated") struct JSEPStateTests {
    @Test("each description has its state, and a wrong one changes nothing")
    func wrongState() throws {
        var (offerer, answerer) = (Descriptions.session(1), Descriptions.answerer())
        #expect(throws: JSEPError.wrongState) { try Descriptions.answer(from: &answerer) }
        #expect(throws: JSEPError.wrongState) { try offerer.rollback() }
        #expect(throws: JSEPError.wrongState) { try offerer.setRemote(.rollback, "") }
        let offer = try Descriptions.offer(from: &offerer)
        #expect(throws: JSEPError.wrongState) { try answerer.setRemote(.answer, offer) }
        #expect(throws: JSEPError.wrongState) { try offerer.setRemote(.offer, offer) }
        #expect(throws: JSEPError.wrongState) { try offerer.setRemote(.rollback, "") }
        #expect(throws: JSEPError.wrongState) { try Descriptions.offer(from: &offerer) }
        #expect(throws: JSEPError.wrongState) { try Descriptions.answer(from: &offerer) }
        try answerer.setRemote(.offer, offer)
        #expect(throws: JSEPError.wrongState) { try answerer.setRemote(.offer, offer) }
        #expect(throws: JSEPError.wrongState) { try answerer.setRemote(.answer, offer) }
        #expect(throws: JSEPError.wrongState) { try Descriptions.offer(from: &answerer) }
        let answer = try Descriptions.answer(from: &answerer)
        try offerer.setRemote(.answer, answer)
        #expect(throws: JSEPError.wrongState) { try offerer.setRemote(.answer, answer) }
        #expect(offerer.signalingState == .stable && answerer.signalingState == .stable)
    }

    @Test("a session with nothing in it has nothing to offer")
    func emptyOffer() throws {
        var session = Descriptions.answerer()
        #expect(throws: JSEPError.incompatible) { try Descriptions.offer(from: &session) }
        session.addTransceiver(.audio, direction: .sendrecv)
        #expect(try Descriptions.offer(from: &session).contains("m=audio"))
    }

    @Test("an offer taken back leaves what the user wanted, also what was added meanwhile")
    func rollbackOfOurs() throws {
        var session = Descriptions.session(1, video: false, data: false)
        let first = try Descriptions.offer(from: &session)
        session.addTransceiver(.video, direction: .sendonly)
        session.setDirection(.recvonly, index: 0)
        session.addDataSection()
        try session.rollback()
        #expect(session.transceivers.map(\.kind) == [.audio, .video])
        #expect(session.transceivers.map(\.index) == [0, 1])
        #expect(session.transceivers.map(\.direction) == [.recvonly, .sendonly])
        #expect(session.transceivers.allSatisfy { $0.mid == nil })
        let (before, after) = (
            try SessionDescription(parsing: first),
            try SessionDescription(parsing: try Descriptions.offer(from: &session))
        )
        #expect(after.media.map(\.kind) == ["audio", "video", "application"])
        #expect(after.sessionVersion > before.sessionVersion)
    }

    @Test("an offer that the far side takes back takes its sections along")
    func rollbackOfTheirs() throws {
        var (offerer, answerer) = (Descriptions.session(1), Descriptions.answerer())
        let offer = try Descriptions.offer(from: &offerer)
        try answerer.setRemote(.offer, offer)
        #expect(answerer.transceivers.count == 2)
        try answerer.setRemote(.rollback, "")
        #expect(answerer.transceivers.isEmpty && answerer.remoteTransport == nil)
        #expect(answerer.signalingState == .stable)
        try answerer.setRemote(.offer, offer)
        #expect(try Descriptions.answer(from: &answerer).contains("m=video 9"))
    }

    @Test("streams that are added after a rollback do not share their numbers with earlier ones")
    func rollbackKeepsNumbers() throws {
        var (offerer, session) = (Descriptions.session(1), Descriptions.session(5, video: false, data: false))
        _ = try Descriptions.offer(from: &session)
        session.addTransceiver(.video, direction: .sendrecv)
        try session.rollback()
        session.addTransceiver(.video, direction: .sendrecv)
        try session.setRemote(.offer, try Descriptions.offer(from: &offerer))
        session.addTransceiver(.audio, direction: .sendrecv)
        _ = try Descriptions.answer(from: &session)
        let text = try SessionDescription(parsing: try Descriptions.offer(from: &session))
        let sources = text.media.flatMap(\.sources)
        #expect(Set(sources).count == sources.count)
    }

    @Test("of two offers at once the polite side gives way, the other refuses with `glare`, and a call comes of it")
    func glare() throws {
        let call = try SimulatedCall(seed: 3)
        for side in [call.caller, call.called] { side.peer.addTransceiver(.audio, direction: .sendrecv) }
        let impolite = try call.caller.peer.setLocalDescription(.offer, at: call.now)
        let polite = try call.called.peer.setLocalDescription(.offer, at: call.now)
        #expect(throws: JSEPError.glare) {
            try call.caller.peer.setRemoteDescription(.offer, polite, at: call.now)
        }
        try call.called.peer.setRemoteDescription(.offer, impolite, at: call.now)
        let answer = try call.called.peer.setLocalDescription(.answer, at: call.now)
        try call.caller.peer.setRemoteDescription(.answer, answer, at: call.now)
        call.run(for: .seconds(1))
        #expect(call.caller.peer.connectionState == .connected)
        #expect(call.called.peer.connectionState == .connected)
    }

    @Test("a broken offer does not cost the polite side its own")
    func brokenGlare() throws {
        let call = try SimulatedCall(seed: 4)
        for side in [call.caller, call.called] { side.peer.addTransceiver(.audio, direction: .sendrecv) }
        let ours = try call.called.peer.setLocalDescription(.offer, at: call.now)
        #expect(throws: JSEPError.self) { try call.called.peer.setRemoteDescription(.offer, "v=0\r\n", at: call.now) }
        try call.caller.peer.setRemoteDescription(.offer, ours, at: call.now)
        let answer = try call.caller.peer.setLocalDescription(.answer, at: call.now)
        try call.called.peer.setRemoteDescription(.answer, answer, at: call.now)
        call.run(for: .seconds(1))
        #expect(call.called.peer.connectionState == .connected)
    }

    @Test(
        "what a data section leaves out or gets wrong has its usual value",
        arguments: [("0", 0), ("1000", 1000), ("-5", 65_536), ("99999999999999999999", 65_536), ("x", 65_536)])
    func messageSize(value: String, size: Int) throws {
        var (offerer, answerer) = (Descriptions.session(1), Descriptions.answerer())
        var offer = try SessionDescription(parsing: try Descriptions.offer(from: &offerer))
        offer.replace("max-message-size", with: value)
        offer.replace("sctp-port", with: value == "x" ? "70000" : "5001")
        try answerer.setRemote(.offer, offer.text)
        _ = try Descriptions.answer(from: &answerer)
        #expect(answerer.negotiated?.dataChannel?.maxMessageSize == size)
        #expect(answerer.negotiated?.dataChannel?.remotePort == (value == "x" ? 5000 : 5001))
    }

    @Test("mutilated descriptions never trap, and the right ones are understood after them", arguments: 0..<8)
    func mutilated(seed: Int) throws {
        var fuzzer = Fuzzer(seed: UInt64(seed))
        var offerer = Descriptions.session(1)
        let offer = try Descriptions.offer(from: &offerer)
        var answerer = Descriptions.answerer()
        try answerer.setRemote(.offer, offer)
        let answer = try Descriptions.answer(from: &answerer)
        var accepted = 0
        for _ in 0..<120 {
            var session = Descriptions.answerer()
            if (try? session.setRemote(.offer, Descriptions.mutilate(offer, &fuzzer))) != nil {
                accepted += 1
                _ = try Descriptions.answer(from: &session)
                // The next round, from whichever side, has to cope with what was accepted.
                try? session.setRemote(.offer, Descriptions.mutilate(offer, &fuzzer))
                if session.signalingState == .stable {
                    _ = try Descriptions.offer(from: &session)
                } else {
                    try session.rollback()
                }
            } else {
                try session.setRemote(.offer, offer)
            }
            var waiting = offerer
            if (try? waiting.setRemote(.answer, Descriptions.mutilate(answer, &fuzzer))) == nil {
                try waiting.setRemote(.answer, answer)
            }
            #expect(waiting.signalingState == .stable)
        }
        #expect(accepted > 0)
    }
}
