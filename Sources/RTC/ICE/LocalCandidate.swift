import Wire

/// What datagrams are sent from: a UDP socket of the transport's, or an address on a relay. Candidates come from it.
struct LocalHost: Hashable, Sendable {
    let base: TransportAddress
    let localPreference: UInt16
    let candidateNumber: Int
    /// Nil for a socket.
    var relay: ICERelay?

    var type: ICECandidateType { relay == nil ? .host : .relay }

    func priority(_ type: ICECandidateType) -> UInt32 {
        ICECandidate.priority(type, localPreference: localPreference)
    }

    /// What a check from here claims (RFC 8445 §7.1.1): the far side may meet this address there first. A relayed address
    /// is no better for being met so, or a relay that outruns signalling would be preferred to a direct way.
    var checkPriority: UInt32 { priority(relay == nil ? .prflx : .relay) }

    /// Of the pairs formed from this host.
    var foundation: String { ICECandidate.foundation(type, base: base.ip, server: relay?.server.ip) }
}

/// A candidate of ours, and the host it is sent from.
struct LocalCandidate: Sendable {
    let number: Int
    let candidate: ICECandidate
    let base: TransportAddress
    /// The STUN or TURN server that told us of it, as a URI.
    let url: String?
    /// How the TURN server is reached; nil unless relayed.
    let relayTransport: TURNTransport?
}

/// A candidate of the far side's. Its address is always an IP address.
struct RemoteCandidate: Sendable {
    let number: Int
    var candidate: ICECandidate
    let address: TransportAddress
}

/// A Binding request to a STUN server (RFC 8489 §12), for a reflexive candidate of `path.base`.
struct GatheringTransaction: Sendable {
    let id: STUNTransactionID
    let path: ICEPath
    let bytes: [UInt8]
    var transmissions: Int
    var timeout: Duration
    /// When to send (again), or give up.
    var dueAt: Instant
    /// Not to find a candidate, but to keep the NAT's mapping of one.
    let isKeepalive: Bool
}

/// An authenticated check of the far side's, as far as it matters once answered.
struct InboundCheck: Hashable, Sendable {
    var path: ICEPath
    var remoteFragment: String
    var priority: UInt32?
    var usesCandidate: Bool
}
