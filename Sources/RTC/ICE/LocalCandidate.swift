import Wire

/// A UDP socket of the transport's that candidates come from.
struct LocalHost: Hashable, Sendable {
    let base: TransportAddress
    let localPreference: UInt16
    let candidateNumber: Int

    func priority(_ type: ICECandidateType) -> UInt32 {
        ICECandidate.priority(type, localPreference: localPreference)
    }

    /// Of the pairs formed from this host.
    var foundation: String { ICECandidate.foundation(.host, base: base.ip) }
}

/// A candidate of ours, and the host it is sent from.
struct LocalCandidate: Sendable {
    let number: Int
    let candidate: ICECandidate
    let base: TransportAddress
    /// The STUN server that told us of it.
    let server: TransportAddress?
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
