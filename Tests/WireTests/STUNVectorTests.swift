import Testing
import Wire

/// The test vectors of RFC 5769: messages made by somebody else's implementation.
@Suite("RFC 5769 vectors") struct STUNVectorTests {
    private let password = Array("VOkJxbRl1RmTxUk/WvJxBt".utf8)

    @Test("the sample request is read, and its integrity and fingerprint hold")
    func request() throws {
        let received = try ReceivedSTUNMessage(parsing: Self.request)
        let message = received.message
        #expect(message.messageClass == .request && message.method == .binding)
        #expect(message.username == Array("evtj:h6vY".utf8))
        #expect(message.priority == 0x6E00_01FF)
        #expect(message.iceControlled == 0x932F_F9B1_5126_3B36)
        #expect(message.attributes.contains(.software("STUN test client")))
        #expect(message.unknownRequiredTypes.isEmpty)
        #expect(received.hasFingerprint && received.hasIntegrity)
        #expect(received.isAuthentic(key: password))
        #expect(!received.isAuthentic(key: Array("VOkJxbRl1RmTxUk/WvJxBu".utf8)))
    }

    @Test("the IPv4 and IPv6 responses are read, and their mapped addresses unmasked")
    func responses() throws {
        let v4 = try ReceivedSTUNMessage(parsing: Self.responseIPv4)
        #expect(v4.message.messageClass == .success)
        #expect(v4.message.mappedAddress?.description == "192.0.2.1:32853")
        #expect(v4.isAuthentic(key: password) && v4.hasFingerprint)
        let v6 = try ReceivedSTUNMessage(parsing: Self.responseIPv6)
        #expect(v6.message.mappedAddress?.description == "[2001:db8:1234:5678:11:2233:4455:6677]:32853")
        #expect(v6.isAuthentic(key: password) && v6.hasFingerprint)
    }

    @Test("the long-term request holds with the MD5 key of its user, realm and password")
    func longTerm() throws {
        let received = try ReceivedSTUNMessage(parsing: Self.longTerm)
        #expect(received.message.username == Array("マトリックス".utf8))
        #expect(received.isAuthentic(key: bytes("e8ca7ad59d5eb0518e312911d2dab2a9")))
        #expect(!received.hasFingerprint)
        #expect(received.message.realm == "example.org")
        #expect(received.message.nonce == Array("f//499k954d6OL34oL9FSTvy64sA".utf8))
        #expect(received.message.unknownRequiredTypes.isEmpty)
        let key = STUNPasswordAlgorithm.md5.key(
            username: "マトリックス", realm: "example.org", password: "TheMatrIX")
        #expect(key.map { received.isAuthentic(key: $0) } == true)
    }

    @Test("the vectors' attributes, written by us, are equal but for the padding")
    func serialization() throws {
        for vector in [Self.request, Self.responseIPv4, Self.responseIPv6] {
            let message = try ReceivedSTUNMessage(parsing: vector).message
            let ours = message.serialized(integrityKey: password)
            let again = try ReceivedSTUNMessage(parsing: ours)
            #expect(again.message == message)
            #expect(again.isAuthentic(key: password) && again.hasFingerprint)
            #expect(ours.count == vector.count)
        }
    }

    @Test("a changed byte breaks the fingerprint or removes it, and what is signed cannot change unnoticed")
    func changedByte() {
        for index in Self.request.indices {
            var changed = Self.request
            changed[index] ^= 0x41
            guard let received = try? ReceivedSTUNMessage(parsing: changed) else { continue }
            #expect(!received.hasFingerprint, "byte \(index)")
            #expect(index >= 100 || !received.isAuthentic(key: password), "byte \(index)")
        }
    }

    static let request = bytes(
        """
        00010058 2112a442 b7e7a701bc34d686fa87dfae
        80220010 5354554e207465737420636c69656e74
        00240004 6e0001ff  80290008 932ff9b151263b36
        00060009 6576746a3a68367659202020
        00080014 9aeaa70cbfd8cb56781ef2b5b2d3f249c1b571a2
        80280004 e57a3bcf
        """)
    static let responseIPv4 = bytes(
        """
        0101003c 2112a442 b7e7a701bc34d686fa87dfae
        8022000b 7465737420766563746f7220
        00200008 0001a147e112a643
        00080014 2b91f599fd9e90c38c7489f92af9ba53f06be7d7
        80280004 c07d4c96
        """)
    static let responseIPv6 = bytes(
        """
        01010048 2112a442 b7e7a701bc34d686fa87dfae
        8022000b 7465737420766563746f7220
        00200014 0002a147 0113a9faa5d3f179bc25f4b5bed2b9d9
        00080014 a382954e4be67bf11784c97c8292c275bfe3ed41
        80280004 c8fb0b4c
        """)
    static let longTerm = bytes(
        """
        00010060 2112a442 78ad3433c6ad72c029da412e
        00060012 e3839ee38388e383aae38383e382afe382b90000
        0015001c 662f2f3439396b39353464364f4c33346f4c39465354767936347341
        0014000b 6578616d706c652e6f726700
        00080014 f67024656dd64a3e02b8e0712e85c9a28ca89666
        """)
}

/// The bytes that hexadecimal digits stand for; anything else is skipped.
private func bytes(_ text: String) -> [UInt8] {
    let digits = text.compactMap(\.hexDigitValue).map { UInt8($0) }
    return stride(from: 0, to: digits.count - 1, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
}
