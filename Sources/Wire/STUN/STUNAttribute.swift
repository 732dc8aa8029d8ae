/// One attribute of a STUN message. MESSAGE-INTEGRITY and FINGERPRINT are not among them: they are made and checked
/// with the message as a whole.
package enum STUNAttribute: Hashable, Sendable {
    case mappedAddress(TransportAddress)
    case xorMappedAddress(TransportAddress)
    /// Opaque bytes, at most 508 (RFC 8489 §14.3); for ICE two fragments joined by a colon.
    case username([UInt8])
    case errorCode(STUNErrorCode)
    case unknownAttributes([STUNAttributeType])
    case software(String)
    /// RFC 8445 §7.1.1: what a peer-reflexive candidate learnt from this check would have.
    case priority(UInt32)
    /// RFC 8445 §7.1.2.
    case useCandidate
    /// The tie-breaker of a controlled agent (RFC 8445 §7.1.3).
    case iceControlled(UInt64)
    /// The tie-breaker of a controlling agent.
    case iceControlling(UInt64)
    // Long-term credentials and redirection.
    /// At most 763 bytes (RFC 8489 §14.9).
    case realm(String)
    /// Opaque, at most 763 bytes (RFC 8489 §14.10).
    case nonce([UInt8])
    /// SHA-256 of user name and realm, 32 bytes (RFC 8489 §14.4).
    case userhash([UInt8])
    /// What the server can, in its order of preference (RFC 8489 §14.11).
    case passwordAlgorithms([STUNPasswordAlgorithm])
    /// What the client chose (RFC 8489 §14.12).
    case passwordAlgorithm(STUNPasswordAlgorithm)
    /// Of the same family as the request's destination (RFC 8489 §14.15).
    case alternateServer(TransportAddress)
    // TURN (RFC 8656 §18).
    /// 0x4000...0x4FFF.
    case channelNumber(UInt16)
    /// Seconds.
    case lifetime(UInt32)
    case xorPeerAddress(TransportAddress)
    case data([UInt8])
    case xorRelayedAddress(TransportAddress)
    case requestedAddressFamily(STUNAddressFamily)
    /// An IANA protocol number; 17 is UDP.
    case requestedTransport(UInt8)
    case dontFragment
    /// A relay of this family too, which can only be IPv6, beside the one of IPv4.
    case additionalAddressFamily(STUNAddressFamily)
    /// Why there is no relay of this family though there is one of the other.
    case addressErrorCode(STUNAddressFamily, STUNErrorCode)
    case icmp(type: UInt8, code: UInt8, data: UInt32)
    // NAT behaviour discovery (RFC 5780 §7).
    /// The response is to come from the server's other address, other port, or both.
    case changeRequest(ip: Bool, port: Bool)
    case responseOrigin(TransportAddress)
    case otherAddress(TransportAddress)
    /// Any other, as it came.
    case other(STUNAttributeType, [UInt8])

    package var type: STUNAttributeType {
        switch self {
        case .mappedAddress: .mappedAddress
        case .xorMappedAddress: .xorMappedAddress
        case .username: .username
        case .errorCode: .errorCode
        case .unknownAttributes: .unknownAttributes
        case .software: .software
        case .priority: .priority
        case .useCandidate: .useCandidate
        case .iceControlled: .iceControlled
        case .iceControlling: .iceControlling
        case .realm: .realm
        case .nonce: .nonce
        case .userhash: .userhash
        case .passwordAlgorithms: .passwordAlgorithms
        case .passwordAlgorithm: .passwordAlgorithm
        case .alternateServer: .alternateServer
        case .channelNumber: .channelNumber
        case .lifetime: .lifetime
        case .xorPeerAddress: .xorPeerAddress
        case .data: .data
        case .xorRelayedAddress: .xorRelayedAddress
        case .requestedAddressFamily: .requestedAddressFamily
        case .requestedTransport: .requestedTransport
        case .dontFragment: .dontFragment
        case .additionalAddressFamily: .additionalAddressFamily
        case .addressErrorCode: .addressErrorCode
        case .icmp: .icmp
        case .changeRequest: .changeRequest
        case .responseOrigin: .responseOrigin
        case .otherAddress: .otherAddress
        case .other(let type, _): type
        }
    }

    /// Throws when the value of a known type breaks its rules.
    init(
        _ type: STUNAttributeType, parsing value: ArraySlice<UInt8>, transaction: STUNTransactionID
    ) throws(WireError) {
        var reader = ByteReader(value)
        switch type {
        case .mappedAddress: self = .mappedAddress(try STUNAddress.parse(value, mask: nil))
        case .xorMappedAddress: self = .xorMappedAddress(try STUNAddress.parse(value, mask: transaction))
        case .username:
            guard value.count <= 508 else { throw .tooMany("STUN username bytes") }
            self = .username(Array(value))
        case .errorCode: self = .errorCode(try STUNErrorCode(parsing: value))
        case .unknownAttributes:
            var types: [STUNAttributeType] = []
            while reader.remaining >= 2, types.count < STUNMessage.maximumAttributeCount {
                types.append(STUNAttributeType(rawValue: try reader.readUInt16()))
            }
            self = .unknownAttributes(types)
        case .software: self = .software(String(decoding: value.prefix(763), as: UTF8.self))
        case .priority:
            guard value.count == 4 else { throw .malformed("STUN priority") }
            self = .priority(try reader.readUInt32())
        case .useCandidate: self = .useCandidate
        case .iceControlled, .iceControlling:
            guard value.count == 8 else { throw .malformed("STUN tie-breaker") }
            let tieBreaker = try reader.readUInt64()
            self = type == .iceControlled ? .iceControlled(tieBreaker) : .iceControlling(tieBreaker)
        default:
            let relaying = try Self.parseRelaying(type, value, transaction: transaction)
            self = relaying ?? .other(type, Array(value))
        }
    }
}
