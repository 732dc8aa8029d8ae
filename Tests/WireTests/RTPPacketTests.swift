import Testing
import Wire

@Suite("RTP packets")
struct RTPPacketTests {
    private let header = RTPHeader(
        marker: true, payloadType: 111, sequenceNumber: 0xFFFE, timestamp: 0x1234_5678, ssrc: 0xDEAD_BEEF)

    @Test("a packet with one-byte extensions survives writing and reading")
    func oneByteRoundTrip() throws {
        let bytes = RTPWriter.packet(
            header,
            extensions: [
                RTPHeaderExtension(id: 1, value: .audioLevel(AudioLevel(level: 30, voiceActivity: true))),
                RTPHeaderExtension(id: 3, value: .transportSequence(4711)),
                RTPHeaderExtension(id: 4, value: .text(Array("audio".utf8))),
                RTPHeaderExtension(id: 2, value: .absoluteSendTime(0xABCDEF)),
            ], payload: [1, 2, 3])
        let packet = try RTPPacket(parsing: bytes)
        #expect(packet.marker)
        #expect(packet.payloadType == 111)
        #expect(packet.sequenceNumber == 0xFFFE)
        #expect(packet.timestamp == 0x1234_5678)
        #expect(packet.ssrc == 0xDEAD_BEEF)
        #expect(Array(packet.payload) == [1, 2, 3])
        #expect(packet.extensions.elements.map(\.id) == [1, 3, 4, 2])
        #expect(packet.extensions[1].flatMap(AudioLevel.init(parsing:)) == AudioLevel(level: 30, voiceActivity: true))
        #expect(packet.extensions[3].map(Array.init) == [0x12, 0x67])
        #expect(packet.extensions[4].map(Array.init) == Array("audio".utf8))
        #expect(packet.extensions[2].map(Array.init) == [0xAB, 0xCD, 0xEF])
        #expect(packet.extensions[9] == nil)
        #expect(packet.extensions[0] == nil)
    }

    @Test("an id over 14 or a text over 16 bytes makes the two-byte form, and it is read back")
    func twoByteRoundTrip() throws {
        let long = Array("a-mid-that-is-longer-than-sixteen".utf8)
        for elements in [
            [RTPHeaderExtension(id: 20, value: .transportSequence(7))],
            [RTPHeaderExtension(id: 4, value: .text(long)), RTPHeaderExtension(id: 3, value: .transportSequence(7))],
        ] {
            let bytes = RTPWriter.packet(header, extensions: elements, payload: [9])
            #expect(bytes[12] == 0x10)
            #expect(bytes.count == 12 + RTPWriter.extensionByteCount(elements) + 1)
            let packet = try RTPPacket(parsing: bytes)
            for element in elements {
                var expected: [UInt8] = []
                element.value.write(to: &expected)
                #expect(packet.extensions[element.id].map(Array.init) == expected)
            }
            #expect(Array(packet.payload) == [9])
        }
    }

    @Test("a packet as a browser sends it is understood")
    func browserFixture() throws {
        // Opus, one-byte block of two words: level at 1, abs-send-time at 2, mid "0" at 4.
        let bytes: [UInt8] = [
            0x90, 0x6F, 0x3A, 0x01, 0x00, 0x00, 0x03, 0xC0, 0x11, 0x22, 0x33, 0x44, 0xBE, 0xDE, 0x00, 0x02, 0x10, 0xA5,
            0x22, 0x01, 0x02, 0x03, 0x40, 0x30, 0x78, 0x9A,
        ]
        let packet = try RTPPacket(parsing: bytes)
        #expect(packet.payloadType == 111 && !packet.marker && packet.timestamp == 960)
        #expect(packet.extensions[4].map(Array.init) == [0x30])
        #expect(packet.extensions[1].flatMap(AudioLevel.init(parsing:))?.level == 0x25)
        #expect(Array(packet.payload) == [0x78, 0x9A])
    }

    @Test("padding is taken off, and a wrong count refused")
    func padding() throws {
        let bytes = RTPWriter.packet(header, extensions: [], payload: [5, 6], paddingCount: 4)
        let packet = try RTPPacket(parsing: bytes)
        #expect(packet.paddingCount == 4 && Array(packet.payload) == [5, 6])
        let probe = try RTPPacket(parsing: RTPWriter.packet(header, extensions: [], payload: [], paddingCount: 255))
        #expect(probe.payload.isEmpty && probe.paddingCount == 255)
        for count: UInt8 in [0, 7, 255] {
            var wrong = bytes
            wrong[wrong.count - 1] = count
            #expect(throws: WireError.self) { try RTPPacket(parsing: wrong) }
        }
        var empty = RTPWriter.packet(header, extensions: [], payload: [])
        empty[0] |= 0x20
        #expect(throws: WireError.truncated) { try RTPPacket(parsing: empty) }
    }

    @Test("counts that point past the end are refused, damaged elements end the list")
    func overruns() throws {
        #expect(throws: WireError.truncated) { try RTPPacket(parsing: []) }
        #expect(throws: WireError.unsupported("RTP version")) { try RTPPacket(parsing: Array(repeating: 0, count: 12)) }
        var sources: [UInt8] = Array(repeating: 0, count: 12)
        sources[0] = 0x8F
        #expect(throws: WireError.truncated) { try RTPPacket(parsing: sources) }
        var block: [UInt8] = Array(repeating: 0, count: 12) + [0xBE, 0xDE, 0xFF, 0xFF, 1, 2, 3, 4]
        block[0] = 0x90
        #expect(throws: WireError.truncated) { try RTPPacket(parsing: block) }
        let damaged = RTPHeaderExtensions(profile: 0xBEDE, block: [0x10, 7, 0x2F, 1, 2, 3])
        #expect(damaged.elements.map(\.id) == [1])
        let stopped = RTPHeaderExtensions(profile: 0xBEDE, block: [0x10, 7, 0xF0, 1, 0x20, 3])
        #expect(stopped.elements.map(\.id) == [1])
        #expect(RTPHeaderExtensions(profile: 0x1000, block: [5, 9, 1]).elements.isEmpty)
        #expect(RTPHeaderExtensions(profile: 0x1234, block: [0x10, 7, 0, 0]).elements.isEmpty)
    }

    @Test("a retransmission restores its original")
    func retransmission() throws {
        var rtx = header
        rtx.payloadType = 97
        rtx.ssrc = 2
        rtx.sequenceNumber = 5
        let bytes = RTPWriter.packet(rtx, extensions: [], originalSequenceNumber: 0xABCD, payload: [7, 8])
        let original = try #require(try RTPPacket(parsing: bytes).restoringOriginal(ssrc: 1, payloadType: 96))
        #expect(original.sequenceNumber == 0xABCD && original.ssrc == 1 && original.payloadType == 96)
        #expect(original.marker && original.timestamp == header.timestamp && Array(original.payload) == [7, 8])
        let probe = try RTPPacket(parsing: RTPWriter.packet(rtx, extensions: [], payload: [], paddingCount: 200))
        #expect(probe.restoringOriginal(ssrc: 1, payloadType: 96) == nil)
    }

    @Test("sequence numbers and timestamps are extended over wraps in both directions")
    func unwrapping() {
        var sequence = SequenceUnwrapper()
        let first = sequence.unwrap(0xFFFE)
        #expect(sequence.unwrap(1) == first + 3)
        #expect(sequence.unwrap(0xFFFF) == first + 1)
        #expect(sequence.highest == first + 3)
        var timestamps = TimestampUnwrapper()
        let start = timestamps.unwrap(0xFFFF_FF00)
        #expect(timestamps.unwrap(0x100) == start + 0x200)
        #expect(timestamps.peek(0xFFFF_FF80) == start + 0x80)
        var fresh = SequenceUnwrapper()
        _ = fresh.unwrap(2)
        #expect(fresh.unwrap(0xFFF0) > 0)
    }

    @Test("changed bytes never do worse than an error")
    func mutated() {
        var random = RTPTestRandom(seed: 1)
        let seeds = [
            RTPWriter.packet(
                header, extensions: [RTPHeaderExtension(id: 4, value: .text([1, 2, 3]))], payload: [1, 2, 3, 4],
                paddingCount: 3),
            RTPWriter.packet(
                header, extensions: [RTPHeaderExtension(id: 44, value: .transportSequence(9))], payload: [0x90, 0x80]),
        ]
        for round in 0..<20_000 {
            let bytes = random.mutate(seeds[round % seeds.count])
            guard let packet = try? RTPPacket(parsing: bytes) else { continue }
            #expect(packet.payload.count + packet.paddingCount <= bytes.count)
            _ = packet.extensions.elements
            _ = packet.extensions[4].flatMap(PlayoutDelayLimits.init(parsing:))
            _ = packet.restoringOriginal(ssrc: 1, payloadType: 2)
            _ = try? VP8Payload(parsing: packet.payload).keyFrameSize
            _ = try? OpusPayload(parsing: packet.payload)
            _ = try? RedundantAudioPayload(parsing: packet.payload)
        }
    }
}
