import RTC
import Testing
import Wire

@Suite("RTCP packets") struct RTCPPacketTests {
    private static let report = ReceptionReport(
        ssrc: 5, fractionLost: 12, totalLost: -3, highestSequence: 0x1_0007, jitter: 99, lastSenderReport: 0xABCD,
        delaySinceLastSenderReport: 65_536)

    private static let samples: [RTCPPacket] = [
        .senderReport(
            ssrc: 1, SenderInfo(ntp: 0x0123_4567_89AB_CDEF, rtpTimestamp: 7, packetCount: 8, octetCount: 9), [report]),
        .receiverReport(ssrc: 2, [report, report]), .sourceDescription(ssrc: 3, cname: "someone"),
        .goodbye([4, 5]), .nack(sender: 1, media: 2, lost: [10, 11, 26, 27, 100]), .pictureLoss(sender: 1, media: 2),
        .fullIntraRequest(sender: 1, targets: [(7, 3)]), .receiverEstimate(sender: 1, bitrate: 1_500_000),
        .transportFeedback(
            TransportFeedback(
                sender: 1, media: 2, baseSequence: 0xFFFA, referenceTime: 0x12_3456, feedbackCount: 7,
                deltas: [0, nil, 255, 256, -4, nil, nil, nil, nil, nil, nil, nil, nil, nil, 8])),
    ]

    @Test("every kind reads as it was written, alone and in a compound", arguments: samples.indices)
    func roundTrips(index: Int) throws {
        let packet = Self.samples[index]
        #expect(packet.serialized().count.isMultiple(of: 4))
        #expect(try RTCPPacket.parse(packet.serialized()) == [packet])
        let compound = Self.samples.flatMap { $0.serialized() }
        #expect(try RTCPPacket.parse(compound)[index] == packet)
    }

    @Test("lost numbers come back in order, over the wrap too")
    func nackWraps() throws {
        let lost: [UInt16] = [65_530, 65_535, 3, 9, 30]
        guard
            case .nack(_, _, let read) = try RTCPPacket.parse(
                RTCPPacket.nack(sender: 1, media: 2, lost: lost).serialized())[0]
        else {
            Issue.record("not a NACK")
            return
        }
        #expect(read == lost)
    }

    @Test("wrong counts, lengths and padding are refused or left out, never a crash")
    func survivesDamage() {
        var random = RandomSource.seeded(8)
        for packet in Self.samples {
            let valid = packet.serialized()
            for _ in 0..<3000 {
                var bytes = valid
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
                if Bool.random(using: &random) { bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random)) }
                _ = try? RTCPPacket.parse(bytes)
            }
        }
        #expect(throws: WireError.self) { try RTCPPacket.parse([0x80, 201, 0, 9, 0, 0, 0, 1]) }
    }

    @Test("feedback of any pattern of losses reads as it was written")
    func feedbackPatterns() throws {
        var random = RandomSource.seeded(9)
        for _ in 0..<200 {
            let deltas: [Int16?] = (0..<Int.random(in: 1...300, using: &random)).map { _ in
                switch Int.random(in: 0..<4, using: &random) {
                case 0: nil
                case 1: Int16.random(in: -2000...2000, using: &random)
                default: Int16.random(in: 0...255, using: &random)
                }
            }
            let packet = RTCPPacket.transportFeedback(
                TransportFeedback(
                    sender: 1, media: 2, baseSequence: 3, referenceTime: 4, feedbackCount: 5, deltas: deltas))
            #expect(try RTCPPacket.parse(packet.serialized()) == [packet])
        }
    }
}

@Suite("VP8 payloads") struct VP8PayloadTests {
    @Test("a frame is cut into nearly equal packets that fit, and reads back whole")
    func packetizes() throws {
        for size in [1, 100, 1115, 1116, 1117, 5000, 60_001] {
            let frame = (0..<size).map { UInt8(truncatingIfNeeded: $0) }
            let packets = VP8Packetizer.packetize(frame, pictureID: 0x7FFF, limit: 1120)
            #expect(packets.allSatisfy { $0.count <= 1120 })
            let sizes = packets.map(\.count)
            #expect((sizes.max() ?? 0) - (sizes.min() ?? 0) <= 1)
            var whole: [UInt8] = []
            for (index, packet) in packets.enumerated() {
                var reader = ByteReader(packet)
                let descriptor = try VP8Descriptor(&reader)
                #expect(descriptor.startsFrame == (index == 0) && descriptor.pictureID == 0x7FFF)
                whole += reader.rest
            }
            #expect(whole == frame)
        }
    }

    @Test("descriptors of other senders are read: short picture numbers, layers, none at all")
    func readsOthers() throws {
        var short = ByteReader([0x90, 0xE0, 0x05, 0x11, 0x60, 0xAA])
        let layered = try VP8Descriptor(&short)
        #expect(layered.pictureID == 5 && layered.temporalLevelZeroIndex == 0x11 && layered.temporalLayer == 1)
        #expect(Array(short.rest) == [0xAA])
        var plain = ByteReader([0x10, 0xBB])
        #expect(try VP8Descriptor(&plain).pictureID == nil)
        var cut = ByteReader([0x90, 0x80, 0x80])
        #expect(throws: WireError.self) { try VP8Descriptor(&cut) }
    }
}
