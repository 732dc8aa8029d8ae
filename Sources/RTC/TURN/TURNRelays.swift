import Wire

/// All allocations of one peer connection, side by side: over UDP one for each server and socket that can reach it, over
/// TCP and TLS one for each server. Tells ICE of relayed addresses, and wraps and unwraps what goes through them.
struct TURNRelays: Sendable {
    /// What ICE is to learn.
    enum Change: Hashable, Sendable {
        case added(ICERelay)
        case removed(TransportAddress)
    }

    private enum Route: Hashable, Sendable {
        case datagrams(local: TransportAddress)
        /// Nil while no connection is open or being opened.
        case stream(TURNConnectionID?)
    }

    private struct Entry: Sendable {
        var route: Route
        var client: TURNClient
        var reassembler = STUNStreamReassembler()
        /// What ICE has been told of.
        var relayed: [TransportAddress] = []
        /// It has once had an allocation, or been refused one: what comes later does not hold gathering up.
        var isSettled = false
    }

    private static let maximumCount = 16

    private let servers: [TURNServer]
    private var entries: [Entry] = []
    private var random: RandomSource
    private var connectionCount = 0
    private var changes: [Change] = []
    private var transmits: [Transmit] = []
    private var requests: [TURNConnectionRequest] = []

    init(servers: [TURNServer], random: RandomSource) {
        self.servers = servers
        self.random = random
    }

    var isEmpty: Bool { servers.isEmpty }

    /// Allocations that have neither come nor been refused yet.
    var pendingCount: Int { entries.count { !$0.isSettled } }

    var nextTimeout: Instant? { entries.reduce(nil) { earliest($0, $1.client.nextTimeout) } }

    mutating func pollChange() -> Change? { changes.isEmpty ? nil : changes.removeFirst() }
    mutating func pollTransmit() -> Transmit? { transmits.isEmpty ? nil : transmits.removeFirst() }
    mutating func pollRequest() -> TURNConnectionRequest? { requests.isEmpty ? nil : requests.removeFirst() }

    /// A UDP socket is open: each server that it can reach is asked through it.
    mutating func addSocket(_ base: TransportAddress, at now: Instant) {
        for server in servers where server.transport == .udp && entries.count < Self.maximumCount {
            guard ICEPath(base: base, remote: server.address).isPossible else { continue }
            var client = TURNClient(server: server, random: random.fork())
            client.start(at: now)
            entries.append(Entry(route: .datagrams(local: base), client: client))
            settle(entries.count - 1, at: now)
        }
    }

    /// A UDP socket is gone, and the allocations that were reached through it; their servers let them end in time.
    mutating func removeSocket(_ base: TransportAddress) {
        for entry in entries where entry.route == .datagrams(local: base) {
            changes += entry.relayed.map { .removed($0) }
        }
        entries.removeAll { $0.route == .datagrams(local: base) }
    }

    /// Every socket is there: now the servers to be reached by a connection.
    mutating func openStreams(at now: Instant) {
        guard !entries.contains(where: { $0.client.server.transport.isStream }) else { return }
        for server in servers where server.transport.isStream && entries.count < Self.maximumCount {
            entries.append(Entry(route: .stream(nil), client: TURNClient(server: server, random: random.fork())))
            settle(entries.count - 1, at: now)
        }
    }

    /// Whether a datagram comes from a server that we speak with by this socket.
    func isServer(_ remote: TransportAddress, at base: TransportAddress) -> Bool {
        entries.contains { $0.client.address == remote && $0.route == .datagrams(local: base) }
    }

    mutating func receive(
        _ bytes: [UInt8], from remote: TransportAddress, to base: TransportAddress, at now: Instant
    ) -> RelayedDatagram? {
        for index in entries.indices
        where entries[index].client.address == remote && entries[index].route == .datagrams(local: base) {
            let datagram = entries[index].client.receive(bytes, at: now)
            settle(index, at: now)
            return datagram
        }
        return nil
    }

    mutating func connected(_ id: TURNConnectionID, at now: Instant) {
        guard let index = index(of: id) else { return }
        entries[index].reassembler = STUNStreamReassembler()
        entries[index].client.start(at: now)
        settle(index, at: now)
    }

    mutating func disconnected(_ id: TURNConnectionID, at now: Instant) {
        guard let index = index(of: id) else { return }
        entries[index].route = .stream(nil)
        entries[index].client.connectionLost(at: now)
        settle(index, at: now)
    }

    mutating func receive(_ bytes: [UInt8], by id: TURNConnectionID, at now: Instant) -> [RelayedDatagram] {
        guard let index = index(of: id) else { return [] }
        var datagrams: [RelayedDatagram] = []
        entries[index].reassembler.append(bytes)
        do {
            while let message = try entries[index].reassembler.next() {
                if let datagram = entries[index].client.receive(message, at: now) { datagrams.append(datagram) }
            }
        } catch {
            requests.append(.close(id))
            disconnected(id, at: now)
            return datagrams
        }
        settle(index, at: now)
        return datagrams
    }

    /// Whether `base` is an address on a relay.
    func isRelayed(_ base: TransportAddress) -> Bool { entries.contains { $0.relayed.contains(base) } }

    mutating func send(_ bytes: [UInt8], from base: TransportAddress, to peer: TransportAddress, at now: Instant) {
        guard let index = entries.firstIndex(where: { $0.relayed.contains(base) }) else { return }
        entries[index].client.send(bytes, to: peer, at: now)
        settle(index, at: now)
    }

    /// The way in use has fallen silent: do the servers still know us?
    mutating func probe(at now: Instant) {
        for index in entries.indices {
            entries[index].client.probe(at: now)
            settle(index, at: now)
        }
    }

    mutating func setCredentials(_ credentials: TURNCredentials, url: String, at now: Instant) {
        for index in entries.indices where entries[index].client.server.url == url {
            entries[index].client.setCredentials(credentials, at: now)
            settle(index, at: now)
        }
    }

    mutating func handleTimeout(at now: Instant) {
        for index in entries.indices {
            guard let due = entries[index].client.nextTimeout, due <= now else { continue }
            entries[index].client.handleTimeout(at: now)
            settle(index, at: now)
        }
    }

    mutating func close(at now: Instant) {
        for index in entries.indices {
            entries[index].client.close(at: now)
            settle(index, at: now)
            if case .stream(.some(let id)) = entries[index].route { requests.append(.close(id)) }
        }
        entries = []
    }

    private func index(of id: TURNConnectionID) -> Int? { entries.firstIndex { $0.route == .stream(id) } }

    /// Takes all that a client has to send and to tell.
    private mutating func settle(_ index: Int, at now: Instant) {
        while let event = entries[index].client.pollEvent() {
            switch event {
            case .connect(let address): connect(index, to: address)
            case .allocated:
                entries[index].isSettled = true
                tellAdded(index)
            case .lost:
                changes += entries[index].relayed.map { .removed($0) }
                entries[index].relayed = []
            case .failed:
                entries[index].isSettled = true
                disconnect(index)
            }
        }
        while let bytes = entries[index].client.pollTransmit() {
            switch entries[index].route {
            case .datagrams(let local):
                transmits.append(
                    Transmit(bytes: bytes, base: local, remote: entries[index].client.address))
            case .stream(let id):
                if let id { transmits.append(Transmit(bytes: bytes, destination: .server(id))) }
            }
        }
    }

    private mutating func connect(_ index: Int, to address: TransportAddress) {
        disconnect(index)
        connectionCount += 1
        let id = TURNConnectionID(number: connectionCount)
        let server = entries[index].client.server
        entries[index].route = .stream(id)
        requests.append(
            .open(
                id, TURNEndpoint(address: address, usesTLS: server.transport == .tls, hostName: server.hostName)))
    }

    private mutating func disconnect(_ index: Int) {
        guard case .stream(.some(let id)) = entries[index].route else { return }
        requests.append(.close(id))
        entries[index].route = .stream(nil)
    }

    private mutating func tellAdded(_ index: Int) {
        let client = entries[index].client
        // An address that another relay, or a socket, has already cannot be told apart: it is not used.
        let new = client.relayed.filter { address in
            !entries.contains { $0.relayed.contains(address) || $0.route == .datagrams(local: address) }
        }
        entries[index].relayed = new
        let base: TransportAddress? = if case .datagrams(let local) = entries[index].route { local } else { nil }
        changes += new.map {
            .added(
                ICERelay(
                    relayed: $0, mapped: client.mapped, server: client.address, base: base,
                    transport: client.server.transport, url: client.server.url))
        }
    }
}
