import Testing
import Wire

@Suite("Protection packets")
struct ULPFECPacketTests {
    private func packet(_ number: UInt16, marker: Bool, type: UInt8, timestamp: UInt32, count: Int) -> [UInt8] {
        RTPWriter.packet(
            RTPHeader(marker: marker, payloadType: type, sequenceNumber: number, timestamp: timestamp, ssrc: 2),
            extensions: [], payload: (0..<count).map { UInt8(truncatingIfNeeded: $0 &* Int(number)) })
    }

    // The four packets of RFC 5109 §10.1: sequence numbers 8 to 11, with 200, 140, 100 and 340 bytes.
    private var example: [[UInt8]] {
        [
            packet(8, marker: true, type: 11, timestamp: 3, count: 200),
            packet(9, marker: false, type: 18, timestamp: 5, count: 140),
            packet(10, marker: false, type: 11, timestamp: 7, count: 100),
            packet(11, marker: false, type: 18, timestamp: 9, count: 340),
        ]
    }

    private func protection(of packets: [[UInt8]], offsets: [Int]) -> ULPFECPacket {
        var string = ProtectionString()
        for packet in packets { string.combine(ProtectionString(packet: packet)) }
        return ULPFECPacket(base: 8, offsets: offsets, string: string)
    }

    @Test("four packets make the header that the RFC's example has")
    func header() {
        let bytes = protection(of: example, offsets: [0, 1, 2, 3]).bytes
        // E L P X CC, M and PT, base 8, timestamp 8, length 372; 340 protected, the first four of sixteen.
        #expect(Array(bytes.prefix(14)) == [0x00, 0x80, 0, 8, 0, 0, 0, 8, 0x01, 0x74, 0x01, 0x54, 0xF0, 0x00])
        #expect(bytes.count == 14 + 340)
    }

    @Test("any one of the packets comes back from the others, byte by byte", arguments: 0..<4)
    func recovery(lost: Int) throws {
        let parsed = try ULPFECPacket(parsing: protection(of: example, offsets: [0, 1, 2, 3]).bytes[...])
        #expect(parsed.base == 8 && parsed.offsets == [0, 1, 2, 3])
        var string = parsed.string
        for (index, bytes) in example.enumerated() where index != lost {
            let packet = try RTPPacket(parsing: bytes)
            string.combine(try #require(packet.protectionString(changing: [])))
        }
        #expect(string.packet(sequenceNumber: UInt16(8 + lost), ssrc: 2) == example[lost])
    }

    @Test("the long mask reaches 48 packets; nothing can be cut off, and what protects nothing is refused")
    func mask() throws {
        for offsets in [[0], [15], [16], [0, 47], Array(stride(from: 1, to: 48, by: 3))] {
            let written = protection(of: [example[0]], offsets: offsets)
            let bytes = written.bytes
            #expect(bytes.count - 200 == (offsets.last ?? 0 < 16 ? 14 : 18))
            #expect(try ULPFECPacket(parsing: bytes[...]) == written)
            for cut in 0..<bytes.count {
                #expect(throws: WireError.self) { try ULPFECPacket(parsing: bytes[..<cut]) }
            }
        }
        #expect(throws: WireError.self) { try ULPFECPacket(parsing: protection(of: example, offsets: []).bytes[...]) }
        var extended = protection(of: example, offsets: [0]).bytes
        extended[0] |= 0x80
        #expect(throws: WireError.self) { try ULPFECPacket(parsing: extended[...]) }
    }

    @Test("extensions that change on the way count as zero, others as they are")
    func extensions() throws {
        let header = RTPHeader(marker: true, payloadType: 96, sequenceNumber: 8, timestamp: 3, ssrc: 2)
        func bytes(_ sequence: UInt16, _ time: UInt32) -> [UInt8] {
            RTPWriter.packet(
                header,
                extensions: [
                    RTPHeaderExtension(id: 3, value: .transportSequence(sequence)),
                    RTPHeaderExtension(id: 2, value: .absoluteSendTime(time)),
                    RTPHeaderExtension(id: 4, value: .text([0x76])),
                ], payload: [1, 2, 3])
        }
        let packet = try RTPPacket(parsing: bytes(77, 99))
        #expect(packet.protectionString(changing: [3, 2]) == ProtectionString(packet: bytes(0, 0)))
        #expect(packet.protectionString(changing: []) == ProtectionString(packet: bytes(77, 99)))
        let bare = try RTPPacket(parsing: RTPWriter.packet(header, extensions: [], payload: [1, 2, 3]))
        #expect(bare.protectionString(changing: [3]) != packet.protectionString(changing: [3]))
        let padded = try RTPPacket(
            parsing: RTPWriter.packet(header, extensions: [], payload: [1, 2, 3], paddingCount: 4))
        #expect(padded.protectionString(changing: []) == nil)
    }

    @Test("a restored length that is no length makes no packet")
    func length() throws {
        var bytes = protection(of: [example[0]], offsets: [0]).bytes
        (bytes[8], bytes[9]) = (0xFF, 0xFF)
        #expect(try ULPFECPacket(parsing: bytes[...]).string.packet(sequenceNumber: 8, ssrc: 2) == nil)
        #expect(ProtectionString(packet: [1, 2, 3]) == ProtectionString())
    }
}
