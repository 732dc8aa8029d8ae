import RTC
import Testing
import Wire

@Suite("RTP packets") struct RTPPacketTests {
    @Test("a packet with one-byte extensions reads as it was written")
    func oneByteForm() throws {
        let packet = RTPPacket(
            marker: true, payloadType: 96, sequenceNumber: 0xFFFE, timestamp: 0x8000_0001, ssrc: 0xDEAD_BEEF,
            contributingSources: [1, 2], extensions: [.init(id: 4, data: [0x30]), .init(id: 3, data: [1, 2])],
            payload: [1, 2, 3, 4, 5], paddingCount: 3)
        #expect(try RTPPacket(parsing: packet.serialized()) == packet)
    }

    @Test("large extensions take the two-byte form")
    func twoByteForm() throws {
        let packet = RTPPacket(
            payloadType: 111, sequenceNumber: 1, timestamp: 2, ssrc: 3,
            extensions: [.init(id: 20, data: []), .init(id: 200, data: [UInt8](repeating: 9, count: 40))], payload: [7])
        let bytes = packet.serialized()
        #expect(bytes[12] == 0x10 && bytes[13] == 0)
        #expect(try RTPPacket(parsing: bytes) == packet)
    }

    @Test("padding longer than the payload, another version and cut packets are refused")
    func refuses() throws {
        let valid = RTPPacket(
            payloadType: 96, sequenceNumber: 1, timestamp: 1, ssrc: 1, payload: [1, 2], paddingCount: 2
        )
        .serialized()
        var padded = valid
        padded[padded.count - 1] = 200
        #expect(throws: WireError.self) { try RTPPacket(parsing: padded) }
        var version = valid
        version[0] = 0x40
        #expect(throws: WireError.self) { try RTPPacket(parsing: version) }
        for count in 0..<12 { #expect(throws: WireError.self) { try RTPPacket(parsing: Array(valid.prefix(count))) } }
    }

    @Test("damaged packets are refused or read, never a crash")
    func survivesDamage() {
        var random = RandomSource.seeded(5)
        let valid = RTPPacket(
            payloadType: 96, sequenceNumber: 1, timestamp: 1, ssrc: 1, contributingSources: [4],
            extensions: [.init(id: 1, data: [1, 2, 3])], payload: [UInt8](repeating: 3, count: 30), paddingCount: 4
        ).serialized()
        var read = 0
        for _ in 0..<20_000 {
            var bytes = valid
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8(truncatingIfNeeded: random.next())
            }
            bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            if (try? RTPPacket(parsing: bytes)) != nil { read += 1 }
        }
        #expect(read > 0)
    }

    @Test("numbers unwrap over the wrap and around reordering")
    func unwraps() {
        var unwrapper = SequenceUnwrapper()
        let first = unwrapper.unwrap(0xFFFE)
        #expect(unwrapper.unwrap(0xFFFF) == first + 1)
        #expect(unwrapper.unwrap(1) == first + 3)
        #expect(unwrapper.unwrap(0) == first + 2)
        #expect(unwrapper.unwrap(0xFFF0) == first - 14)
    }
}
