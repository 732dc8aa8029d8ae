import RTC
import TestSupport
import Testing
import Wire

/// DTLS handshakes whose other end is hostile.
@Suite("DTLS and a hostile far side") struct HostileHandshakeTests {
    /// A plain-text handshake record with one fragment.
    private func fragment(
        type: UInt8, total: Int, number: UInt16, offset: Int, _ body: [UInt8], record: UInt64
    ) -> [UInt8] {
        var handshake: [UInt8] = [type]
        handshake.writeUInt24(UInt32(total))
        handshake.write(number)
        handshake.writeUInt24(UInt32(offset))
        handshake.writeUInt24(UInt32(body.count))
        handshake += body
        var bytes: [UInt8] = [22, 0xFE, 0xFD, 0, 0]
        bytes += (0..<6).map { UInt8(truncatingIfNeeded: record >> UInt64(40 - 8 * $0)) }
        bytes.write(UInt16(handshake.count))
        return bytes + handshake
    }

    // CVE-2022-29189 (pion): fragments of messages that never end are kept without a bound.
    // CVE-2022-29190 (pion): fragments without a byte in them are gone through for ever.
    @Test("fragments that are empty, overlap, lie about their length or never end keep nobody from connecting")
    func fragments() throws {
        var random = Fuzzer(seed: 940)
        let noise = { (index: Int) in
            let total = [0, 1, 200, 16_000, 0xFF_FFFF][Int(random.next() % 5)]
            // Not the numbers that come next: who speaks in the far side's stead, in plain text, can always spoil those.
            return self.fragment(
                type: [1, 2, 11, 14, 16][index % 5], total: total,
                number: UInt16([40, 500, 60_000][index % 3] + index / 50),
                offset: Int(random.next() % UInt64(total + 2)),
                index % 4 == 0 ? [] : random.bytes(Int(random.next() % 60)),
                record: UInt64(20 + index % 40))
        }
        let pair = try DTLSPair()
        pair.server.start(at: pair.now)
        for index in 0..<5000 { pair.inject(noise(index), into: .server) }
        #expect(pair.log.filter { $0.sender == .server }.count < 10, "not one answer for each")
        #expect(pair.server.state == .connecting)
        var index = 0
        pair.carry = { datagram in
            index += 2
            return [noise(index), datagram.bytes, noise(index + 1)]
        }
        pair.delay = .milliseconds(1)
        pair.start()
        pair.run(for: .seconds(10)) { $0.isConnected }
        #expect(pair.isConnected)
        #expect(pair.client.exportSRTPKeys() == pair.server.exportSRTPKeys())
    }
}
