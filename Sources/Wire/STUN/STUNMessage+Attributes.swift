/// Looking up attributes by meaning.
extension STUNMessage {
    package var username: [UInt8]? {
        firstValue { if case .username(let name) = $0 { name } else { nil } }
    }

    /// XOR-MAPPED-ADDRESS, or MAPPED-ADDRESS from a server that knows no better.
    package var mappedAddress: TransportAddress? {
        firstValue { if case .xorMappedAddress(let address) = $0 { address } else { nil } }
            ?? firstValue { if case .mappedAddress(let address) = $0 { address } else { nil } }
    }

    package var errorCode: STUNErrorCode? {
        firstValue { if case .errorCode(let error) = $0 { error } else { nil } }
    }

    package var priority: UInt32? {
        firstValue { if case .priority(let priority) = $0 { priority } else { nil } }
    }

    package var usesCandidate: Bool { attributes.contains(.useCandidate) }

    package var iceControlled: UInt64? {
        firstValue { if case .iceControlled(let tieBreaker) = $0 { tieBreaker } else { nil } }
    }

    package var iceControlling: UInt64? {
        firstValue { if case .iceControlling(let tieBreaker) = $0 { tieBreaker } else { nil } }
    }

    /// Types that the sender wants understood and that we do not know; such a request earns a 420 (RFC 8489 §6.3.1).
    package var unknownRequiredTypes: [STUNAttributeType] {
        attributes.compactMap {
            guard case .other(let type, _) = $0, type.isComprehensionRequired, !type.isObsolete else { return nil }
            return type
        }
    }

    private func firstValue<Value>(_ extract: (STUNAttribute) -> Value?) -> Value? {
        for attribute in attributes {
            if let value = extract(attribute) { return value }
        }
        return nil
    }
}
