import Testing
import Wire

@Suite("RTCP packets")
struct RTCPPacketTests {
    private static let block = ReportBlock(
        ssrc: 7, fractionLost: 51, cumulativeLost: -3, highestSequenceNumber: 0x0001_FFFE, jitter: 480,
        lastSenderReport: 0x1234_5678, delaySinceLastSenderReport: 65_536)

    static let all: [RTCPPacket] = [
        .senderReport(
            SenderReport(
                ssrc: 1, ntpTime: NTPTime(0xE123_4567_89AB_CDEF), rtpTimestamp: 90_000, packetCount: 10,
                octetCount: 12_000, reports: [block, block])),
        .receiverReport(ReceiverReport(ssrc: 2, reports: [block])),
        .receiverReport(ReceiverReport(ssrc: 2, reports: [])),
        .sourceDescription(
            SourceDescription(chunks: [
                SourceDescription.Chunk(ssrc: 1, cname: Array("a@b".utf8)),
                SourceDescription.Chunk(ssrc: 2, cname: Array("longer-name".utf8)),
                SourceDescription.Chunk(ssrc: 3, cname: nil),
            ])),
        .goodbye(Goodbye(sources: [1, 2, 3])),
        .negativeAcknowledgement(
            NegativeAcknowledgement(senderSSRC: 1, mediaSSRC: 2, sequenceNumbers: [65_534, 65_535, 3, 14, 400])),
        .pictureLossIndication(PictureLossIndication(senderSSRC: 1, mediaSSRC: 2)),
        .fullIntraRequest(
            FullIntraRequest(senderSSRC: 1, entries: [FullIntraRequest.Entry(ssrc: 2, sequenceNumber: 255)])),
        .receiverEstimatedMaximumBitrate(
            ReceiverEstimatedMaximumBitrate(senderSSRC: 1, bitrate: 2_500_000, ssrcs: [5, 6])),
        .extendedReport(
            ExtendedReport(
                senderSSRC: 9, receiverReferenceTime: NTPTime(0x1111_2222_3333_4444),
                delays: [ExtendedReport.DelaySinceLastReceiverReport(ssrc: 1, lastReceiverReport: 2, delay: 3)])),
        .transportFeedback(
            TransportFeedback(
                senderSSRC: 1, mediaSSRC: 2, baseSequenceNumber: 65_530, referenceTime: -5, feedbackCount: 200,
                arrivals: [.receivedAfter(4), .lost, .receivedAfter(-8), .received, .receivedAfter(300)])),
    ]

    @Test("every kind of packet survives writing and reading", arguments: all)
    func roundTrip(packet: RTCPPacket) throws {
        let bytes = RTCPPacket.serialize([packet])
        #expect(bytes.count.isMultiple(of: 4))
        #expect(try RTCPPacket.parse(bytes) == [packet])
    }

    @Test("a compound of all kinds is read in order")
    func compound() throws {
        #expect(try RTCPPacket.parse(RTCPPacket.serialize(Self.all)) == Self.all)
    }

    @Test("APP and unknown kinds are skipped, the rest read")
    func unknownKinds() throws {
        let application: [UInt8] = [0x80, 204, 0, 2, 0, 0, 0, 1, 0x6E, 0x61, 0x6D, 0x65]
        let future: [UInt8] = [0x80, 211, 0, 1, 1, 2, 3, 4]
        let pli = RTCPPacket.pictureLossIndication(PictureLossIndication(senderSSRC: 1, mediaSSRC: 2))
        let bytes = RTCPPacket.serialize([pli]) + application + future + RTCPPacket.serialize([pli])
        #expect(try RTCPPacket.parse(bytes) == [pli, pli])
    }

    @Test("a count that is larger than its packet spoils that packet only")
    func countOverrun() throws {
        var report = RTCPPacket.serialize([.receiverReport(ReceiverReport(ssrc: 2, reports: [Self.block]))])
        report[0] = 0x80 | 31
        let goodbye = RTCPPacket.goodbye(Goodbye(sources: [4]))
        #expect(try RTCPPacket.parse(report + RTCPPacket.serialize([goodbye])) == [goodbye])
    }

    @Test("a broken chain of lengths is an error")
    func brokenChain() {
        #expect(throws: WireError.truncated) { try RTCPPacket.parse([]) }
        #expect(throws: WireError.truncated) { try RTCPPacket.parse([0x80, 201, 0, 5, 0, 0, 0, 1]) }
        #expect(throws: WireError.unsupported("RTCP version")) { try RTCPPacket.parse([0x40, 201, 0, 0]) }
        let zeroLength: [UInt8] = Array([[UInt8]](repeating: [0x80, 204, 0, 0], count: 400).joined())
        #expect(throws: WireError.tooMany("RTCP packets")) { try RTCPPacket.parse(zeroLength) }
    }

    @Test("padding is allowed in the last packet only")
    func padding() throws {
        let last: [UInt8] = [0xA1, 203, 0, 2, 0, 0, 0, 9, 0, 0, 0, 4]
        #expect(try RTCPPacket.parse(last) == [.goodbye(Goodbye(sources: [9]))])
        #expect(throws: WireError.self) { try RTCPPacket.parse(last + RTCPPacket.serialize([Self.all[1]])) }
        var wrong = last
        wrong[11] = 9
        #expect(throws: WireError.self) { try RTCPPacket.parse(wrong) }
    }

    @Test("more losses than one NACK holds become several packets")
    func manyLosses() throws {
        let numbers = (0..<600).map { UInt16($0 * 20) }
        let bytes = RTCPPacket.serialize([
            .negativeAcknowledgement(
                NegativeAcknowledgement(senderSSRC: 1, mediaSSRC: 2, sequenceNumbers: numbers))
        ])
        let packets = try RTCPPacket.parse(bytes)
        #expect(packets.count == 3)
        let read = packets.flatMap { packet -> [UInt16] in
            if case .negativeAcknowledgement(let nack) = packet { nack.sequenceNumbers } else { [] }
        }
        #expect(read == numbers)
    }

    @Test("REMB is read at both ends of its range, and another AFB is none")
    func remb() throws {
        var bytes = RTCPPacket.serialize([
            .receiverEstimatedMaximumBitrate(
                ReceiverEstimatedMaximumBitrate(senderSSRC: 1, bitrate: 1, ssrcs: []))
        ])
        bytes[17] = 0xFF
        bytes[18] = 0xFF
        bytes[19] = 0xFF
        guard case .receiverEstimatedMaximumBitrate(let estimate)? = try RTCPPacket.parse(bytes).first else {
            Issue.record("no REMB")
            return
        }
        #expect(estimate.bitrate == .max)
        bytes[12] = 0x51
        #expect(try RTCPPacket.parse(bytes).isEmpty)
    }

    @Test("NTP times move, subtract and shorten")
    func ntpTime() {
        let time = NTPTime(0xE000_0000_8000_0000)
        #expect(time.compact == 0x0000_8000)
        #expect(time.advanced(byMicroseconds: 1_500_000).value == 0xE000_0002_0000_0000)
        #expect(time.advanced(byMicroseconds: -500_000).value == 0xE000_0000_0000_0000)
        #expect(time.advanced(byMicroseconds: 1_500_000).microseconds(since: time) == 1_500_000)
        #expect(time.microseconds(since: time.advanced(byMicroseconds: 250_000)) == -250_000)
        #expect(NTPTime.microseconds(ofCompact: 65_536) == 1_000_000)
        #expect(NTPTime.compact(ofMicroseconds: 500_000) == 32_768)
        #expect(NTPTime.compact(ofMicroseconds: -1) == 0)
        #expect(NTPTime.compact(ofMicroseconds: .max) > 0)
    }

    @Test("changed bytes never do worse than an error")
    func mutated() {
        var random = RTPTestRandom(seed: 2)
        let seeds = Self.all.map { RTCPPacket.serialize([$0]) } + [RTCPPacket.serialize(Self.all)]
        for round in 0..<20_000 {
            let packets = (try? RTCPPacket.parse(random.mutate(seeds[round % seeds.count]))) ?? []
            #expect(packets.count <= RTCPPacket.maximumCompoundCount)
            _ = RTCPPacket.serialize(packets)
        }
    }
}
