import Wire

/// What a `PeerConnection` is made with (W3C RTCConfiguration, and what a sans-I/O core must be given besides).
package struct PeerConnectionConfiguration: Sendable {
    /// Ours for this connection; its fingerprint goes into every description.
    package var certificate: DTLSCertificate
    /// STUN servers, already resolved.
    package var stunServers: [TransportAddress]
    /// TURN servers, already resolved.
    package var turnServers: [TURNServer] = []
    /// W3C iceTransportPolicy `relay`: no address of this host is told or used.
    package var relayOnly = false
    /// RTCP canonical name (RFC 7022): random, says nothing of the user.
    package var cname: String
    /// Whether this side yields when both sides offer at once (perfect negotiation, webrtc-pc §10.7).
    package var isPolite: Bool
    /// NTP time (32.32) at `Instant.zero`.
    package var ntpAtZero: UInt64
    package var random: RandomSource
    /// Bounds of what is sent.
    package var congestion = CongestionConfiguration()

    package init(
        certificate: DTLSCertificate, stunServers: [TransportAddress] = [], isPolite: Bool, ntpAtZero: UInt64,
        random: RandomSource = .system
    ) {
        self.certificate = certificate
        self.stunServers = stunServers
        self.isPolite = isPolite
        self.ntpAtZero = ntpAtZero
        var random = random
        cname = random.iceCharacters(16)
        self.random = random
    }
}

/// W3C RTCPeerConnectionState.
package enum PeerConnectionState: String, Hashable, Sendable {
    case new, connecting, connected, disconnected, failed, closed
}

/// W3C RTCSdpType without `pranswer`, which nobody sends.
package enum DescriptionType: String, Hashable, Sendable {
    case offer, answer, rollback
}

/// One UDP datagram, or one message of a connection to a TURN server, to be sent.
package struct Transmit: Sendable {
    /// Where it goes, and from where.
    package enum Destination: Hashable, Sendable {
        /// A datagram from the socket at `local`: to the far side, or to a STUN or TURN server.
        case direct(local: TransportAddress, remote: TransportAddress)
        /// On the connection that was opened for it.
        case server(TURNConnectionID)
    }

    package var bytes: [UInt8]
    package var destination: Destination

    package init(bytes: [UInt8], destination: Destination) {
        self.bytes = bytes
        self.destination = destination
    }

    package init(bytes: [UInt8], base: TransportAddress, remote: TransportAddress) {
        self.init(bytes: bytes, destination: .direct(local: base, remote: remote))
    }
}

/// A candidate with its place, as it travels in signalling (W3C RTCIceCandidateInit).
package struct TrickledCandidate: Hashable, Sendable {
    /// `candidate:...`; empty for the end of candidates.
    package var candidate: String
    package var mid: String?
    package var mLineIndex: Int?
    package var usernameFragment: String?

    package init(candidate: String, mid: String?, mLineIndex: Int?, usernameFragment: String?) {
        self.candidate = candidate
        self.mid = mid
        self.mLineIndex = mLineIndex
        self.usernameFragment = usernameFragment
    }
}
