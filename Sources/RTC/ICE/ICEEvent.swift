import Wire

/// W3C RTCIceTransportState; `failed` and `disconnected` may be left again by a restart or by the far side's return.
package enum ICEConnectionState: String, Hashable, Sendable, CaseIterable {
    case new, checking, connected, completed, disconnected, failed, closed
}

/// What an agent has to tell, by `pollEvent`.
package enum ICEEvent: Hashable, Sendable {
    /// To be sent to the far side.
    case localCandidate(ICECandidate)
    /// No more of this generation (until a host is added later).
    case gatheringComplete
    case stateChanged(ICEConnectionState)
    /// Send by this pair from now on.
    case selectedPairChanged(base: TransportAddress, remote: TransportAddress)
    /// A remote candidate hides behind this multicast-DNS name: answer with `resolved(_:to:at:)`, or `addRemoteCandidate`.
    case resolve(name: String)
}

/// A datagram to send from the socket bound to `base`.
package struct ICETransmit: Hashable, Sendable {
    package var bytes: [UInt8]
    package var base: TransportAddress
    package var remote: TransportAddress
}

/// A local socket and a remote address: what RFC 8445 checks, and what a datagram's 5-tuple is.
struct ICEPath: Hashable, Sendable {
    var base: TransportAddress
    var remote: TransportAddress

    /// Whether datagrams can go this way at all. Loopback speaks with loopback only; link-local IPv6 is never used, since
    /// an address without its zone leads nowhere.
    var isPossible: Bool {
        base.ip.isIPv4 == remote.ip.isIPv4 && base.ip.isLoopback == remote.ip.isLoopback && remote.isUsableByICE
            && base.isUsableByICE
    }
}

extension TransportAddress {
    /// Refuses what can be no candidate: port 0, unspecified, multicast, broadcast, IPv6 link-local, IPv4-mapped.
    var isUsableByICE: Bool {
        guard port != 0, !ip.isUnspecified, !ip.isMulticast else { return false }
        switch ip {
        case .v4(let address): return address != 0xFFFF_FFFF
        case .v6(let high, let low): return !ip.isLinkLocal && !(high == 0 && low >> 32 == 0xFFFF)
        }
    }
}
