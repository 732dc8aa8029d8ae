import Testing
import Wire

@Suite("Redundant audio (RFC 2198)")
struct RedundantAudioTests {
    private let example = RedundantAudioPayload(
        blocks: [
            RedundantAudioPayload.Block(payloadType: 111, timestampOffset: 1920, data: [1, 2, 3]),
            RedundantAudioPayload.Block(payloadType: 111, timestampOffset: 960, data: [4, 5]),
        ], payloadType: 111, data: [6, 7, 8, 9])

    @Test("the headers are laid out as the RFC draws them, and read back")
    func layout() throws {
        // F=1, 111; offset 1920 in 14 bits and length 3 in 10: 0x1E0003. Then 960 and 2: 0x0F0002.
        let bytes: [UInt8] = [0xEF, 0x1E, 0x00, 0x03, 0xEF, 0x0F, 0x00, 0x02, 0x6F, 1, 2, 3, 4, 5, 6, 7, 8, 9]
        #expect(example.bytes == bytes)
        #expect(example.byteCount == bytes.count)
        #expect(try RedundantAudioPayload(parsing: bytes[...]) == example)
        // A slice of a datagram, as it comes.
        #expect(try RedundantAudioPayload(parsing: ([0, 0] + bytes)[2...]) == example)
    }

    @Test("a packet without redundancy, and the largest fields")
    func extremes() throws {
        let alone = try RedundantAudioPayload(parsing: [111, 1, 2])
        #expect(alone.blocks.isEmpty && alone.payloadType == 111 && alone.data == [1, 2])
        let largest = RedundantAudioPayload(
            blocks: [
                RedundantAudioPayload.Block(
                    payloadType: 127, timestampOffset: UInt16(RedundantAudioPayload.maximumOffset),
                    data: [UInt8](repeating: 7, count: RedundantAudioPayload.maximumBlockByteCount)[...])
            ], payloadType: 0, data: [])
        #expect(try RedundantAudioPayload(parsing: largest.bytes[...]) == largest)
    }

    @Test("cut packets and floods of blocks are refused")
    func refusals() {
        #expect(throws: WireError.truncated) { try RedundantAudioPayload(parsing: []) }
        let whole = example.bytes
        for count in 1..<14 {
            #expect(throws: WireError.truncated) { try RedundantAudioPayload(parsing: whole[..<count]) }
        }
        let flood = [UInt8](repeating: 0, count: 0) + (0..<33).flatMap { _ in [0xEF, 0, 0, 0] as [UInt8] } + [111]
        #expect(throws: WireError.tooMany("redundant blocks")) { try RedundantAudioPayload(parsing: flood[...]) }
        #expect(throws: Never.self) { try RedundantAudioPayload(parsing: flood[4...]) }
    }

    @Test("changed bytes never do worse than an error, and blocks never hold more than came")
    func mutated() {
        var random = RTPTestRandom(seed: 7)
        for _ in 0..<20_000 {
            let bytes = random.mutate(example.bytes)
            guard let payload = try? RedundantAudioPayload(parsing: bytes[...]) else { continue }
            #expect(payload.byteCount == bytes.count)
            #expect(payload.bytes == bytes)
        }
    }
}
