import Logging
import Observation
import RTC
import Sockets
import Transport
import Wire

/// Being reached by name: the profile's account at a server, who else is there, and calls through servers.
@MainActor @Observable package final class RendezvousRegistration {
    package enum State: Hashable, Sendable {
        /// Without an account.
        case off
        case connecting
        case connected
        /// It is tried again and again.
        case failed(RendezvousProblem)

        /// For programs.
        package var word: String {
            switch self {
            case .off: "off"
            case .connecting: "connecting"
            case .connected: "connected"
            case .failed: "failed"
            }
        }
    }

    /// Nil when people are called by their address alone.
    package private(set) var account: RendezvousAccount?
    package private(set) var state = State.off
    /// The name that the server gave us: the account's, with a number when somebody else has it. Empty when not connected.
    package private(set) var name = ""
    /// Who else is at the server now, in the order in which they came.
    package private(set) var users: [String] = []

    @ObservationIgnored weak var conference: Conference?
    @ObservationIgnored private let store: RendezvousStore
    @ObservationIgnored private let timing: SignalingTiming
    @ObservationIgnored private let authorities: String?
    @ObservationIgnored private let logger: Logger
    @ObservationIgnored private var client: RendezvousClient?
    /// Connections to other servers, which live as long as calls need them.
    @ObservationIgnored private var guests: [WebSocketURL: WeakClient] = [:]
    @ObservationIgnored private var isRunning = false

    private struct WeakClient {
        weak var client: RendezvousClient?
    }

    init(in folders: ProfileFolders?, timing: SignalingTiming, authorities: String?, logger: Logger) {
        self.timing = timing
        self.authorities = authorities
        self.logger = logger
        store = RendezvousStore(in: folders, logger: logger)
        account = store.load()
    }

    /// Registers at a server, or with nil at none. Kept; running calls go on.
    package func configure(_ account: RendezvousAccount?) throws(RendezvousProblem) {
        _ = try account?.url()
        guard account != self.account else { return }
        self.account = account
        store.save(account)
        if isRunning { register() }
    }

    func start() {
        isRunning = true
        register()
    }

    /// Servers may be asked, or not any more.
    func boundaryChanged() {
        guard isRunning else { return }
        if conference?.boundary != nil {
            for guest in guests.values.compactMap(\.client) + (client.map { [$0] } ?? []) {
                Task { await guest.stop() }
            }
            guests = [:]
        }
        register()
    }

    func stop() async {
        isRunning = false
        let clients = [client] + guests.values.map(\.client)
        client = nil
        guests = [:]
        update()
        for client in clients { await client?.stop() }
    }

    private func register() {
        if let old = client {
            old.onChange = nil
            old.onCall = nil
            old.tunnels.onOpen = nil
            client = nil
            // Conversations find another way; calls of before may still need it.
            old.tunnels.abandonAll()
            if !old.isUsed { Task { await old.stop() } }
        }
        if let account, let url = try? account.url(), conference?.boundary == nil {
            let client = makeClient(url, name: account.name)
            client.onChange = { [weak self] in self?.update() }
            client.start()
            self.client = client
        }
        update()
    }

    private func makeClient(_ url: WebSocketURL, name: String) -> RendezvousClient {
        let client = RendezvousClient(
            url, name: name, identity: conference?.identity, timing: timing, authorities: authorities, logger: logger)
        client.onCall = { [weak self] path in self?.admit(path) }
        client.tunnels.onOpen = { [weak self] tunnel in
            if let conference = self?.conference { conference.admit(tunnel) } else { tunnel.abandon() }
        }
        client.ownPresence = { [weak self] in self?.conference?.presence(for: $0) }
        client.onResume = { [weak self] path, envelope in self?.resume(path, envelope) ?? false }
        return client
    }

    private func update() {
        let now: State =
            switch client?.state {
            case nil: .off
            case .connecting: .connecting
            case .connected: .connected
            case .waiting(let problem): .failed(problem)
            }
        let isNews = state != now
        if isNews { state = now }
        let name = now == .connected ? client?.name ?? "" : ""
        if self.name != name { self.name = name }
        let others = now == .connected ? client?.users.filter { $0 != name } ?? [] : []
        guard users != others else {
            if isNews { conference?.serverChanged() }
            return
        }
        let came = others.filter { !users.contains($0) }
        users = others
        if let client, !came.isEmpty {
            conference?.cameToServer(Set(came.compactMap { address(of: $0, at: client) }))
        }
        conference?.serverChanged()
    }

    /// How we are called through the server; nil while nobody can.
    package var ownAddress: CallAddress? {
        guard let client, !name.isEmpty else { return nil }
        return address(of: name, at: client)
    }

    /// How somebody at our server is called; nil without an account.
    func address(of person: String) -> CallAddress? { client.flatMap { address(of: person, at: $0) } }

    /// What somebody at our server says of themselves; nil when nobody with that key answers.
    func askPresence(_ person: String, expected: DTLSFingerprint) async -> Presence.Word? {
        await client?.questions.ask(person, expected: expected, within: .seconds(5))
    }

    /// Whether an address is one of our own server.
    func isAtHome(_ address: CallAddress) -> Bool { address.person != nil && client?.serves(address) == true }

    // MARK: Calls of ours

    /// A way to somebody at a server: at ours, or at another, as a guest.
    ///
    /// - Parameter expected: the key that must be there; nil takes the one that is known of the address, if any.
    func openCarrier(
        to address: CallAddress, as name: String, expected: DTLSFingerprint? = nil
    ) async throws(DialFailure) -> NetworkCarrier {
        let (client, person) = try await connected(to: address, as: name)
        let call = SignalingEnvelope.newCall()
        guard let path = client.path(to: person, call: call, takesUnnamed: true) else { throw Self.nobody }
        let there = self.address(of: person, at: client)
        let carrier = NetworkCarrier(
            path, call: call, timing: timing, person: there,
            expected: expected ?? there.flatMap { conference?.expectedIdentity(at: $0) })
        set(up: carrier, client, peer: person, isCaller: true)
        return carrier
    }

    /// A tunnel to somebody at a server, in the same way.
    func openTunnel(to address: CallAddress, as name: String) async throws(DialFailure) -> ServerTunnel {
        let (client, person) = try await connected(to: address, as: name)
        guard let tunnel = client.tunnel(to: person) else { throw Self.nobody }
        return tunnel
    }

    /// The connection to somebody's server, and their name there.
    private func connected(
        to address: CallAddress, as name: String
    ) async throws(DialFailure) -> (RendezvousClient, String) {
        guard let person = address.person else { throw Self.failure(.invalidServer) }
        if let boundary = conference?.boundary {
            boundary.traffic.refused.count()
            throw DialFailure(reason: .elsewhere, presented: nil, detail: "a server")
        }
        let client = try client(for: address, as: name)
        do throws(RendezvousProblem) {
            try await client.waitUntilConnected()
        } catch { throw Self.failure(error) }
        guard person != client.name else {
            throw DialFailure(reason: .invalidAddress, presented: nil, detail: "this is oneself")
        }
        return (client, person)
    }

    private static let nobody = DialFailure(
        reason: .unknownPerson, presented: nil, detail: "nobody of this name")

    private static func failure(_ problem: RendezvousProblem) -> DialFailure {
        DialFailure(reason: problem.endReason, presented: nil, detail: "\(problem)")
    }

    private func client(for address: CallAddress, as name: String) throws(DialFailure) -> RendezvousClient {
        if let client, client.serves(address) { return client }
        // Only this very computer can be asked without encryption.
        let scheme = address.isLoopback ? "ws" : "wss"
        let host = address.literal?.isIPv4 == false ? "[\(address.host)]" : address.host
        guard let url = try? WebSocketURL("\(scheme)://\(host):\(address.port)/") else {
            throw Self.failure(.invalidServer)
        }
        if let guest = guests[url]?.client { return guest }
        let wish = account?.name ?? String(name.prefix(32))
        let guest = makeClient(url, name: wish.isEmpty ? "guest" : wish)
        guests = guests.filter { $0.value.client != nil }
        guests[url] = WeakClient(client: guest)
        guest.start()
        return guest
    }

    /// How somebody at a server is called.
    func address(of person: String, at client: RendezvousClient) -> CallAddress? {
        CallAddress("\(person)@\(RendezvousAccount.authority(of: client.url))")
    }

    // MARK: Calls of others

    private func admit(_ path: ServerPath) {
        guard let conference, conference.isRunning else { return }
        let carrier = NetworkCarrier(path, timing: timing, person: address(of: path.peer, at: path.client))
        set(up: carrier, path.client, peer: path.peer, isCaller: false)
        conference.admit(carrier)
    }

    private func resume(_ path: ServerPath, _ envelope: SignalingEnvelope) -> Bool {
        let call = envelope.call ?? ""
        for isCaller in [true, false] {
            guard let carrier = conference?.carriers[CarrierKey(call: call, isCaller: isCaller)],
                carrier.remotePerson != nil
            else { continue }
            carrier.remake = Self.remake(path.client, peer: path.peer, carrier)
            carrier.resume(on: path, envelope)
            return true
        }
        return false
    }

    private func set(up carrier: NetworkCarrier, _ client: RendezvousClient, peer: String, isCaller: Bool) {
        carrier.ends = CarrierEnds(ours: client.name, theirs: peer)
        carrier.remake = Self.remake(client, peer: peer, carrier)
        conference?.follow(carrier, isCaller: isCaller)
    }

    /// Both sides look for each other: whoever finds the other one first says so.
    private static func remake(
        _ client: RendezvousClient, peer: String, _ carrier: NetworkCarrier
    ) -> () async -> (any MessagePath)? {
        { [weak carrier] in carrier?.identifier.flatMap { client.path(to: peer, call: $0) } }
    }
}

extension RendezvousClient {
    /// Whether people at this address are found here: at this host, and at this port where it is given.
    fileprivate func serves(_ address: CallAddress) -> Bool {
        guard let here = CallAddress(RendezvousAccount.authority(of: url)) else { return false }
        return here.host == address.host && (!address.isPortGiven || here.port == address.port)
    }
}
