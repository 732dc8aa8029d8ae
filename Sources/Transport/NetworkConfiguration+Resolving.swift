import RTC
import Wire

/// From names to addresses.
extension NetworkConfiguration {
    /// What ICE can use of the configuration: servers looked up, all at once. A server whose name is unknown is left out.
    package func resolved() async -> (stunServers: [TransportAddress], turnServers: [TURNServer]) {
        await withTaskGroup(of: (Int, [TransportAddress]).self) { group in
            let uris = stunServers + relays.map(\.uri)
            for (index, uri) in uris.enumerated() {
                group.addTask { (index, await NameLookup.addresses(of: uri.host, port: uri.port)) }
            }
            var found: [Int: [TransportAddress]] = [:]
            for await (index, addresses) in group { found[index] = addresses }
            let stun = stunServers.indices.flatMap { found[$0] ?? [] }
            let turn = relays.indices.flatMap { index in
                (found[stunServers.count + index] ?? []).compactMap { relays[index].server(at: $0) }
            }
            return (stun, turn)
        }
    }
}

extension NetworkConfiguration.Relay {
    fileprivate func server(at address: TransportAddress) -> TURNServer? {
        guard case .turn(let transport) = uri.kind else { return nil }
        return TURNServer(
            address: address, transport: transport, credentials: credentials, hostName: uri.host,
            url: uri.description)
    }
}

extension PeerConnectionConfiguration {
    /// Takes servers and policy of a network configuration.
    package mutating func use(_ network: NetworkConfiguration) async {
        (stunServers, turnServers) = await network.resolved()
        relayOnly = network.relayOnly
    }
}
