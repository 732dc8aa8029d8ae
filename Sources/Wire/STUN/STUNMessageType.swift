/// What a STUN message is to its transaction (RFC 8489 §5).
package enum STUNClass: UInt8, Hashable, Sendable {
    case request = 0, indication, success, error
}

/// A 12-bit STUN method.
package struct STUNMethod: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    /// The top four bits of `rawValue` have no place on the wire.
    package init(rawValue: UInt16) { self.rawValue = rawValue & 0x0FFF }

    package static let binding = STUNMethod(rawValue: 1)

    // TURN (RFC 8656 §17).
    package static let allocate = STUNMethod(rawValue: 3)
    package static let refresh = STUNMethod(rawValue: 4)
    package static let send = STUNMethod(rawValue: 6)
    package static let data = STUNMethod(rawValue: 7)
    package static let createPermission = STUNMethod(rawValue: 8)
    package static let channelBind = STUNMethod(rawValue: 9)
}

/// The first 16 bits of a message: the bits of class and method are interleaved (RFC 8489 §5, figure 3).
package struct STUNMessageType: Hashable, Sendable {
    package var messageClass: STUNClass
    package var method: STUNMethod

    package init(_ messageClass: STUNClass, _ method: STUNMethod) {
        self.messageClass = messageClass
        self.method = method
    }

    /// Nil when the two top bits are set: then it is no STUN.
    package init?(wireValue: UInt16) {
        let classBits = UInt8(wireValue >> 7 & 2 | wireValue >> 4 & 1)
        guard wireValue & 0xC000 == 0, let messageClass = STUNClass(rawValue: classBits) else { return nil }
        self.messageClass = messageClass
        method = STUNMethod(rawValue: (wireValue & 0x3E00) >> 2 | (wireValue & 0x00E0) >> 1 | wireValue & 0x000F)
    }

    package var wireValue: UInt16 {
        let (method, classBits) = (method.rawValue, UInt16(messageClass.rawValue))
        return (method & 0x0F80) << 2 | (method & 0x0070) << 1 | method & 0x000F | (classBits & 2) << 7
            | (classBits & 1) << 4
    }
}

/// The 96 random bits that tie a response to its request.
package struct STUNTransactionID: Hashable, Sendable {
    private let high: UInt32
    private let low: UInt64

    package init(using random: inout some RandomNumberGenerator) {
        high = UInt32(truncatingIfNeeded: random.next() as UInt64)
        low = random.next()
    }

    package init(reading reader: inout ByteReader) throws(WireError) {
        high = try reader.readUInt32()
        low = try reader.readUInt64()
    }

    /// Twelve bytes.
    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.write(high)
        bytes.write(low)
        return bytes
    }
}
