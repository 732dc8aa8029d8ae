import TestSupport
import Testing
import Wire

@Suite("STUN messages") struct STUNMessageTests {
    private let key = Array("a password of some length".utf8)

    private func transaction(_ seed: UInt64 = 1) -> STUNTransactionID {
        var random = Fuzzer(seed: seed)
        return STUNTransactionID(using: &random)
    }

    @Test("class and method share the type's bits as in RFC 8489's figure 3")
    func types() {
        #expect(STUNMessageType(.request, .binding).wireValue == 0x0001)
        #expect(STUNMessageType(.indication, .binding).wireValue == 0x0011)
        #expect(STUNMessageType(.success, .binding).wireValue == 0x0101)
        #expect(STUNMessageType(.error, .binding).wireValue == 0x0111)
        // TURN's Allocate error, and the highest method.
        #expect(STUNMessageType(.error, STUNMethod(rawValue: 3)).wireValue == 0x0113)
        #expect(STUNMessageType(.error, STUNMethod(rawValue: 0xFFF)).wireValue == 0x3FFF)
        for value in UInt16(0)..<0x4000 {
            #expect(STUNMessageType(wireValue: value)?.wireValue == value)
        }
        #expect(STUNMessageType(wireValue: 0x4001) == nil)
    }

    @Test("every attribute comes back as it was written")
    func roundTrip() throws {
        let v4 = TransportAddress(.v4(0xC000_0201), port: 40000)
        let v6 = TransportAddress(.v6(0x2001_0DB8_0000_0001, 7), port: 1)
        let message = STUNMessage(
            .error, .binding, transaction: transaction(),
            attributes: [
                .mappedAddress(v4), .xorMappedAddress(v4), .mappedAddress(v6), .xorMappedAddress(v6),
                .username(Array("abcd:efgh1".utf8)), .errorCode(.roleConflict),
                .unknownAttributes([STUNAttributeType(rawValue: 0x7777), .priority]), .software("Causerie"),
                .priority(0xFFFF_FFFF), .useCandidate, .iceControlled(.max), .iceControlling(3),
                .other(STUNAttributeType(rawValue: 0xC057), [0, 1, 0, 5, 9]),
            ])
        for bytes in [message.serialized(), message.serialized(integrityKey: key)] {
            #expect(STUNMessage.isSTUN(bytes))
            #expect(try ReceivedSTUNMessage(parsing: bytes).message == message)
        }
    }

    @Test("unknown attributes above 0x8000 are let pass, those below are reported")
    func unknownAttributes() throws {
        let browsers: [UInt16] = [0xC057, 0xC058, 0xC059, 0xC05C, 0xC060, 0xC070, 0xC071]
        var message = STUNMessage(.request, .binding, transaction: transaction())
        message.attributes = browsers.map { .other(STUNAttributeType(rawValue: $0), [1, 2, 3]) }
        #expect(try ReceivedSTUNMessage(parsing: message.serialized()).message.unknownRequiredTypes.isEmpty)
        message.attributes.append(.other(STUNAttributeType(rawValue: 0x7FFF), []))
        let unknown = try ReceivedSTUNMessage(parsing: message.serialized()).message.unknownRequiredTypes
        #expect(unknown.map(\.rawValue) == [0x7FFF])
        // SOURCE-ADDRESS of an RFC 3489 server.
        message.attributes = [.other(STUNAttributeType(rawValue: 0x0004), [0, 1, 0, 80, 1, 2, 3, 4])]
        #expect(try ReceivedSTUNMessage(parsing: message.serialized()).message.unknownRequiredTypes.isEmpty)
    }

    @Test("what follows MESSAGE-INTEGRITY is not believed, but for the fingerprint")
    func afterIntegrity() throws {
        let message = STUNMessage(.request, .binding, transaction: transaction(), attributes: [.priority(5)])
        var bytes = message.serialized(integrityKey: key, withFingerprint: false)
        bytes += [0x00, 0x25, 0x00, 0x00]  // USE-CANDIDATE, added on the way
        bytes.patch(UInt16(bytes.count - 20), at: 2)
        let received = try ReceivedSTUNMessage(parsing: bytes)
        #expect(received.isAuthentic(key: key))
        #expect(received.message == message)
        #expect(!received.message.usesCandidate)
    }

    @Test("a message without MESSAGE-INTEGRITY is authentic for no key")
    func unsigned() throws {
        let received = try ReceivedSTUNMessage(
            parsing: STUNMessage(.request, .binding, transaction: transaction()).serialized())
        #expect(!received.hasIntegrity && !received.isAuthentic(key: []) && !received.isAuthentic(key: key))
    }

    @Test("other protocols on the port are not taken for STUN")
    func demultiplexing() {
        let good = STUNMessage(.request, .binding, transaction: transaction()).serialized()
        #expect(!STUNMessage.isSTUN([]))
        #expect(!STUNMessage.isSTUN(good.dropLast()))
        #expect(!STUNMessage.isSTUN(good + [0]))
        for first: UInt8 in [20, 22, 64, 128, 144, 191, 255] {
            var bytes = good
            bytes[0] = first
            #expect(STUNMessage.isSTUN(bytes) == (first < 64), "first byte \(first)")
        }
        var wrongCookie = good
        wrongCookie[5] ^= 1
        #expect(!STUNMessage.isSTUN(wrongCookie))
    }

    @Test("malformed attributes are refused")
    func malformed() {
        let cases: [(UInt16, [UInt8])] = [
            (0x0020, []), (0x0020, [0, 1, 0, 0, 1, 2, 3]), (0x0020, [0, 3, 0, 0, 1, 2, 3, 4]),
            (0x0020, [0, 2, 0, 0, 1, 2, 3, 4]), (0x0024, [1]), (0x8029, [1, 2, 3, 4]), (0x802A, []),
            (0x0009, [0, 0, 9, 0]), (0x0009, [0, 0, 4]), (0x0009, [0, 0, 4, 100]), (0x0008, [1, 2, 3, 4]),
            (0x0006, Array(repeating: 65, count: 509)), (0x8028, [0, 0, 0, 0]), (0x8028, []),
        ]
        for (type, value) in cases {
            let attribute = STUNAttribute.other(STUNAttributeType(rawValue: type), value)
            let bytes = STUNMessage(.request, .binding, transaction: transaction(), attributes: [attribute])
                .serialized(withFingerprint: false)
            #expect(throws: WireError.self, "\(type) \(value)") { try ReceivedSTUNMessage(parsing: bytes) }
        }
    }

    @Test("a length that runs past the end, and 65 attributes, are refused")
    func lengths() {
        var bytes = STUNMessage(.request, .binding, transaction: transaction(), attributes: [.priority(1)])
            .serialized(withFingerprint: false)
        bytes[23] = 200
        #expect(throws: WireError.truncated) { try ReceivedSTUNMessage(parsing: bytes) }
        let many = STUNMessage(
            .request, .binding, transaction: transaction(), attributes: Array(repeating: .useCandidate, count: 65))
        #expect(throws: WireError.tooMany("STUN attributes")) {
            try ReceivedSTUNMessage(parsing: many.serialized(withFingerprint: false))
        }
    }

    @Test("no mutation of a message traps, and none is authentic unless what is signed is untouched")
    func fuzz() {
        var random = Fuzzer(seed: 5389)
        var bases = [
            STUNVectorTests.request, STUNVectorTests.responseIPv4, STUNVectorTests.responseIPv6,
            STUNVectorTests.longTerm,
        ]
        bases.append(
            STUNMessage(
                .error, .binding, transaction: transaction(),
                attributes: [.errorCode(.unknownAttribute), .unknownAttributes([.username]), .useCandidate]
            ).serialized(integrityKey: key, withFingerprint: false))
        var understood = 0
        for _ in 0..<30_000 {
            var bytes = bases[Int(random.next() % UInt64(bases.count))]
            random.damage(&bytes)
            // Half the time the length is made right again, so that mutations reach the attributes.
            if random.next() & 1 == 0, bytes.count >= 20 {
                while !bytes.count.isMultiple(of: 4) { bytes.append(0) }
                bytes.patch(UInt16(truncatingIfNeeded: bytes.count - 20), at: 2)
            }
            guard let received = try? ReceivedSTUNMessage(parsing: bytes) else { continue }
            understood += 1
            _ = received.isAuthentic(key: key)
            _ = received.message.serialized(integrityKey: key)
            _ = (received.message.mappedAddress, received.message.errorCode, received.message.unknownRequiredTypes)
        }
        #expect(understood > 1000)
    }
}
