import TestSupport
import Testing
import Wire

@Suite("TURN messages") struct TURNMessageTests {
    private func transaction(_ seed: UInt64 = 1) -> STUNTransactionID {
        var random = Fuzzer(seed: seed)
        return STUNTransactionID(using: &random)
    }

    private let attributes: [STUNAttribute] = [
        .realm("example.org"), .nonce(Array("obMatJos2AAACabc".utf8)), .userhash(Array(0..<32)),
        .passwordAlgorithms([.md5, STUNPasswordAlgorithm(number: 9, parameters: [1, 2, 3]), .sha256]),
        .passwordAlgorithm(.sha256), .alternateServer(TransportAddress(.v4(0xC000_0202), port: 3479)),
        .channelNumber(0x4001), .lifetime(600), .xorPeerAddress(TransportAddress(.v4(0xC633_6407), port: 5000)),
        .xorPeerAddress(TransportAddress(.v6(0x2001_0DB8_0000_0000, 9), port: 5001)), .data([1, 2, 3, 4, 5]),
        .xorRelayedAddress(TransportAddress(.v4(0x0808_0808), port: 50_000)), .requestedAddressFamily(.ipv6),
        .requestedTransport(17), .dontFragment, .additionalAddressFamily(.ipv6),
        .addressErrorCode(.ipv6, .addressFamilyNotSupported), .icmp(type: 3, code: 4, data: 1400),
        .changeRequest(ip: true, port: false), .responseOrigin(TransportAddress(.v4(1), port: 1)),
        .otherAddress(TransportAddress(.v4(2), port: 2)),
    ]

    @Test("methods have the numbers of RFC 8656")
    func methods() {
        #expect(STUNMessageType(.request, .allocate).wireValue == 0x0003)
        #expect(STUNMessageType(.success, .refresh).wireValue == 0x0104)
        #expect(STUNMessageType(.indication, .send).wireValue == 0x0016)
        #expect(STUNMessageType(.indication, .data).wireValue == 0x0017)
        #expect(STUNMessageType(.error, .createPermission).wireValue == 0x0118)
        #expect(STUNMessageType(.request, .channelBind).wireValue == 0x0009)
    }

    @Test("every attribute comes back as it was written, under either integrity")
    func roundTrip() throws {
        let key = Array("key".utf8)
        let message = STUNMessage(.success, .allocate, transaction: transaction(), attributes: attributes)
        for integrity in [STUNIntegrity.sha1, .sha256] {
            let received = try ReceivedSTUNMessage(
                parsing: message.serialized(integrityKey: key, integrity: integrity))
            #expect(received.message == message)
            #expect(received.isAuthentic(key: key, integrity: integrity))
            #expect(!received.isAuthentic(key: [0], integrity: integrity))
            #expect(!received.isAuthentic(key: key, integrity: integrity == .sha1 ? .sha256 : .sha1))
            #expect(received.message.unknownRequiredTypes.isEmpty)
        }
        #expect(message.peerAddresses.count == 2 && message.relayedAddresses.count == 1)
    }

    @Test("what follows MESSAGE-INTEGRITY-SHA256 is not believed, and a code cut below 16 bytes is refused")
    func sha256Integrity() throws {
        let key = Array("key".utf8)
        let message = STUNMessage(.request, .refresh, transaction: transaction(), attributes: [.lifetime(0)])
        let whole = message.serialized(integrityKey: key, integrity: .sha256, withFingerprint: false)
        var longer = whole + [0x00, 0x1A, 0x00, 0x00]
        longer.patch(UInt16(longer.count - 20), at: 2)
        let received = try ReceivedSTUNMessage(parsing: longer)
        #expect(received.message == message && received.isAuthentic(key: key, integrity: .sha256))
        for byteCount in [12, 36] {
            let attribute = STUNAttribute.other(
                .messageIntegritySHA256, Array(repeating: 0, count: byteCount))
            let wrong = STUNMessage(.request, .refresh, transaction: transaction(), attributes: [attribute])
            #expect(throws: WireError.self) {
                try ReceivedSTUNMessage(parsing: wrong.serialized(withFingerprint: false))
            }
        }
    }

    @Test("malformed attributes are refused")
    func malformed() {
        let cases: [(UInt16, [UInt8])] = [
            (0x000C, []), (0x000C, [0x40, 0]), (0x000D, [1, 2, 3]), (0x0012, []), (0x0012, [0, 3, 0, 0, 1, 2, 3, 4]),
            (0x0014, Array(repeating: 65, count: 764)), (0x0015, Array(repeating: 65, count: 764)), (0x0016, [0]),
            (0x0017, [3, 0, 0, 0]), (0x0017, []), (0x0019, [17]), (0x001E, [1]), (0x001D, [0, 2, 0, 9]),
            (0x8001, [0, 0, 4, 40]), (0x8001, []), (0x8002, [0, 1]), (0x8004, [0]), (0x8023, []), (0x802B, [0, 1]),
        ]
        for (type, value) in cases {
            let attribute = STUNAttribute.other(STUNAttributeType(rawValue: type), value)
            let bytes = STUNMessage(.error, .allocate, transaction: transaction(), attributes: [attribute])
                .serialized(withFingerprint: false)
            #expect(throws: WireError.self, "\(type) \(value)") { try ReceivedSTUNMessage(parsing: bytes) }
        }
    }

    @Test("MD5 and SHA-256 give the digests of RFC 1321, FIPS 180-4 and RFC 4231")
    func digests() {
        #expect(hex(MD5.digest(of: "".utf8)) == "d41d8cd98f00b204e9800998ecf8427e")
        #expect(hex(MD5.digest(of: "abc".utf8)) == "900150983cd24fb0d6963f7d28e17f72")
        #expect(
            hex(MD5.digest(of: String(repeating: "1234567890", count: 8).utf8)) == "57edf4a22be3c955ac49da2e2107b67a")
        #expect(
            hex(SHA256.digest(of: "".utf8)) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(
            hex(SHA256.digest(of: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq".utf8))
                == "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1")
        #expect(
            hex(
                SHA256.authenticationCode(
                    key: Array("Jefe".utf8), Array("what do ya want ".utf8)[...],
                    Array("for nothing?".utf8)[...]))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test("ChannelData is read with and without padding, and refused outside its numbers or cut short")
    func channelData() throws {
        let channel = ChannelData(number: 0x4001, data: [1, 2, 3, 4, 5])
        #expect(channel.serialized(padded: false).count == 9)
        #expect(channel.serialized(padded: true).count == 12)
        for padded in [false, true] {
            #expect(try ChannelData(parsing: channel.serialized(padded: padded)) == channel)
        }
        #expect(throws: WireError.self) { try ChannelData(parsing: [0x40, 1, 0, 3, 1, 2]) }
        for number: UInt16 in [0x3FFF, 0x5000, 0xFFFF] {
            let bytes = ChannelData(number: number, data: []).serialized(padded: false)
            #expect(throws: WireError.self) { try ChannelData(parsing: bytes) }
        }
        #expect(
            ChannelData(number: 0x4000, data: Array(repeating: 0, count: 70_000)).serialized(padded: true).count
                == 65_540)
    }

    @Test("a stream is cut into its messages, in whatever pieces it comes")
    func stream() throws {
        let messages = [
            STUNMessage(.success, .allocate, transaction: transaction(), attributes: attributes).serialized(),
            ChannelData(number: 0x4002, data: [9, 8, 7]).serialized(padded: false),
            ChannelData(number: 0x4002, data: []).serialized(padded: false),
            STUNMessage(.indication, .data, transaction: transaction(), attributes: [.data([1])]).serialized(),
        ]
        let stream = messages.flatMap { $0 + [UInt8](repeating: 0, count: (4 - $0.count & 3) & 3) }
        for piece in [1, 2, 3, 7, 64, stream.count] {
            var reassembler = STUNStreamReassembler()
            var found: [[UInt8]] = []
            for start in stride(from: 0, to: stream.count, by: piece) {
                reassembler.append(stream[start..<min(start + piece, stream.count)])
                while let message = try reassembler.next() { found.append(message) }
            }
            #expect(found == messages, "pieces of \(piece)")
        }
    }

    @Test("a stream of anything else breaks at once and for ever")
    func brokenStream() {
        for text in [
            "SSH-2.0-Server", "\u{1}\u{0}\u{0}\u{8}nonsense, not a cookie", "\u{0}\u{1}\u{0}\u{3}....",
        ] {
            var reassembler = STUNStreamReassembler()
            reassembler.append(text.utf8)
            #expect(throws: WireError.self) { try reassembler.next() }
            reassembler.append(ChannelData(number: 0x4000, data: []).serialized(padded: true))
            #expect(throws: WireError.self) { try reassembler.next() }
        }
    }

    @Test("no mutation of a message or a stream traps")
    func fuzz() {
        var random = Fuzzer(seed: 8656)
        let key = Array("key".utf8)
        let bases = [
            STUNMessage(.success, .allocate, transaction: transaction(), attributes: attributes)
                .serialized(integrityKey: key, integrity: .sha256),
            STUNMessage(.indication, .data, transaction: transaction(), attributes: attributes).serialized(),
            ChannelData(number: 0x4000, data: random.bytes(40)).serialized(padded: true),
        ]
        var understood = 0
        for _ in 0..<20_000 {
            var bytes = bases[Int(random.next() % UInt64(bases.count))]
            random.damage(&bytes)
            if random.next() & 1 == 0, bytes.count >= 20 {
                while !bytes.count.isMultiple(of: 4) { bytes.append(0) }
                bytes.patch(UInt16(truncatingIfNeeded: bytes.count - 20), at: 2)
            }
            _ = try? ChannelData(parsing: bytes)
            var reassembler = STUNStreamReassembler()
            reassembler.append(bytes)
            while let message = try? reassembler.next() { understood += message.isEmpty ? 0 : 1 }
            guard let received = try? ReceivedSTUNMessage(parsing: bytes) else { continue }
            understood += 1
            _ = (received.isAuthentic(key: key), received.isAuthentic(key: key, integrity: .sha256))
            _ = received.message.serialized(integrityKey: key)
        }
        #expect(understood > 1000)
    }
}

private func hex(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
