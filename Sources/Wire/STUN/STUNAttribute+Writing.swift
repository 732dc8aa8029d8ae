/// An attribute's value on the wire.
extension STUNAttribute {
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
        case .realm(let realm): bytes += realm.utf8.prefix(763)
        case .nonce(let nonce): bytes += nonce.prefix(763)
        case .userhash(let hash): bytes += hash
        case .passwordAlgorithms(let algorithms): for algorithm in algorithms { algorithm.write(to: &bytes) }
        case .passwordAlgorithm(let algorithm): algorithm.write(to: &bytes)
        case .alternateServer(let address), .responseOrigin(let address), .otherAddress(let address):
            STUNAddress.write(address, mask: nil, to: &bytes)
        case .xorPeerAddress(let address), .xorRelayedAddress(let address):
            STUNAddress.write(address, mask: transaction, to: &bytes)
        case .channelNumber(let number): bytes.write(UInt32(number) << 16)
        case .lifetime(let seconds): bytes.write(seconds)
        case .data(let data): bytes += data
        case .requestedAddressFamily(let family), .additionalAddressFamily(let family):
            bytes.write(UInt32(family.rawValue) << 24)
        case .requestedTransport(let number): bytes.write(UInt32(number) << 24)
        case .dontFragment: break
        case .addressErrorCode(let family, let error):
            let start = bytes.count
            error.write(to: &bytes)
            bytes[start] = family.rawValue
        case .icmp(let type, let code, let data):
            bytes.write(UInt16(0))
            bytes += [type, code]
            bytes.write(data)
        case .changeRequest(let ip, let port): bytes.write(UInt32((ip ? 4 : 0) | (port ? 2 : 0)))
        case .other(_, let value): bytes += value
        }
    }
}
