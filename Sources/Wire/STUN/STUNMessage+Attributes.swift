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

    package var realm: String? { firstValue { if case .realm(let realm) = $0 { realm } else { nil } } }

    package var nonce: [UInt8]? { firstValue { if case .nonce(let nonce) = $0 { nonce } else { nil } } }

    package var passwordAlgorithms: [STUNPasswordAlgorithm]? {
        firstValue { if case .passwordAlgorithms(let algorithms) = $0 { algorithms } else { nil } }
    }

    package var alternateServer: TransportAddress? {
        firstValue { if case .alternateServer(let address) = $0 { address } else { nil } }
    }

    /// The server's other address and port (RFC 5780 §7.4).
    package var otherAddress: TransportAddress? {
        firstValue { if case .otherAddress(let address) = $0 { address } else { nil } }
    }

    /// Seconds.
    package var lifetime: UInt32? { firstValue { if case .lifetime(let seconds) = $0 { seconds } else { nil } } }

    package var channelNumber: UInt16? {
        firstValue { if case .channelNumber(let number) = $0 { number } else { nil } }
    }

    package var peerAddress: TransportAddress? {
        firstValue { if case .xorPeerAddress(let address) = $0 { address } else { nil } }
    }

    /// Every one: a permission may name several (RFC 8656 §9.1).
    package var peerAddresses: [TransportAddress] {
        attributes.compactMap { if case .xorPeerAddress(let address) = $0 { address } else { nil } }
    }

    /// One, or one of each family (RFC 8656 §7.3).
    package var relayedAddresses: [TransportAddress] {
        attributes.compactMap { if case .xorRelayedAddress(let address) = $0 { address } else { nil } }
    }

    package var data: [UInt8]? { firstValue { if case .data(let data) = $0 { data } else { nil } } }

    package var requestedAddressFamily: STUNAddressFamily? {
        firstValue { if case .requestedAddressFamily(let family) = $0 { family } else { nil } }
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
