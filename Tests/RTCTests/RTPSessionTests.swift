import RTC
import Testing
import Wire

@Suite("RTP session")
struct RTPSessionTests {
    @Test("on a clean path every frame and packet arrives, in order, at once, in packets that fit")
    func cleanPath() {
        var call = RTPCallSimulation(seed: 1)
        call.startVideo(.left)
        call.startAudio(.left)
        call.startVideo(.right)
        call.startAudio(.right)
        call.run(for: .seconds(10))
        for side in RTPCallSimulation.Side.allCases {
            let frames = call[side].video
            #expect(frames.count >= 299)
            #expect(frames.first?.isKeyFrame == true)
            #expect(frames.dropFirst().allSatisfy { !$0.isKeyFrame })
            #expect(RTPCallSimulation.isDecodable(frames))
            // Handed out in the very drain in which the last packet came.
            #expect(zip(frames, call[side].videoTimes).allSatisfy { $0.completion == $1 && $0.playoutTime == $1 })
            #expect(call[side].audio.count >= 499)
            #expect(
                zip(call[side].audio, call[side].audio.dropFirst()).allSatisfy {
                    $1.sequenceNumber == $0.sequenceNumber + 1 && $1.timestamp == $0.timestamp &+ 960
                })
            #expect(call[side].audio.first?.level == AudioLevel(level: 40, voiceActivity: true))
            #expect(call[side].largestPacket <= RTPSender.maximumDatagramByteCount - 16)
            #expect(call.value("nackCount", "inbound-rtp", side, "v") == 0)
            #expect(call.value("packetsLost", "inbound-rtp", side, "v") == 0)
            #expect(call.value("fractionLost", "remote-inbound-rtp", side, "v") == 0)
            let roundTrip = call.value("roundTripTime", "remote-inbound-rtp", side, "v") ?? 0
            #expect(abs(roundTrip - 0.020) < 0.002)
        }
    }

    @Test("the statistics of both sides agree")
    func statistics() throws {
        var call = RTPCallSimulation(seed: 2)
        call.startVideo(.left)
        call.startAudio(.left)
        call.run(for: .seconds(8))
        call[.left].nextVideo = nil
        call[.left].nextAudio = nil
        call.run(for: .seconds(7))
        for mid in ["a", "v"] {
            for name in ["packets", "bytes"] {
                let sent = try #require(call.value("\(name)Sent", "outbound-rtp", .left, mid))
                #expect(sent > 0)
                #expect(call.value("\(name)Received", "inbound-rtp", .right, mid) == sent)
                #expect(call.value("\(name)Sent", "remote-outbound-rtp", .right, mid) == sent)
            }
        }
        #expect(
            call.value("framesSent", "outbound-rtp", .left, "v")
                == call.value("framesReceived", "inbound-rtp", .right, "v"))
        #expect(call.value("keyFramesReceived", "inbound-rtp", .right, "v") == 1)
        let waited = try #require(call.value("jitterBufferDelay", "inbound-rtp", .right, "v"))
        let handedOut = try #require(call.value("jitterBufferEmittedCount", "inbound-rtp", .right, "v"))
        #expect(handedOut == call.value("framesReceived", "inbound-rtp", .right, "v"))
        #expect(waited >= 0 && waited / handedOut < 0.1)
        let codec = try #require(
            call[.right].session.statistics(at: call.now).first { $0.id == "codec-v-96" })
        #expect(codec["mimeType"] == "video/VP8" && codec["clockRate"] == 90_000)
        let inbound = try #require(call.record("inbound-rtp", .right, "v"))
        #expect(inbound["codecId"] == .text(codec.id) && inbound["remoteId"] == "remote-outbound-rtp-v")
        let remoteTime = try #require(call.value("remoteTimestamp", "remote-outbound-rtp", .right, "a"))
        #expect(remoteTime > 1_700_000_000_000)
    }

    @Test("mid is sent until the far side has shown that it knows the SSRC, for RTX separately")
    func midUntilAcknowledged() throws {
        var call = RTPCallSimulation(seed: 3)
        let left = call[.left].session
        var before = left
        before.sendAudio(
            mid: "a", payload: [0x78, 1], sampleCount: 960, captureTime: .zero, level: 1, voiceActivity: false,
            at: .zero)
        let first = try RTPPacket(parsing: try nextRTPPacket(&before, at: .zero).bytes)
        #expect(first.extensions[4].map(Array.init) == Array("a".utf8))
        call.startAudio(.left)
        call.startVideo(.left)
        call.run(for: .seconds(2))
        call[.left].nextAudio = nil
        call[.left].nextVideo = nil
        call.run(for: .seconds(1))
        call[.left].session.sendAudio(
            mid: "a", payload: [0x78, 1], sampleCount: 960, captureTime: call.now, level: 1, voiceActivity: false,
            at: call.now)
        let later = try RTPPacket(parsing: try nextRTPPacket(&call[.left].session, at: call.now).bytes)
        #expect(later.extensions[4] == nil)
        #expect(later.extensions[3] != nil)
        // Nobody has seen the RTX stream yet.
        call[.left].session.sendVideo(
            mid: "v", frame: [0x11, 1, 2, 3], isKeyFrame: false, captureTime: call.now, at: call.now)
        let media = try RTPPacket(parsing: try nextRTPPacket(&call[.left].session, at: call.now).bytes)
        let nack = RTCPPacket.negativeAcknowledgement(
            NegativeAcknowledgement(
                senderSSRC: 2001, mediaSSRC: media.ssrc, sequenceNumbers: [media.sequenceNumber]))
        call[.left].session.receiveRTCP(RTCPPacket.serialize([nack]), at: call.now + .milliseconds(30))
        let rtx = try RTPPacket(
            parsing: try nextRTPPacket(&call[.left].session, at: call.now + .milliseconds(30)).bytes)
        #expect(rtx.ssrc == 3000 && rtx.payloadType == 97)
        #expect(rtx.extensions[4].map(Array.init) == Array("v".utf8))
        #expect(rtx.restoringOriginal(ssrc: 2000, payloadType: 96)?.sequenceNumber == media.sequenceNumber)
    }

    @Test("a NACK repeated within a round trip sends once, and one for packets long gone sends nothing")
    func retransmissionLimits() throws {
        var call = RTPCallSimulation(seed: 4)
        call.startVideo(.left)
        call.run(for: .seconds(1))
        call[.left].nextVideo = nil
        call.run(for: .milliseconds(200))
        call[.left].session.sendVideo(
            mid: "v", frame: [0x11, 1, 2, 3], isKeyFrame: false, captureTime: call.now, at: call.now)
        let media = try RTPPacket(parsing: try nextRTPPacket(&call[.left].session, at: call.now).bytes)
        let nack = RTCPPacket.serialize([
            .negativeAcknowledgement(
                NegativeAcknowledgement(
                    senderSSRC: 2001, mediaSSRC: media.ssrc,
                    sequenceNumbers: [media.sequenceNumber, media.sequenceNumber &+ 1000, media.sequenceNumber &- 3000])
            )
        ])
        let soon = call.now + .milliseconds(30)
        for _ in 0..<3 { call[.left].session.receiveRTCP(nack, at: soon) }
        let packets = drainRTP(&call[.left].session, at: soon)
        #expect(packets.count == 1)
        let much = soon + .seconds(5)
        call[.left].session.receiveRTCP(nack, at: much)
        #expect(drainRTP(&call[.left].session, at: much).isEmpty)
    }

    @Test("PLI and FIR reach the encoder, but not more than three at once and one a second")
    func keyFrameRequests() {
        var call = RTPCallSimulation(seed: 5)
        call.startVideo(.left)
        call.run(for: .seconds(3))
        let before = call[.left].keyFrameRequests
        for round in 0..<200 {
            let pli = RTCPPacket.pictureLossIndication(PictureLossIndication(senderSSRC: 2001, mediaSSRC: 2000))
            let fir = RTCPPacket.fullIntraRequest(
                FullIntraRequest(
                    senderSSRC: 2001,
                    entries: [FullIntraRequest.Entry(ssrc: 2000, sequenceNumber: UInt8(truncatingIfNeeded: round))]))
            call[.left].session.receiveRTCP(RTCPPacket.serialize([round.isMultiple(of: 2) ? pli : fir]), at: call.now)
            call.run(for: .milliseconds(50))
        }
        let granted = call[.left].keyFrameRequests - before
        #expect(granted >= 8 && granted <= 14)
        #expect((call.value("firCount", "outbound-rtp", .left, "v") ?? 0) == 100)
        #expect(RTPCallSimulation.isDecodable(call[.right].video))
    }

    @Test("closing says BYE for every stream and stops")
    func goodbye() {
        var call = RTPCallSimulation(seed: 6)
        call.startVideo(.left)
        call.startAudio(.left)
        call.run(for: .seconds(1))
        call[.left].session.close(at: call.now)
        call[.left].nextVideo = nil
        call[.left].nextAudio = nil
        #expect(call[.left].session.nextTimeout == nil)
        call.run(for: .seconds(1))
        #expect(Set(call[.right].byes) == ["a", "v"])
        call[.left].session.receiveRTP([0x80], at: call.now)
        #expect(call[.left].session.pollPacket(at: call.now) == nil)
    }

    @Test("hold stops the stream, resuming asks for a key frame and goes on")
    func holdAndResume() {
        var call = RTPCallSimulation(seed: 7)
        call.startVideo(.left)
        call.run(for: .seconds(2))
        let held = [RTPCallSimulation.audio(.left), RTPCallSimulation.video(.left)].map { media in
            var media = media
            media.direction = .inactive
            return media
        }
        call[.left].session.configure(held, at: call.now)
        call.run(for: .milliseconds(100))
        let count = call[.right].video.count
        call.run(for: .seconds(2))
        #expect(call[.right].video.count == count)
        let requests = call[.left].keyFrameRequests
        call[.left].session.configure(
            [RTPCallSimulation.audio(.left), RTPCallSimulation.video(.left)], at: call.now)
        call.run(for: .seconds(2))
        #expect(call[.left].keyFrameRequests > requests)
        #expect(call[.right].video.count > count + 50)
        #expect(RTPCallSimulation.isDecodable(call[.right].video))
    }

    @Test("a section that is rejected and comes back goes on counting where it was")
    func rejectedAndBack() throws {
        var call = RTPCallSimulation(seed: 12)
        call.startAudio(.left)
        call.run(for: .seconds(1))
        var rejected = RTPCallSimulation.audio(.left)
        rejected.codecs = []
        rejected.direction = .inactive
        call[.left].session.configure([rejected, RTPCallSimulation.video(.left)], at: call.now)
        call.run(for: .seconds(1))
        let last = try #require(call[.right].audio.last)
        call[.left].session.configure(
            [RTPCallSimulation.audio(.left), RTPCallSimulation.video(.left)], at: call.now)
        call.run(for: .seconds(1))
        let next = try #require(call[.right].audio.first { $0.arrival > last.arrival })
        #expect(next.sequenceNumber == last.sequenceNumber + 1)
        // The clock went on meanwhile: a second of 48 kHz.
        #expect(next.timestamp &- last.timestamp > 47_000 && next.timestamp &- last.timestamp < 49_500)
        #expect(call[.right].sourceChanges == 0)
    }

    @Test("nothing is sent before the transport is ready")
    func notReady() {
        var session = RTPSession(cname: "c", random: .seeded(1), ntpOffset: 0)
        session.configure([RTPCallSimulation.audio(.left), RTPCallSimulation.video(.left)], at: .zero)
        session.sendAudio(
            mid: "a", payload: [0x78], sampleCount: 960, captureTime: .zero, level: 0, voiceActivity: true, at: .zero)
        session.sendVideo(mid: "v", frame: [1, 2], isKeyFrame: true, captureTime: .zero, at: .zero)
        session.requestKeyFrame(mid: "v", at: .zero)
        session.handleTimeout(at: .zero + .seconds(10))
        #expect(session.pollPacket(at: .zero + .seconds(10)) == nil)
        #expect(session.nextTimeout == nil)
        session.transportReady(at: .zero + .seconds(10))
        guard case .keyFrameRequested("v")? = session.pollEvent() else {
            Issue.record("no key frame asked for")
            return
        }
    }

    @Test("an RRTR is answered with DLRR, and a receiver without streams of its own learns the round trip")
    func receiverRoundTrip() {
        var call = RTPCallSimulation(seed: 8) { side, media in
            for index in media.indices { media[index].direction = side == .left ? .sendonly : .recvonly }
        }
        call.startVideo(.left)
        call.run(for: .seconds(6))
        let measured = call[.right].roundTripTimes.last?.inMilliseconds ?? 0
        #expect(abs(measured - 20) < 3)
    }

    @Test("without reduced-size RTCP every datagram starts with a report and a name")
    func compoundOnly() throws {
        var call = RTPCallSimulation(seed: 9) { _, media in
            for index in media.indices { media[index].reducedSizeRTCP = false }
        }
        call[.right].session.receiveRTP(
            RTPWriter.packet(
                RTPHeader(marker: true, payloadType: 96, sequenceNumber: 9, timestamp: 0, ssrc: 2000), extensions: [],
                payload: [0x90, 0x80, 0x80, 0x01, 0x11, 0]), at: .zero)
        let packet = try nextRTPPacket(&call[.right].session, at: .zero)
        let parsed = try RTCPPacket.parse(packet.bytes)
        #expect(packet.isRTCP && parsed.count == 3)
        guard case .receiverReport = parsed[0], case .sourceDescription = parsed[1],
            case .pictureLossIndication(let request) = parsed[2]
        else {
            Issue.record("wrong order")
            return
        }
        #expect(request.mediaSSRC == 2000)
    }

    private func drainRTP(_ session: inout RTPSession, at now: Instant) -> [OutgoingPacket] {
        var packets: [OutgoingPacket] = []
        while let packet = session.pollPacket(at: now) {
            if !packet.isRTCP { packets.append(packet) }
        }
        return packets
    }
}
