import Wire

/// Why a description was refused.
package enum JSEPError: Error, Hashable, Sendable {
    case malformed(WireError)
    /// Nothing that both sides can do: no medium, codec, RTCP multiplexing or bundling in common.
    case incompatible
    /// No fingerprint with an accepted hash: media would not be secure.
    case noFingerprint
    /// No ICE user name or password.
    case noCredentials
    /// Not now: an answer without an offer, an offer over an offer.
    case wrongState
    /// Both offered at once, and this side does not give way.
    case glare
    /// The answer does not fit the offer, section by section.
    case mismatch
    /// Fingerprint or DTLS role changed without an ICE restart (RFC 8842 §5.5).
    case transportChanged
    /// An ICE restart came with another certificate. RFC 8842 §5.5 would have a new DTLS association made for it; here the
    /// key is whom a person speaks with, and perhaps has verified by voice: it stays the same for the whole call.
    case certificateChanged
}
