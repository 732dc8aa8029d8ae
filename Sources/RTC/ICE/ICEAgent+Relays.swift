import Wire

/// An address that a TURN server relays for us. The agent sends from it as from a socket; its owner wraps and unwraps.
package struct ICERelay: Hashable, Sendable {
    package var relayed: TransportAddress
    /// Our address as the server sees it.
    package var mapped: TransportAddress?
    package var server: TransportAddress
    /// The socket that reaches the server by UDP; nil for a relay over a stream.
    package var base: TransportAddress?
    package var transport: TURNTransport
    /// As configured, for statistics.
    package var url: String

    package init(
        relayed: TransportAddress, mapped: TransportAddress?, server: TransportAddress,
        base: TransportAddress? = nil, transport: TURNTransport, url: String
    ) {
        self.relayed = relayed
        self.mapped = mapped
        self.server = server
        self.base = base
        self.transport = transport
        self.url = url
    }
}

/// Relayed candidates (RFC 8445 §5.1.1.2): a relayed address is its own base.
extension ICEAgent {
    /// A TURN server relays for us; `receive` is to be called for what comes to the relayed address, and what
    /// `pollTransmit` gives with it as base goes to the peer through the server. Gone again: `removeLocalHost`.
    package mutating func addRelay(_ relay: ICERelay, at now: Instant) {
        guard state != .closed, relay.relayed.isUsableByICE, !hosts.contains(where: { $0.base == relay.relayed }),
            hosts.count(where: { $0.relay != nil }) < ICELimits.localRelays
        else { return }
        relayCount &+= 1
        let host = LocalHost(
            base: relay.relayed, localPreference: Self.preference(of: relay.transport) - relayCount % 0x2000,
            candidateNumber: nextNumber(), relay: relay)
        adopt(host, at: now)
        advance(at: now)
    }

    /// How many allocations are still asked for: until there is none, gathering is not complete.
    package mutating func setPendingRelays(_ count: Int, at now: Instant) {
        guard state != .closed, count != pendingRelays else { return }
        pendingRelays = count
        finishGathering()
        advance(at: now)
    }

    /// Type preference leaves a relay last whatever way leads to it; among relays a stream, which repeats what media would
    /// rather lose, comes after UDP.
    private static func preference(of transport: TURNTransport) -> UInt16 {
        switch transport {
        case .udp: 0xE000
        case .tcp: 0x9FFF
        case .tls: 0x5FFF
        }
    }

    mutating func addRelayed(_ relay: ICERelay, of host: LocalHost) {
        addLocal(
            ICECandidate(
                foundation: host.foundation, priority: host.priority(.relay), address: .ip(host.base), type: .relay,
                relatedAddress: relatedAddress(of: relay), usernameFragment: localCredentials.usernameFragment),
            base: host.base, number: host.candidateNumber, url: relay.url, relayTransport: relay.transport)
        addReflexive(of: relay)
    }

    /// The server has told how the world sees our socket, as a STUN server would (RFC 8445 §5.1.1.2): without one, this is
    /// what makes a direct way through NATs.
    private mutating func addReflexive(of relay: ICERelay) {
        guard !configuration.relayOnly, let mapped = relay.mapped,
            let host = hosts.first(where: { $0.base == relay.base }), !host.base.ip.isLoopback
        else { return }
        addReflexive(mapped, of: host, server: relay.server, url: relay.url)
    }

    /// The mapped address, unless it is what relaying is to hide: then the unspecified one, as browsers have it.
    private func relatedAddress(of relay: ICERelay) -> TransportAddress {
        if !configuration.relayOnly, let mapped = relay.mapped { return mapped }
        return TransportAddress(relay.relayed.ip.isIPv4 ? .v4(0) : .v6(0, 0), port: 0)
    }

    /// Whether anything may be sent from a host.
    func isAllowed(_ host: LocalHost) -> Bool { !configuration.relayOnly || host.relay != nil }
}
