import Wire

/// How a client reaches its TURN server (RFC 8656 §3.1). The relay speaks UDP with the peers whichever it is.
package enum TURNTransport: String, Hashable, Sendable, CaseIterable {
    case udp, tcp, tls

    /// A stream keeps order and loses nothing: messages are reassembled, and never repeated.
    package var isStream: Bool { self != .udp }
}

/// Long-term credentials (RFC 8489 §9.2). A service that hands them out for a time puts its end into the user name.
package struct TURNCredentials: Hashable, Sendable {
    package var username: String
    package var password: String

    package init(username: String, password: String) {
        self.username = username
        self.password = password
    }
}

/// Which relayed addresses to ask for; both come from one allocation (RFC 8656 §7.1).
package enum TURNRelayFamilies: String, Hashable, Sendable { case ipv4, ipv6, both }

/// A TURN server whose name has been looked up.
package struct TURNServer: Hashable, Sendable {
    package var address: TransportAddress
    package var transport: TURNTransport
    package var credentials: TURNCredentials
    package var families: TURNRelayFamilies
    /// What a TLS certificate must be for; nil for the address itself.
    package var hostName: String?
    /// As configured, for statistics.
    package var url: String

    package init(
        address: TransportAddress, transport: TURNTransport = .udp, credentials: TURNCredentials,
        families: TURNRelayFamilies = .both, hostName: String? = nil, url: String? = nil
    ) {
        self.address = address
        self.transport = transport
        self.credentials = credentials
        self.families = families
        self.hostName = hostName
        let scheme = transport == .tls ? "turns" : "turn"
        self.url = url ?? "\(scheme):\(address)?transport=\(transport == .udp ? "udp" : "tcp")"
    }
}
