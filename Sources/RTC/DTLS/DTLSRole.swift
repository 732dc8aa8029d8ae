/// Which side sends the first ClientHello (RFC 5763: `setup:active` is the client).
package enum DTLSRole: Hashable, Sendable {
    case client, server
}

/// Why a DTLS association failed.
package enum DTLSFailure: Error, Hashable, Sendable {
    /// The certificate is not the one that the description announced.
    case fingerprintMismatch
    /// No common version, cipher suite, or SRTP profile.
    case incompatible
    /// Nobody answered for half a minute.
    case timeout
    /// OpenSSL's own words.
    case handshake(String)
}

/// Keys that both sides derive from the handshake (RFC 5764 §4.2).
package struct SRTPKeyingMaterial: Hashable, Sendable {
    package var profile: SRTPProfile
    package var clientKey: [UInt8]
    package var clientSalt: [UInt8]
    package var serverKey: [UInt8]
    package var serverSalt: [UInt8]
}
