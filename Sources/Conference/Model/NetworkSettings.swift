import RTC

/// How calls may use the network, as a person writes it and as it is kept (WINDEV's StreamConfigure).
package struct NetworkSettings: Hashable, Sendable, Codable {
    /// `stun:HOST:PORT`, `turn:HOST:PORT?transport=udp|tcp`, `turns:HOST:PORT` (RFC 7064, 7065); up to 16.
    package var servers: [String]
    /// For all the TURN servers.
    package var user: String
    package var password: String
    /// Whether calls go through TURN servers only, so that no address of this host is told.
    package var relayOnly: Bool

    package init(
        servers: [String] = [], user: String = "", password: String = "", relayOnly: Bool = false
    ) {
        self.servers = servers
        self.user = user
        self.password = password
        self.relayOnly = relayOnly
    }

    private static let serverLimit = 16

    /// Checked, for the network's own use.
    func configuration() throws(NetworkSettingsProblem) -> NetworkConfiguration {
        guard servers.count <= Self.serverLimit else { throw .tooMany }
        guard user.utf8.count <= 512, password.utf8.count <= 512 else { throw .credentialsTooLong }
        var network = NetworkConfiguration()
        for server in servers { try add(server, to: &network) }
        guard !relayOnly || !network.relays.isEmpty else { throw .noRelay }
        network.relayOnly = relayOnly
        return network
    }

    private func add(
        _ server: String, to network: inout NetworkConfiguration
    ) throws(NetworkSettingsProblem) {
        let isRelay = server.lowercased().hasPrefix("turn")
        guard !isRelay || !user.isEmpty else { throw .userMissing }
        do {
            if isRelay {
                network.relays.append(try NetworkConfiguration.Relay(uri: server, user: user, password: password))
            } else {
                try network.addSTUNServer(server)
            }
        } catch { throw .invalidServer(server) }
    }
}

/// Why the network cannot be used like that.
package enum NetworkSettingsProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case invalidServer(String)
    case userMissing
    case credentialsTooLong
    case noRelay
    case tooMany

    /// One sentence for people, in English; the interface translates it.
    package var description: String {
        switch self {
        case .invalidServer:
            translatable("A server is written stun:HOST:PORT, turn:HOST:PORT?transport=udp or tcp, or turns:HOST:PORT.")
        case .userMissing: translatable("A TURN server needs a user name and a password.")
        case .credentialsTooLong: translatable("User name and password have up to 512 characters.")
        case .noRelay: translatable("Without a TURN server nothing can be relayed.")
        case .tooMany: translatable("Up to 16 servers can be named.")
        }
    }
}
