/// A STUN message from the network, with what is needed to check who sent it.
package struct ReceivedSTUNMessage: Sendable {
    static let fingerprintMask: UInt32 = 0x5354_554E

    package let message: STUNMessage
    /// The message carried a FINGERPRINT, which was right.
    package private(set) var hasFingerprint = false

    private let bytes: [UInt8]
    /// Where the MESSAGE-INTEGRITY attribute begins, header included.
    private var integrityOffset: Int?
    /// Where MESSAGE-INTEGRITY-SHA256 begins, header included, and how long its code is: it may be cut (RFC 8489 §14.6).
    private var sha256: (offset: Int, byteCount: Int)?

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
            case _ where sha256 != nil: continue
            case .messageIntegritySHA256:
                guard (16...SHA256.digestByteCount).contains(length), length.isMultiple(of: 4) else {
                    throw .malformed("STUN integrity length")
                }
                sha256 = (offset, length)
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

    package var hasIntegritySHA256: Bool { sha256 != nil }

    /// Whether MESSAGE-INTEGRITY, or MESSAGE-INTEGRITY-SHA256 where that is asked for, is there and was made with `key`.
    package func isAuthentic(key: [UInt8], integrity: STUNIntegrity = .sha1) -> Bool {
        switch integrity {
        case .sha1:
            guard let integrityOffset else { return false }
            let header = header(endingAt: integrityOffset + 4 + SHA1.digestByteCount)
            let code = HMACSHA1.code(
                key: key, header[...], bytes[STUNMessage.headerByteCount..<integrityOffset])
            let start = integrityOffset + 4
            return isEqualInConstantTime(code, bytes[start..<start + SHA1.digestByteCount])
        case .sha256:
            guard let (offset, byteCount) = sha256 else { return false }
            let header = header(endingAt: offset + 4 + byteCount)
            let code = SHA256.authenticationCode(key: key, header[...], bytes[STUNMessage.headerByteCount..<offset])
            let start = offset + 4
            return isEqualInConstantTime(code.prefix(byteCount), bytes[start..<start + byteCount])
        }
    }

    /// The code covers a header whose length ends with the code, whatever follows it now (RFC 8489 §14.5).
    private func header(endingAt end: Int) -> [UInt8] {
        var header = Array(bytes[..<STUNMessage.headerByteCount])
        header.patch(UInt16(truncatingIfNeeded: end - STUNMessage.headerByteCount), at: 2)
        return header
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
