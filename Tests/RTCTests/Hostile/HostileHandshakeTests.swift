import RTC
import TestSupport
import Testing
import Wire

/// DTLS handshakes whose other end is hostile.
@Suite("DTLS and a hostile far side") struct HostileHandshakeTests {
    /// A plain-text handshake record with one fragment.
    private func fragment(
        type: UInt8, total: Int, number: UInt16, offset: Int, _ body: [UInt8], record: UInt64, length: Int? = nil
    ) -> [UInt8] {
        var handshake: [UInt8] = [type]
        handshake.writeUInt24(UInt32(total))
        handshake.write(number)
        handshake.writeUInt24(UInt32(offset))
        handshake.writeUInt24(UInt32(length ?? body.count))
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
        let pair = try DTLSPair()
        pair.server.start(at: pair.now)
        var record: UInt64 = 1 << 20
        for index in 0..<5000 {
            record += 1
            let number = UInt16(truncatingIfNeeded: [0, 1, 2, 500, 0xFFFF][index % 5] + index / 5)
            let total = [0, 1, 200, 16_000, 0xFF_FFFF][Int(random.next() % 5)]
            let body = random.bytes(Int(random.next() % 60))
            pair.inject(
                fragment(
                    type: [1, 2, 11, 14, 16][index % 5], total: total, number: max(number, 1),
                    offset: Int(random.next() % UInt64(total + 2)), body, record: record,
                    length: index % 3 == 0 ? 0 : nil), into: .server)
        }
        let answers = pair.log.filter { $0.sender == .server }
        #expect(answers.count < 50, "not one answer for each")
        #expect(pair.server.state == .connecting)
        // Those that came before the true ClientHello are forgotten with it, or the far side has spoilt its own call.
        let fresh = try DTLSPair()
        fresh.carry = { datagram in
            record += 1
            let noise = self.fragment(
                type: 11, total: 5000, number: 40, offset: Int(record % 4000), [1, 2, 3], record: record)
            return [noise, datagram.bytes, noise]
        }
        fresh.delay = .milliseconds(1)
        fresh.start()
        fresh.run(for: .seconds(10)) { $0.isConnected }
        #expect(fresh.isConnected)
    }
}
