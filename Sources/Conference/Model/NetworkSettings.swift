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
    /// The only network interfaces to use; empty for all.
    package var interfaces: [String]
    /// The lowest and the highest local UDP port for media; nil for whatever the system gives.
    package var firstPort: Int?
    package var lastPort: Int?

    package init(
        servers: [String] = [], user: String = "", password: String = "", relayOnly: Bool = false,
        interfaces: [String] = [], firstPort: Int? = nil, lastPort: Int? = nil
    ) {
        self.servers = servers
        self.user = user
        self.password = password
        self.relayOnly = relayOnly
        self.interfaces = interfaces
        self.firstPort = firstPort
        self.lastPort = lastPort
    }

    private static let serverLimit = 16

    /// Checked, for the network's own use.
    func configuration() throws(NetworkSettingsProblem) -> NetworkConfiguration {
        guard servers.count <= Self.serverLimit, interfaces.count <= Self.serverLimit else { throw .tooMany }
        guard user.utf8.count <= 512, password.utf8.count <= 512 else { throw .credentialsTooLong }
        var network = NetworkConfiguration()
        for server in servers { try add(server, to: &network) }
        guard !relayOnly || !network.relays.isEmpty else { throw .noRelay }
        network.relayOnly = relayOnly
        network.allowedInterfaces = interfaces.isEmpty ? nil : Set(interfaces)
        network.portRange = try ports()
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

    private func ports() throws(NetworkSettingsProblem) -> ClosedRange<UInt16>? {
        guard firstPort != nil || lastPort != nil else { return nil }
        guard let first = firstPort.flatMap({ UInt16(exactly: $0) }),
            let last = lastPort.flatMap({ UInt16(exactly: $0) }),
            first >= 1024, first <= last
        else { throw .invalidPorts }
        return first...last
    }
}

/// Why the network cannot be used like that.
package enum NetworkSettingsProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case invalidServer(String)
    case userMissing
    case credentialsTooLong
    case noRelay
    case invalidPorts
    case tooMany

    /// One sentence for people, in English; the interface translates it.
    package var description: String {
        switch self {
        case .invalidServer:
            translatable("A server is written stun:HOST:PORT, turn:HOST:PORT?transport=udp or tcp, or turns:HOST:PORT.")
        case .userMissing: translatable("A TURN server needs a user name and a password.")
        case .credentialsTooLong: translatable("User name and password have up to 512 characters.")
        case .noRelay: translatable("Without a TURN server nothing can be relayed.")
        case .invalidPorts: translatable("Media ports are two numbers from 1024 to 65535, the lower one first.")
        case .tooMany: translatable("Up to 16 servers and interfaces can be named.")
        }
    }
}
