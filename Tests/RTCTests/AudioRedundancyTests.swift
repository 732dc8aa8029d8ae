import RTC
import TestSupport
import Testing
import Wire

@Suite("Redundant sound") struct AudioRedundancyTests {
    private static func opus(red: UInt8? = 63) -> NegotiatedCodec {
        NegotiatedCodec(name: "opus", payloadType: 111, redPayloadType: red, clockRate: 48_000, channels: 2)
    }

    private func session(red: UInt8? = 63) -> RTPSession {
        var session = RTPSession(cname: "r", random: .seeded(3), ntpOffset: 0xEE00_0000 << 32)
        session.configure(
            [
                NegotiatedMedia(
                    mid: "a", kind: .audio, direction: .sendrecv, codecs: [Self.opus(red: red)],
                    extensions: HeaderExtensionIDs(), localSSRC: 7)
            ], at: .zero)
        session.transportReady(at: .zero)
        return session
    }

    private func time(_ milliseconds: Int) -> Instant { .zero + .milliseconds(milliseconds) }

    /// A report of the far side that so many of 256 packets were lost.
    private func report(_ lost: UInt8, to session: inout RTPSession, at now: Instant) {
        let block = ReportBlock(
            ssrc: 7, fractionLost: lost, cumulativeLost: 0, highestSequenceNumber: 0, jitter: 0, lastSenderReport: 0,
            delaySinceLastSenderReport: 0)
        session.receiveRTCP(
            RTCPPacket.serialize([.receiverReport(ReceiverReport(ssrc: 9, reports: [block]))]), at: now)
    }

    /// The packet of the next 20 ms of sound.
    private func send(
        _ number: Int, count: Int = 80, through session: inout RTPSession, at milliseconds: Int
    ) throws -> RTPPacket {
        session.sendAudio(
            mid: "a", payload: [0x08] + [UInt8](repeating: UInt8(number), count: count - 1), sampleCount: 960,
            captureTime: time(milliseconds), level: 10, voiceActivity: true, at: time(milliseconds))
        var found: RTPPacket?
        while let packet = session.pollPacket(at: time(milliseconds)) {
            if !packet.isRTCP { found = try RTPPacket(parsing: packet.bytes) }
        }
        return try #require(found)
    }

    private func numbers(_ packet: RTPPacket) throws -> [UInt8] {
        guard packet.payloadType == 63 else { return [packet.payload.last ?? 0] }
        let redundant = try RedundantAudioPayload(parsing: packet.payload)
        return redundant.blocks.map { $0.data.last ?? 0 } + [redundant.data.last ?? 0]
    }

    @Test("sound is repeated once and twice as the loss grows, and no more when it is over for some time")
    func distances() throws {
        var session = session()
        var sent: [[UInt8]] = []
        for number in 0..<3 { sent.append(try numbers(send(number, through: &session, at: number * 20))) }
        report(16, to: &session, at: time(61))
        for number in 3..<5 { sent.append(try numbers(send(number, through: &session, at: number * 20))) }
        for _ in 0..<3 { report(60, to: &session, at: time(100)) }
        sent.append(try numbers(send(5, through: &session, at: 100)))
        #expect(sent == [[0], [1], [2], [2, 3], [3, 4], [3, 4, 5]])
        for _ in 0..<4 { report(0, to: &session, at: time(119)) }
        #expect(try numbers(send(6, through: &session, at: 120)).count == 3, "it may begin again at once")
        for _ in 0..<4 { report(0, to: &session, at: time(121)) }
        #expect(try numbers(send(7, through: &session, at: 140)) == [6, 7])
        for _ in 0..<6 { report(0, to: &session, at: time(141)) }
        let last = try send(8, through: &session, at: 160)
        #expect(last.payloadType == 111)
        #expect(try numbers(last) == [8])
    }

    @Test("what was before a pause is not repeated, nor what does not fit, and nothing to a far side without RFC 2198")
    func limits() throws {
        var session = session()
        for _ in 0..<4 { report(100, to: &session, at: .zero) }
        #expect(try numbers(send(0, through: &session, at: 0)) == [0])
        #expect(try numbers(send(1, through: &session, at: 20)) == [0, 1])
        // Discontinuous transmission: half a second later.
        #expect(try numbers(send(2, through: &session, at: 520)) == [2])
        #expect(try numbers(send(3, count: 600, through: &session, at: 540)) == [2, 3])
        let large = try send(4, count: 700, through: &session, at: 560)
        #expect(try numbers(large) == [4])
        #expect(large.payload.count <= 1200)
        // A block's length has 10 bits.
        _ = try send(5, count: 1100, through: &session, at: 580)
        #expect(try numbers(send(6, count: 20, through: &session, at: 600)) == [6])
        var plain = self.session(red: nil)
        for _ in 0..<4 { report(100, to: &plain, at: .zero) }
        for number in 0..<3 { #expect(try send(number, through: &plain, at: number * 20).payloadType == 111) }
    }

    private func receive(_ numbers: [UInt16], _ session: inout RTPSession, copies: Int = 2) -> [ReceivedAudio] {
        var received: [ReceivedAudio] = []
        for number in numbers {
            let blocks = (1...copies).reversed().map { distance in
                RedundantAudioPayload.Block(
                    payloadType: 111, timestampOffset: UInt16(distance * 960),
                    data: [0x08, UInt8(truncatingIfNeeded: Int(number) - distance)])
            }
            let payload = RedundantAudioPayload(
                blocks: blocks, payloadType: 111, data: [0x08, UInt8(truncatingIfNeeded: number)])
            session.receiveRTP(
                RTPWriter.packet(
                    RTPHeader(
                        marker: false, payloadType: 63, sequenceNumber: number, timestamp: UInt32(number) * 960,
                        ssrc: 99), extensions: [], payload: payload.bytes), at: time(Int(number) * 20))
            while let event = session.pollEvent() {
                if case .audioPacket(_, let audio) = event { received.append(audio) }
            }
        }
        return received
    }

    @Test("copies are handed on for what is missing, in order, with the number and time of the original")
    func receives() throws {
        var session = session()
        let received = receive([10, 11, 14, 13, 15], &session)
        #expect(received.map { $0.payload[1] } == [8, 9, 10, 11, 12, 13, 14, 13, 15])
        #expect(received.map(\.isRedundant) == [true, true, false, false, true, true, false, false, false])
        let base = try #require(received.first { $0.payload[1] == 10 }).sequenceNumber - 10
        for audio in received {
            #expect(audio.sequenceNumber - base == Int64(audio.payload[1]))
            #expect(audio.timestamp == UInt32(audio.payload[1]) * 960)
        }
        let records = session.statistics(at: time(400))
        let inbound = try #require(records.first { $0.type == "inbound-rtp" })
        #expect(inbound["fecPacketsReceived"]?.doubleValue == 10)
        #expect(inbound["fecPacketsDiscarded"]?.doubleValue == 6)
        #expect(records.contains { $0.type == "codec" && $0["mimeType"] == "audio/red" })
    }

    @Test("copies that leave a gap, of another codec, or of nonsense are no use; their packet is")
    func strangeCopies() {
        var session = session()
        let strange: [[RedundantAudioPayload.Block]] = [
            [RedundantAudioPayload.Block(payloadType: 111, timestampOffset: 1920, data: [0x08, 1])],
            [RedundantAudioPayload.Block(payloadType: 112, timestampOffset: 960, data: [0x08, 1])],
            [RedundantAudioPayload.Block(payloadType: 111, timestampOffset: 960, data: [0x0B])],
            [RedundantAudioPayload.Block(payloadType: 111, timestampOffset: 960, data: [])],
        ]
        for (index, blocks) in strange.enumerated() {
            let payload = RedundantAudioPayload(blocks: blocks, payloadType: 111, data: [0x08, 7])
            let header = RTPHeader(
                marker: false, payloadType: 63, sequenceNumber: UInt16(index * 2),
                timestamp: UInt32(index * 1920), ssrc: 99)
            session.receiveRTP(RTPWriter.packet(header, extensions: [], payload: payload.bytes), at: time(index))
        }
        // Cut, empty, and of a codec that nobody has.
        for payload in [[0xEF, 0], [111], [0, 1, 2]] as [[UInt8]] {
            let header = RTPHeader(marker: false, payloadType: 63, sequenceNumber: 20, timestamp: 9600, ssrc: 99)
            session.receiveRTP(RTPWriter.packet(header, extensions: [], payload: payload), at: time(30))
        }
        var count = 0
        while let event = session.pollEvent() {
            guard case .audioPacket(_, let audio) = event else { continue }
            #expect(!audio.isRedundant && audio.payload == [0x08, 7])
            count += 1
        }
        #expect(count == 4)
    }

    @Test("RFC 2198 is offered behind Opus, answered, and refused when it holds anything else")
    func negotiation() throws {
        let (offerer, answerer) = try Descriptions.agreed()
        for session in [offerer, answerer] {
            let opus = try #require(session.negotiated?.media.first { $0.kind == .audio }?.codecs.first)
            #expect(opus.name == "opus" && opus.redPayloadType == 63)
        }
        var session = Descriptions.session(1)
        let offer = try Descriptions.offer(from: &session)
        #expect(offer.contains("a=rtpmap:63 red/48000/2\r\na=fmtp:63 111/111\r\n"))
        #expect(offer.contains("SAVPF 111 63\r\n"))
        for list in ["0/0", "111/0", "111/", "", "300/300"] {
            var refusing = Descriptions.answerer()
            try refusing.setRemote(.offer, offer.replacing("a=fmtp:63 111/111", with: "a=fmtp:63 \(list)"))
            #expect(try !Descriptions.answer(from: &refusing).contains("red/48000"))
            #expect(refusing.negotiated?.media.first?.codecs.first?.redPayloadType == nil)
        }
        // Even a far side that prefers it gets Opus first: it would repeat everything all the time.
        var preferring = Descriptions.answerer()
        try preferring.setRemote(.offer, offer.replacing("SAVPF 111 63", with: "SAVPF 63 111"))
        #expect(try Descriptions.answer(from: &preferring).contains("SAVPF 111 63\r\n"))
    }

    @Test("the loss that is told is what is lost, not what is late")
    func measuredLoss() throws {
        for (conditions, expected) in [
            (LinkConditions(delay: .milliseconds(40), jitter: .milliseconds(35), reordering: 0.3), 0.0),
            (LinkConditions(loss: 0.1, delay: .milliseconds(25)), 0.1),
        ] {
            var call = AudioCallSimulation(
                AudioCallSimulation.Path(conditions), usesRedundancy: false, seed: 5)
            var told: [Double] = []
            call.run(for: .seconds(40)) { _, loss in
                if let loss { told.append(loss) }
                return [0x08, 0] + [UInt8](repeating: 1, count: 78)
            } play: { decision, _, _ in
                decision.sampleCount
            }
            let mean = told.reduce(0, +) / Double(max(told.count, 1))
            #expect(told.count > 1000 && abs(mean - expected) < 0.03, "\(mean)")
        }
    }
}
