import RTC
import TestSupport
import Testing
import Wire

/// Renegotiation in mid-call in virtual time: two pictures, hold, glare and rollback, and places that are used again.
@Suite("Several sections of a kind") struct SeveralSectionsTests {
    private func connected(seed: UInt64, _ conditions: LinkConditions = .localNetwork) throws -> SimulatedCall {
        let call = try SimulatedCall(seed: seed, conditions: conditions)
        try call.connect()
        call.sendsMedia = true
        call.run(for: .seconds(2))
        return call
    }

    private func count(_ side: SimulatedCall.Side, _ mid: String) -> Int { side.pictures[mid]?.count ?? 0 }

    /// Pictures of a section that come within a second.
    private func rate(_ call: SimulatedCall, _ side: SimulatedCall.Side, _ mid: String) -> Int {
        let before = count(side, mid)
        call.run(for: .seconds(1))
        return count(side, mid) - before
    }

    private func addVideo(_ call: SimulatedCall, isCallers: Bool) throws -> String {
        let (from, to) = isCallers ? (call.caller, call.called) : (call.called, call.caller)
        from.peer.addTransceiver(.video, direction: .sendrecv)
        try call.negotiate(from: from, to: to)
        return try #require(from.peer.transceivers.last?.mid)
    }

    @Test(
        "a second picture beside the first, from either side, over loss: both are assembled, counted and share the rate",
        arguments: [true, false],
        [LinkConditions.localNetwork, .wifiLossy, LinkConditions(loss: 0.1, delay: .milliseconds(30))])
    func secondPicture(isCallers: Bool, conditions: LinkConditions) throws {
        let call = try connected(seed: 60, conditions)
        let second = try addVideo(call, isCallers: isCallers)
        call.run(for: .seconds(8))
        for side in [call.caller, call.called] {
            #expect(side.pictures.keys.sorted() == ["1", second])
            for (mid, pictures) in side.pictures {
                #expect(pictures.first?.isKeyFrame == true)
                #expect(pictures.map(\.rtpTimestamp) == pictures.map(\.rtpTimestamp).sorted(), "one source a section")
                #expect(count(side, mid) > 150, "\(mid) over \(conditions)")
            }
            let targets = ["1", second].compactMap { side.peer.videoTargetBitrate(mid: $0) }
            #expect(targets.count == 2 && abs(targets[0] - targets[1]) < 2, "\(targets)")
            let records = side.peer.statistics(at: call.now)
            for type in ["inbound-rtp", "outbound-rtp", "remote-inbound-rtp"] {
                let sources = records.filter { $0.type == type && $0["kind"] == .text("video") }.compactMap {
                    $0["ssrc"]
                }
                #expect(sources.count == 2 && sources[0] != sources[1], "\(type)")
            }
        }
    }

    @Test("sections whose packets name no mid are told apart by the SSRCs of the descriptions")
    func demultiplexesBySource() throws {
        let call = try SimulatedCall(seed: 61)
        for _ in 0..<2 { call.caller.peer.addTransceiver(.video, direction: .sendonly) }
        let offer = try call.caller.peer.setLocalDescription(.offer, at: call.now)
        // Without the extension in the answer, no packet carries it.
        try call.called.peer.setRemoteDescription(.offer, offer, at: call.now)
        let answer = try call.called.peer.setLocalDescription(.answer, at: call.now)
        let lines = answer.split(separator: "\r\n").filter { !$0.contains("sdes:mid") }
        try call.caller.peer.setRemoteDescription(.answer, lines.map { $0 + "\r\n" }.joined(), at: call.now)
        call.sendsMedia = true
        call.run(for: .seconds(3))
        #expect(count(call.called, "0") > 60 && count(call.called, "1") > 60)
    }

    @Test("one of two pictures is taken away and comes back with a key frame, the other does not notice")
    func removesOne() throws {
        let call = try connected(seed: 62)
        let second = try addVideo(call, isCallers: true)
        call.run(for: .seconds(3))
        let gone = try #require(call.caller.peer.transceivers.firstIndex { $0.mid == "1" })
        call.caller.peer.setDirection(.recvonly, index: gone)
        try call.negotiate(from: call.caller, to: call.called, mirrors: false)
        call.run(for: .milliseconds(500))
        #expect(rate(call, call.called, "1") == 0)
        #expect(rate(call, call.called, second) >= 28)
        #expect(rate(call, call.caller, "1") >= 28, "the other way goes on")
        let before = count(call.called, "1")
        call.caller.peer.setDirection(.sendrecv, index: gone)
        try call.negotiate(from: call.caller, to: call.called, mirrors: false)
        call.run(for: .seconds(1))
        #expect(call.called.pictures["1"]?.dropFirst(before).first?.isKeyFrame == true)
        #expect(rate(call, call.called, "1") >= 28)
    }

    @Test(
        "held by either side, wholly or listening on, and taken up again",
        arguments: [true, false], [TransceiverDirection.inactive, .sendonly])
    func holds(isCallers: Bool, direction: TransceiverDirection) throws {
        let call = try connected(seed: 63)
        let (holder, held) = isCallers ? (call.caller, call.called) : (call.called, call.caller)
        for _ in 0..<2 {
            for index in 0..<2 { holder.peer.setDirection(direction, index: index) }
            try call.negotiate(from: holder, to: held, mirrors: false)
            call.run(for: .milliseconds(300))
            let (sound, heard) = (holder.audio.count, held.audio.count)
            #expect(rate(call, holder, "1") == 0 && holder.audio.count == sound, "nothing comes to the holder")
            #expect((rate(call, held, "1") > 25) == direction.sends)
            #expect((held.audio.count > heard + 40) == direction.sends)
            for index in 0..<2 { holder.peer.setDirection(.sendrecv, index: index) }
            try call.negotiate(from: holder, to: held, mirrors: false)
            call.run(for: .milliseconds(300))
            #expect(rate(call, holder, "1") > 25 && rate(call, held, "1") > 25)
        }
        #expect(!call.caller.states.contains(.disconnected) && !call.called.states.contains(.disconnected))
    }

    @Test("both add a picture at once: the polite side yields, and what both wanted is there after one more round")
    func glare() throws {
        let call = try connected(seed: 64)
        for side in [call.caller, call.called] { side.peer.addTransceiver(.video, direction: .sendonly) }
        let theirs = try call.called.peer.setLocalDescription(.offer, at: call.now)
        let ours = try call.caller.peer.setLocalDescription(.offer, at: call.now)
        #expect(throws: JSEPError.glare) { try call.caller.peer.setRemoteDescription(.offer, theirs, at: call.now) }
        try call.called.peer.setRemoteDescription(.offer, ours, at: call.now)
        let answer = try call.called.peer.setLocalDescription(.answer, at: call.now)
        try call.caller.peer.setRemoteDescription(.answer, answer, at: call.now)
        call.run(for: .seconds(1))
        // The polite side's own section has met the other's of its kind, and sends in it as soon as that may be.
        for side in [call.caller, call.called] {
            #expect(side.peer.transceivers.map(\.mid) == ["0", "1", "2"])
            side.peer.setDirection(.sendrecv, index: 2)
        }
        try call.negotiate(from: call.called, to: call.caller)
        call.run(for: .seconds(1))
        #expect(rate(call, call.called, "2") >= 28 && rate(call, call.caller, "2") >= 28)
        #expect(rate(call, call.called, "1") >= 28 && rate(call, call.caller, "1") >= 28)
    }

    @Test(
        "an offer is taken back, by its maker or by the one who got it, and the call goes on as it was",
        arguments: 0..<4)
    func rollback(variant: Int) throws {
        let call = try connected(seed: 65)
        let (offerer, other) = variant < 2 ? (call.caller, call.called) : (call.called, call.caller)
        let isRestart = !variant.isMultiple(of: 2)
        let fragments = [call.caller, call.called].map { $0.peer.iceUsernameFragment }
        offerer.peer.addTransceiver(.video, direction: .sendrecv)
        if isRestart { offerer.peer.restartICE() }
        let offer = try offerer.peer.setLocalDescription(.offer, at: call.now)
        call.run(for: .milliseconds(20))
        try other.peer.setRemoteDescription(.offer, offer, at: call.now)
        call.run(for: .milliseconds(200))
        try other.peer.setRemoteDescription(.rollback, "", at: call.now)
        _ = try offerer.peer.setLocalDescription(.rollback, at: call.now)
        #expect(other.peer.transceivers.count == 2)
        #expect([call.caller, call.called].map { $0.peer.iceUsernameFragment } == fragments)
        call.run(for: .seconds(8))
        #expect(call.caller.peer.connectionState == .connected && call.called.peer.connectionState == .connected)
        #expect(rate(call, call.caller, "1") >= 28 && rate(call, call.called, "1") >= 28)
        // And the next offer holds what the one taken back did.
        try call.negotiate(from: offerer, to: other)
        call.run(for: .seconds(2))
        #expect(rate(call, other, "2") >= 28 && rate(call, offerer, "2") >= 28)
        #expect((offerer.peer.iceUsernameFragment != fragments[variant < 2 ? 0 : 1]) == isRestart)
    }

    @Test(
        "a section that the far side refuses in mid-call frees its place, and the next of any kind takes it with a new name"
    )
    func recycles() throws {
        let call = try connected(seed: 66)
        for round in 0..<3 {
            let (from, to) = round.isMultiple(of: 2) ? (call.caller, call.called) : (call.called, call.caller)
            let before = try #require(from.peer.transceivers.last?.mid)
            var offer = try SessionDescription(parsing: try from.peer.setLocalDescription(.offer, at: call.now))
            offer.media[1].port = 0
            offer.attributes = [SDPAttribute("group", "BUNDLE 0")]
            try to.peer.setRemoteDescription(.offer, offer.text, at: call.now)
            let answer = try to.peer.setLocalDescription(.answer, at: call.now)
            #expect(try SessionDescription(parsing: answer).media[1].port == 0)
            try from.peer.setRemoteDescription(.answer, answer, at: call.now)
            for side in [from, to] {
                #expect(side.peer.transceivers.map(\.kind) == [.audio])
                #expect(!side.peer.statistics(at: call.now).contains { $0["kind"] == .text("video") })
            }
            let mid = try addVideo(call, isCallers: round == 1)
            #expect(mid != before)
            call.run(for: .seconds(1))
            #expect(rate(call, from, mid) >= 28 && rate(call, to, mid) >= 28)
            #expect(
                try SessionDescription(parsing: from.peer.setLocalDescription(.offer, at: call.now)).media.count == 2)
            _ = try from.peer.setLocalDescription(.rollback, at: call.now)
        }
    }
}
