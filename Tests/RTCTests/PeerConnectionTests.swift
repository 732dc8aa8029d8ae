import RTC
import TestSupport
import Testing

@Suite("Two peer connections in virtual time") struct PeerConnectionTests {
    @Test("connect within three round trips and carry sound and pictures both ways")
    func connects() throws {
        let call = try SimulatedCall(seed: 1)
        try call.connect()
        call.run(for: .milliseconds(100))
        #expect(call.caller.peer.connectionState == .connected)
        #expect(call.called.peer.connectionState == .connected)
        call.sendsMedia = true
        call.run(for: .seconds(2))
        for side in [call.caller, call.called] {
            #expect(side.audio.count >= 98)
            #expect(side.video.count >= 58)
            #expect(side.video.first?.isKeyFrame == true)
        }
    }

    @Test(
        "connect and keep media going on bad networks",
        arguments: [
            LinkConditions.wifi, .wifiLossy, .cellular, .congested,
            LinkConditions(loss: 0.2, delay: .milliseconds(30), jitter: .milliseconds(10)),
            LinkConditions(delay: .milliseconds(20), reordering: 0.1, duplication: 0.2),
        ])
    func survives(conditions: LinkConditions) throws {
        for seed in 10..<13 {
            let call = try SimulatedCall(seed: UInt64(seed), conditions: conditions)
            try call.connect()
            call.sendsMedia = true
            call.run(for: .seconds(10))
            #expect(call.caller.peer.connectionState == .connected, "\(conditions) \(seed)")
            for side in [call.caller, call.called] {
                #expect(side.audio.count > 300, "sound over \(conditions), seed \(seed)")
                #expect(side.video.count > 150, "pictures over \(conditions), seed \(seed)")
            }
        }
    }

    @Test("the first pictures of a long path are not sent again and again: ICE has told how long it is")
    func firstRoundTrip() throws {
        let call = try SimulatedCall(
            seed: 40, conditions: LinkConditions(loss: 0.05, delay: .milliseconds(300), jitter: .milliseconds(5)))
        call.sendsMedia = true
        try call.connect()
        while call.called.video.isEmpty || call.caller.video.isEmpty, call.now < .zero + .seconds(20) {
            call.run(for: .milliseconds(50))
        }
        call.run(for: .seconds(1))
        let value = { (side: SimulatedCall.Side, type: String, name: String) -> Double in
            side.peer.statistics(at: call.now).first { $0.type == type && $0["kind"] == "video" }?[name]?.doubleValue
                ?? 0
        }
        for (sender, receiver) in [(call.caller, call.called), (call.called, call.caller)] {
            let sent =
                value(sender, "outbound-rtp", "retransmittedPacketsSent")
                - value(sender, "outbound-rtp", "paddingPacketsSent")
            let lost = value(receiver, "inbound-rtp", "packetsLost")
            #expect(lost > 0 && sent <= lost * 1.5 + 2, "\(sent) sent again, \(lost) lost")
        }
    }

    @Test("candidates that come only by trickling are enough")
    func trickles() throws {
        let call = try SimulatedCall(seed: 20)
        call.caller.peer.addTransceiver(.audio, direction: .sendrecv)
        let stripped: (String) -> String = { text in
            text.split(separator: "\r\n").filter { !$0.hasPrefix("a=candidate") && !$0.hasPrefix("a=end-of") }
                .map { $0 + "\r\n" }.joined()
        }
        let offer = try call.caller.peer.setLocalDescription(.offer, at: call.now)
        let candidate = try #require(offer.split(separator: "\r\n").first { $0.hasPrefix("a=candidate") }).dropFirst(2)
        try call.called.peer.setRemoteDescription(.offer, stripped(offer), at: call.now)
        let answer = try call.called.peer.setLocalDescription(.answer, at: call.now)
        try call.caller.peer.setRemoteDescription(.answer, stripped(answer), at: call.now)
        call.run(for: .milliseconds(500))
        #expect(call.caller.peer.connectionState != .connected)
        try call.called.peer.addICECandidate(
            TrickledCandidate(candidate: String(candidate), mid: "0", mLineIndex: 0, usernameFragment: nil),
            at: call.now)
        call.run(for: .seconds(1))
        #expect(call.caller.peer.connectionState == .connected)
        #expect(call.called.peer.connectionState == .connected)
    }

    @Test("a wrong fingerprint connects nothing and lets no media through")
    func refusesWrongFingerprint() throws {
        let call = try SimulatedCall(seed: 30)
        call.caller.peer.addTransceiver(.audio, direction: .sendrecv)
        let offer = try call.caller.peer.setLocalDescription(.offer, at: call.now)
        let other = try DTLSCertificate.generate(commonName: "mallory", secondsSince1970: 1_700_000_000)
        let forged = offer.split(separator: "\r\n").map { line in
            (line.hasPrefix("a=fingerprint") ? "a=fingerprint:\(other.fingerprint)" : String(line)) + "\r\n"
        }.joined()
        try call.called.peer.setRemoteDescription(.offer, forged, at: call.now)
        let answer = try call.called.peer.setLocalDescription(.answer, at: call.now)
        try call.caller.peer.setRemoteDescription(.answer, answer, at: call.now)
        call.sendsMedia = true
        call.run(for: .seconds(3))
        #expect(call.called.peer.connectionState == .failed)
        #expect(call.called.audio.isEmpty)
    }

    @Test("video is added and removed in mid-call without a gap in the sound")
    func renegotiates() throws {
        let call = try SimulatedCall(seed: 40)
        call.caller.peer.addTransceiver(.audio, direction: .sendrecv)
        try call.negotiate(from: call.caller, to: call.called)
        call.sendsMedia = true
        call.run(for: .seconds(1))
        call.called.peer.addTransceiver(.video, direction: .sendrecv)
        try call.negotiate(from: call.called, to: call.caller, mirrors: false)
        call.run(for: .seconds(1))
        #expect(call.called.video.isEmpty, "the caller only receives until it says otherwise")
        #expect(call.caller.video.count > 20)
        call.called.peer.setDirection(.inactive, index: 1)
        try call.negotiate(from: call.called, to: call.caller, mirrors: false)
        let before = call.caller.video.count
        call.run(for: .seconds(1))
        #expect(call.caller.video.count - before <= 1)
        #expect(call.caller.audio.count > 140)
        #expect(call.caller.audio.map(\.sequenceNumber) == call.caller.audio.map(\.sequenceNumber).sorted())
    }

    @Test("when both offer at once, the polite side gives way")
    func resolvesGlare() throws {
        let call = try SimulatedCall(seed: 50)
        for side in [call.caller, call.called] { side.peer.addTransceiver(.audio, direction: .sendrecv) }
        let first = try call.caller.peer.setLocalDescription(.offer, at: call.now)
        let second = try call.called.peer.setLocalDescription(.offer, at: call.now)
        #expect(throws: JSEPError.glare) {
            try call.caller.peer.setRemoteDescription(.offer, second, at: call.now)
        }
        try call.called.peer.setRemoteDescription(.offer, first, at: call.now)
        let answer = try call.called.peer.setLocalDescription(.answer, at: call.now)
        try call.caller.peer.setRemoteDescription(.answer, answer, at: call.now)
        call.sendsMedia = true
        call.run(for: .seconds(1))
        #expect(call.caller.audio.count > 30)
        #expect(call.called.audio.count > 30)
    }

    @Test("a closed side is seen by the other at once")
    func closes() throws {
        let call = try SimulatedCall(seed: 60)
        try call.connect()
        call.run(for: .seconds(1))
        call.caller.peer.close(at: call.now)
        call.run(for: .milliseconds(100))
        #expect(call.caller.peer.connectionState == .closed)
        #expect(call.called.peer.connectionState == .closed)
    }

    @Test("statistics name every W3C dictionary of the call")
    func reports() throws {
        let call = try SimulatedCall(seed: 70)
        try call.connect()
        call.sendsMedia = true
        call.run(for: .seconds(4))
        let types = Set(call.caller.peer.statistics(at: call.now).map(\.type))
        for type in [
            "inbound-rtp", "outbound-rtp", "remote-inbound-rtp", "candidate-pair", "transport", "local-candidate",
            "remote-candidate", "codec",
        ] {
            #expect(types.contains(type), "\(type)")
        }
    }

    @Test("garbage from anybody changes nothing")
    func ignoresGarbage() throws {
        let call = try SimulatedCall(seed: 80)
        try call.connect()
        call.sendsMedia = true
        call.run(for: .seconds(1))
        var random = RandomSource.seeded(81)
        for _ in 0..<5000 {
            var bytes = random.bytes(Int(random.next() % 200))
            if let first = [UInt8(0), 22, 128, 144, 200].randomElement(using: &random), !bytes.isEmpty {
                bytes[0] = first
            }
            call.called.peer.receive(bytes, from: call.caller.address, to: call.called.address, at: call.now)
        }
        call.run(for: .seconds(1))
        #expect(call.called.peer.connectionState == .connected)
        #expect(call.called.audio.count > 90)
    }
}
