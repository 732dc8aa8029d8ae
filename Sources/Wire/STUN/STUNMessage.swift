/// A STUN message (RFC 8489 §5) as values: what to send, or what a `ReceivedSTUNMessage` was found to hold.
package struct STUNMessage: Hashable, Sendable {
    package static let magicCookie: UInt32 = 0x2112_A442
    static let magicCookieHigh: UInt16 = 0x2112
    package static let headerByteCount = 20
    /// More in one message is refused. Browsers send about ten.
    package static let maximumAttributeCount = 64

    package var type: STUNMessageType
    package var transaction: STUNTransactionID
    /// In order of the wire. Of several of one type, the first counts (RFC 8489 §14).
    package var attributes: [STUNAttribute]

    package init(
        _ messageClass: STUNClass, _ method: STUNMethod, transaction: STUNTransactionID,
        attributes: [STUNAttribute] = []
    ) {
        type = STUNMessageType(messageClass, method)
        self.transaction = transaction
        self.attributes = attributes
    }

    package var messageClass: STUNClass { type.messageClass }
    package var method: STUNMethod { type.method }

    /// Whether a datagram is STUN rather than DTLS, RTP or TURN data: first byte, cookie and length (RFC 7983 §7).
    package static func isSTUN(_ datagram: some Collection<UInt8>) -> Bool {
        var reader = ByteReader(Array(datagram.prefix(headerByteCount)))
        guard let type = try? reader.readUInt16(), let length = try? reader.readUInt16(),
            let cookie = try? reader.readUInt32()
        else { return false }
        return type & 0xC000 == 0 && cookie == magicCookie && length.isMultiple(of: 4)
            && datagram.count == headerByteCount + Int(length)
    }

    /// The message's bytes, with MESSAGE-INTEGRITY when there is a key (for ICE: the password's UTF-8), and FINGERPRINT.
    package func serialized(
        integrityKey: [UInt8]? = nil, integrity: STUNIntegrity = .sha1, withFingerprint: Bool = true
    ) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(160)
        bytes.write(type.wireValue)
        bytes.write(UInt16(0))
        bytes.write(Self.magicCookie)
        bytes += transaction.bytes
        for attribute in attributes {
            append(attribute.type, to: &bytes) { attribute.writeValue(to: &$0, transaction: transaction) }
        }
        if let integrityKey { appendIntegrity(integrity, key: integrityKey, to: &bytes) }
        if withFingerprint {
            setLength(in: &bytes, adding: 8)
            let checksum = CRC32.checksum(of: bytes) ^ ReceivedSTUNMessage.fingerprintMask
            append(.fingerprint, to: &bytes) { $0.write(checksum) }
        }
        setLength(in: &bytes, adding: 0)
        return bytes
    }

    /// The code covers a header whose length already counts the code (RFC 8489 §14.5).
    private func appendIntegrity(_ integrity: STUNIntegrity, key: [UInt8], to bytes: inout [UInt8]) {
        switch integrity {
        case .sha1:
            setLength(in: &bytes, adding: 4 + SHA1.digestByteCount)
            let code = HMACSHA1.code(key: key, bytes[...])
            append(.messageIntegrity, to: &bytes) { $0 += code }
        case .sha256:
            setLength(in: &bytes, adding: 4 + SHA256.digestByteCount)
            let code = SHA256.authenticationCode(key: key, bytes[...])
            append(.messageIntegritySHA256, to: &bytes) { $0 += code }
        }
    }

    private func append(_ type: STUNAttributeType, to bytes: inout [UInt8], value: (inout [UInt8]) -> Void) {
        bytes.write(type.rawValue)
        bytes.write(UInt16(0))
        let start = bytes.count
        value(&bytes)
        bytes.patch(UInt16(truncatingIfNeeded: bytes.count - start), at: start - 2)
        bytes.pad(toMultipleOf: 4)
    }

    private func setLength(in bytes: inout [UInt8], adding extra: Int) {
        bytes.patch(UInt16(truncatingIfNeeded: bytes.count - Self.headerByteCount + extra), at: 2)
    }
}
