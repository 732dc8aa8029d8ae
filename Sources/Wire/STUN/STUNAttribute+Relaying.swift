/// Reading the attributes of long-term credentials, of TURN and of NAT behaviour discovery.
extension STUNAttribute {
    /// Nil for a type that is none of these. Throws when the value breaks its rules.
    static func parseRelaying(
        _ type: STUNAttributeType, _ value: ArraySlice<UInt8>, transaction: STUNTransactionID
    ) throws(WireError) -> STUNAttribute? {
        switch type {
        case .channelNumber: .channelNumber(UInt16(truncatingIfNeeded: try word(value) >> 16))
        case .lifetime: .lifetime(try word(value))
        case .xorPeerAddress: .xorPeerAddress(try STUNAddress.parse(value, mask: transaction))
        case .data: .data(Array(value))
        case .xorRelayedAddress: .xorRelayedAddress(try STUNAddress.parse(value, mask: transaction))
        case .requestedAddressFamily: .requestedAddressFamily(try family(try word(value) >> 24))
        case .requestedTransport: .requestedTransport(UInt8(truncatingIfNeeded: try word(value) >> 24))
        case .dontFragment: .dontFragment
        case .additionalAddressFamily: .additionalAddressFamily(try family(try word(value) >> 24))
        case .addressErrorCode:
            .addressErrorCode(try family(UInt32(value.first ?? 0)), try STUNErrorCode(parsing: value))
        case .icmp: try parseICMP(value)
        // RFC 3489 had it too, for something else where it is shorter; those servers get no answer out of us.
        case .changeRequest where value.count == 4:
            .changeRequest(ip: try word(value) & 4 != 0, port: try word(value) & 2 != 0)
        case .responseOrigin: .responseOrigin(try STUNAddress.parse(value, mask: nil))
        case .otherAddress: .otherAddress(try STUNAddress.parse(value, mask: nil))
        default: try parseCredentials(type, value)
        }
    }

    private static func parseCredentials(
        _ type: STUNAttributeType, _ value: ArraySlice<UInt8>
    ) throws(WireError) -> STUNAttribute? {
        switch type {
        case .realm:
            guard value.count <= 763 else { throw .tooMany("STUN realm bytes") }
            return .realm(String(decoding: value, as: UTF8.self))
        case .nonce:
            guard value.count <= 763 else { throw .tooMany("STUN nonce bytes") }
            return .nonce(Array(value))
        case .userhash:
            guard value.count == SHA256.digestByteCount else { throw .malformed("STUN userhash") }
            return .userhash(Array(value))
        case .passwordAlgorithms:
            var reader = ByteReader(value)
            var algorithms: [STUNPasswordAlgorithm] = []
            while !reader.isAtEnd, algorithms.count < 16 {
                algorithms.append(try STUNPasswordAlgorithm(reading: &reader))
            }
            return .passwordAlgorithms(algorithms)
        case .passwordAlgorithm:
            var reader = ByteReader(value)
            return .passwordAlgorithm(try STUNPasswordAlgorithm(reading: &reader))
        case .alternateServer: return .alternateServer(try STUNAddress.parse(value, mask: nil))
        default: return nil
        }
    }

    private static func parseICMP(_ value: ArraySlice<UInt8>) throws(WireError) -> STUNAttribute {
        guard value.count == 8 else { throw .malformed("TURN ICMP") }
        var reader = ByteReader(value)
        try reader.skip(2)
        return .icmp(type: try reader.readUInt8(), code: try reader.readUInt8(), data: try reader.readUInt32())
    }

    private static func word(_ value: ArraySlice<UInt8>) throws(WireError) -> UInt32 {
        guard value.count == 4 else { throw .malformed("STUN word") }
        var reader = ByteReader(value)
        return try reader.readUInt32()
    }

    private static func family(_ number: UInt32) throws(WireError) -> STUNAddressFamily {
        guard let family = STUNAddressFamily(rawValue: UInt8(truncatingIfNeeded: number)) else {
            throw .malformed("STUN address family")
        }
        return family
    }
}

/// The address families of STUN's and TURN's attributes (RFC 8656 §18.6).
package enum STUNAddressFamily: UInt8, Hashable, Sendable, CaseIterable {
    case ipv4 = 1
    case ipv6

    package init(of ip: IPAddress) { self = ip.isIPv4 ? .ipv4 : .ipv6 }
}
