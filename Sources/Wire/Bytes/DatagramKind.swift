/// What a datagram on a media socket is, told by its first bytes (RFC 7983 §7, RFC 5761 §4).
package enum DatagramKind: Hashable, Sendable {
    case stun, dtls, turnChannel, rtp, rtcp

    /// Nil for anything else, and for a datagram shorter than its protocol's header.
    package init?(_ bytes: [UInt8]) {
        guard let first = bytes.first else { return nil }
        switch first {
        case 0...3 where bytes.count >= 20: self = .stun
        case 20...63 where bytes.count >= 13: self = .dtls
        case 64...79 where bytes.count >= 4: self = .turnChannel
        case 128...191 where bytes.count >= 8:
            if (192...223).contains(bytes[1]) {
                self = .rtcp
            } else if bytes.count >= 12 {
                self = .rtp
            } else {
                return nil
            }
        default: return nil
        }
    }
}
