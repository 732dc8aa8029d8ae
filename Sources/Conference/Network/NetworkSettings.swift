import FoundationEssentials
import RTC

/// How calls may use the network, as a person writes it and as it is kept (WINDEV's StreamConfigure).
package struct NetworkSettings: Hashable, Sendable {
    /// A STUN or TURN server.
    package struct Server: Hashable, Sendable {
        /// `stun:HOST:PORT`, `turn:HOST:PORT?transport=udp|tcp`, `turns:HOST:PORT` (RFC 7064, 7065).
        package var uri: String
        /// Of a TURN server.
        package var user: String
        /// Nil while it is not known: the desktop keeps it and has not told it, or the file came without.
        package var password: String?

        package init(_ uri: String, user: String = "", password: String? = nil) {
            self.uri = uri
            self.user = user
            self.password = password
        }

        package var isRelay: Bool { uri.lowercased().hasPrefix("turn") }
    }

    /// Up to 16.
    package var servers: [Server]
    /// Whether calls go through TURN servers only, so that no address of this host is told.
    package var relayOnly: Bool
    /// Whether nothing leaves the networks that this computer is on: no server, no name lookup, no router.
    package var lanOnly = false
    /// Names of the only interfaces to use, up to 16; none for every one that fits.
    package var interfaces: [String]
    /// Local UDP ports for media, within 1024...65535; nil for whatever the system gives.
    package var mediaPorts: ClosedRange<Int>?

    package init(
        servers: [Server] = [], relayOnly: Bool = false, interfaces: [String] = [], mediaPorts: ClosedRange<Int>? = nil
    ) {
        self.servers = servers
        self.relayOnly = relayOnly
        self.interfaces = interfaces
        self.mediaPorts = mediaPorts
    }

    /// With the same user for all the TURN servers.
    package init(servers: [String], user: String, password: String?, relayOnly: Bool = false) {
        self.init(
            servers: servers.map { uri in
                let server = Server(uri)
                return server.isRelay ? Server(uri, user: user, password: password) : server
            }, relayOnly: relayOnly)
    }

    /// As they may be given away.
    package var withoutPasswords: NetworkSettings {
        var settings = self
        for index in settings.servers.indices { settings.servers[index].password = nil }
        return settings
    }

    /// Takes over the passwords that another one knows of the same users at the same servers.
    package func takingPasswords(from other: NetworkSettings) -> NetworkSettings {
        var settings = self
        for (index, server) in servers.enumerated() where server.isRelay && server.password == nil {
            let known = other.servers.first { $0.uri == server.uri && $0.user == server.user }
            settings.servers[index].password = known?.password
        }
        return settings
    }

    package static let serverLimit = 16
    package static let interfaceLimit = 16
    package static let textLimit = 512
    package static let portLimits = 1024...65535

    /// Checked, for the network's own use. A TURN server whose password is not known is left out.
    func configuration() throws(NetworkSettingsProblem) -> NetworkConfiguration {
        guard servers.count <= Self.serverLimit else { throw .tooMany }
        var network = NetworkConfiguration()
        for server in servers { try add(server, to: &network) }
        guard !relayOnly || servers.contains(where: \.isRelay) else { throw .noRelay }
        guard !relayOnly || !lanOnly else { throw .relaysElsewhere }
        if lanOnly { network = NetworkConfiguration() }
        network.relayOnly = relayOnly
        guard interfaces.count <= Self.interfaceLimit, interfaces.allSatisfy(Self.isInterfaceName) else {
            throw .invalidInterface
        }
        if !interfaces.isEmpty { network.allowedInterfaces = Set(interfaces) }
        if let mediaPorts {
            guard Self.portLimits.contains(mediaPorts.lowerBound), Self.portLimits.contains(mediaPorts.upperBound)
            else { throw .invalidPorts }
            network.portRange = UInt16(mediaPorts.lowerBound)...UInt16(mediaPorts.upperBound)
        }
        return network
    }

    private func add(_ server: Server, to network: inout NetworkConfiguration) throws(NetworkSettingsProblem) {
        let password = server.password ?? ""
        guard server.user.utf8.count <= Self.textLimit, password.utf8.count <= Self.textLimit else {
            throw .credentialsTooLong
        }
        guard !server.isRelay || !server.user.isEmpty else { throw .userMissing }
        do {
            guard server.isRelay else { return try network.addSTUNServer(server.uri) }
            let relay = try NetworkConfiguration.Relay(uri: server.uri, user: server.user, password: password)
            if server.password != nil { network.relays.append(relay) }
        } catch { throw .invalidServer(server.uri) }
    }

    /// What the system may call an interface: up to 15 bytes, without white space and `/`.
    private static func isInterfaceName(_ name: String) -> Bool {
        (1...15).contains(name.utf8.count) && name != "." && name != ".."
            && name.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "/") }
    }
}

/// Why the network cannot be used like that.
package enum NetworkSettingsProblem: Error, Hashable, Sendable, CustomStringConvertible {
    case invalidServer(String)
    case userMissing
    case credentialsTooLong
    case noRelay
    case tooMany
    case invalidInterface
    case invalidPorts
    case relaysElsewhere

    /// One sentence for people, in English; the interface translates it.
    package var description: String {
        switch self {
        case .invalidServer:
            translatable("A server is written stun:HOST:PORT, turn:HOST:PORT?transport=udp or tcp, or turns:HOST:PORT.")
        case .userMissing: translatable("A TURN server needs a user name and a password.")
        case .credentialsTooLong: translatable("User name and password have up to 512 characters.")
        case .noRelay: translatable("Without a TURN server nothing can be relayed.")
        case .tooMany: translatable("Up to 16 servers can be named.")
        case .invalidInterface:
            translatable("Up to 16 interfaces can be named, each by the name that the system gives it.")
        case .relaysElsewhere:
            translatable("Calls cannot both stay on this network and go through TURN servers.")
        case .invalidPorts: translatable("Ports for media are a range within 1024 to 65535, as in 50000-50100.")
        }
    }
}
