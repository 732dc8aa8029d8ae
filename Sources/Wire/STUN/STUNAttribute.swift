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
        default: self = .other(type, Array(value))
        }
    }

    /// Appends the value without type, length or padding.
    func writeValue(to bytes: inout [UInt8], transaction: STUNTransactionID) {
        switch self {
        case .mappedAddress(let address): STUNAddress.write(address, mask: nil, to: &bytes)
        case .xorMappedAddress(let address): STUNAddress.write(address, mask: transaction, to: &bytes)
        case .username(let name): bytes += name
        case .errorCode(let error): error.write(to: &bytes)
        case .unknownAttributes(let types): for type in types { bytes.write(type.rawValue) }
        case .software(let text): bytes += text.utf8.prefix(763)
        case .priority(let priority): bytes.write(priority)
        case .useCandidate: break
        case .iceControlled(let tieBreaker), .iceControlling(let tieBreaker): bytes.write(tieBreaker)
        case .other(_, let value): bytes += value
        }
    }
}
