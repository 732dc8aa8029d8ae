/// A STUN message from the network, with what is needed to check who sent it.
package struct ReceivedSTUNMessage: Sendable {
    static let fingerprintMask: UInt32 = 0x5354_554E

    package let message: STUNMessage
    /// The message carried a FINGERPRINT, which was right.
    package private(set) var hasFingerprint = false

    private let bytes: [UInt8]
    /// Where the MESSAGE-INTEGRITY attribute begins, header included.
    private var integrityOffset: Int?

    /// Throws unless `datagram` is one whole well-formed message; a wrong FINGERPRINT is malformed. Padding may hold
    /// anything (RFC 8489 §14). What follows MESSAGE-INTEGRITY is not protected, and left out (§14.5).
    package init(parsing datagram: [UInt8]) throws(WireError) {
        guard STUNMessage.isSTUN(datagram) else { throw .malformed("STUN header") }
        var reader = ByteReader(datagram)
        guard let type = STUNMessageType(wireValue: try reader.readUInt16()) else { throw .malformed("STUN type") }
        try reader.skip(6)
        let transaction = try STUNTransactionID(reading: &reader)
        var message = STUNMessage(type.messageClass, type.method, transaction: transaction)
        var count = 0
        while !reader.isAtEnd {
            count += 1
            guard count <= STUNMessage.maximumAttributeCount else { throw .tooMany("STUN attributes") }
            guard !hasFingerprint else { throw .malformed("STUN attribute after the fingerprint") }
            let offset = reader.offset
            let attributeType = STUNAttributeType(rawValue: try reader.readUInt16())
            let length = Int(try reader.readUInt16())
            let value = try reader.readBytes(length)
            try reader.skip((4 - (length & 3)) & 3)
            switch attributeType {
            case .fingerprint:
                try Self.checkFingerprint(value, of: datagram[..<offset])
                hasFingerprint = true
            case _ where integrityOffset != nil: continue
            case .messageIntegrity:
                guard length == SHA1.digestByteCount else { throw .malformed("STUN integrity length") }
                integrityOffset = offset
            default:
                message.attributes.append(
                    try STUNAttribute(attributeType, parsing: value, transaction: transaction))
            }
        }
        self.message = message
        bytes = datagram
    }

    package var hasIntegrity: Bool { integrityOffset != nil }

    /// Whether MESSAGE-INTEGRITY is there and was made with `key`.
    package func isAuthentic(key: [UInt8]) -> Bool {
        guard let integrityOffset else { return false }
        // The code covers a header whose length ends with the code, whatever follows it now (RFC 8489 §14.5).
        var header = Array(bytes[..<STUNMessage.headerByteCount])
        let length = integrityOffset - STUNMessage.headerByteCount + 4 + SHA1.digestByteCount
        header.patch(UInt16(truncatingIfNeeded: length), at: 2)
        let expected = HMACSHA1.code(
            key: key, header[...], bytes[STUNMessage.headerByteCount..<integrityOffset])
        let start = integrityOffset + 4
        return isEqualInConstantTime(expected, bytes[start..<start + SHA1.digestByteCount])
    }

    private static func checkFingerprint(
        _ value: ArraySlice<UInt8>, of covered: ArraySlice<UInt8>
    ) throws(WireError) {
        var reader = ByteReader(value)
        guard value.count == 4, try reader.readUInt32() == CRC32.checksum(of: covered) ^ fingerprintMask else {
            throw .malformed("STUN fingerprint")
        }
    }
}
