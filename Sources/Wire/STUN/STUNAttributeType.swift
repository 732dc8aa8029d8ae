/// The 16-bit type of a STUN attribute, by its IANA name.
package struct STUNAttributeType: RawRepresentable, Hashable, Sendable {
    package let rawValue: UInt16

    package init(rawValue: UInt16) { self.rawValue = rawValue }

    package static let mappedAddress = STUNAttributeType(rawValue: 0x0001)
    package static let username = STUNAttributeType(rawValue: 0x0006)
    package static let messageIntegrity = STUNAttributeType(rawValue: 0x0008)
    package static let errorCode = STUNAttributeType(rawValue: 0x0009)
    package static let unknownAttributes = STUNAttributeType(rawValue: 0x000A)
    package static let xorMappedAddress = STUNAttributeType(rawValue: 0x0020)
    package static let priority = STUNAttributeType(rawValue: 0x0024)
    package static let useCandidate = STUNAttributeType(rawValue: 0x0025)
    package static let software = STUNAttributeType(rawValue: 0x8022)
    package static let fingerprint = STUNAttributeType(rawValue: 0x8028)
    package static let iceControlled = STUNAttributeType(rawValue: 0x8029)
    package static let iceControlling = STUNAttributeType(rawValue: 0x802A)

    // Long-term credentials and redirection (RFC 8489 §14).
    package static let realm = STUNAttributeType(rawValue: 0x0014)
    package static let nonce = STUNAttributeType(rawValue: 0x0015)
    package static let messageIntegritySHA256 = STUNAttributeType(rawValue: 0x001C)
    package static let passwordAlgorithm = STUNAttributeType(rawValue: 0x001D)
    package static let userhash = STUNAttributeType(rawValue: 0x001E)
    package static let passwordAlgorithms = STUNAttributeType(rawValue: 0x8002)
    package static let alternateServer = STUNAttributeType(rawValue: 0x8023)

    // TURN (RFC 8656 §18).
    package static let channelNumber = STUNAttributeType(rawValue: 0x000C)
    package static let lifetime = STUNAttributeType(rawValue: 0x000D)
    package static let xorPeerAddress = STUNAttributeType(rawValue: 0x0012)
    package static let data = STUNAttributeType(rawValue: 0x0013)
    package static let xorRelayedAddress = STUNAttributeType(rawValue: 0x0016)
    package static let requestedAddressFamily = STUNAttributeType(rawValue: 0x0017)
    package static let requestedTransport = STUNAttributeType(rawValue: 0x0019)
    package static let dontFragment = STUNAttributeType(rawValue: 0x001A)
    package static let additionalAddressFamily = STUNAttributeType(rawValue: 0x8000)
    package static let addressErrorCode = STUNAttributeType(rawValue: 0x8001)
    package static let icmp = STUNAttributeType(rawValue: 0x8004)

    // NAT behaviour discovery (RFC 5780 §7).
    package static let changeRequest = STUNAttributeType(rawValue: 0x0003)
    package static let responseOrigin = STUNAttributeType(rawValue: 0x802B)
    package static let otherAddress = STUNAttributeType(rawValue: 0x802C)

    /// Below 0x8000 a receiver that does not know the type must refuse the message (RFC 8489 §14).
    package var isComprehensionRequired: Bool { rawValue < 0x8000 }

    /// Of RFC 3489, now reserved: servers still send SOURCE-ADDRESS and CHANGED-ADDRESS, which say nothing we need.
    package var isObsolete: Bool { [0x0002, 0x0003, 0x0004, 0x0005, 0x0007, 0x000B].contains(rawValue) }
}
