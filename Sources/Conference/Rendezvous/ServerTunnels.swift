import Logging
import NIOCore
import RTC
import Transport

/// The tunnels through one server: who has one, how many there may be, and whose turn it is to send.
@MainActor final class ServerTunnels {
    private struct Key: Hashable {
        var peer: String
        var session: ConversationIdentifier
    }

    /// At one time: of others' making by one name and in all, and with ours.
    static let limitPerPeer = 3
    static let limitOfOthers = 32
    static let limit = 64
    /// Beginnings within a minute: of one name, and in all. Each costs a handshake.
    static let openingsPerPeer = 12
    static let openings = 60
    /// Answers to those who send into nothing that may wait to go out.
    private static let endLimit = 16

    /// Somebody opens one.
    var onOpen: ((ServerTunnel) -> Void)?
    private unowned let client: RendezvousClient
    private var tunnels: [Key: ServerTunnel] = [:]
    /// Those with something to send, in turn.
    private var turns: [Key] = []
    private var ends: [Key] = []
    private var opened: [(peer: String, time: NIODeadline)] = []

    init(_ client: RendezvousClient) { self.client = client }

    var isEmpty: Bool { tunnels.isEmpty }

    // MARK: Making them

    /// One to somebody at the server; nil when there are too many.
    func open(to peer: String) -> ServerTunnel? {
        guard tunnels.count < Self.limit else { return nil }
        let tunnel = ServerTunnel(client, peer: peer, session: .random(), isOurs: true)
        tunnels[Key(peer: peer, session: tunnel.session)] = tunnel
        return tunnel
    }

    private func admit(_ key: Key) -> Bool {
        let now = NIODeadline.now()
        opened.removeAll { now - $0.time >= .minutes(1) }
        let others = tunnels.values.filter { !$0.isOurs }
        guard opened.count < Self.openings, opened.count(where: { $0.peer == key.peer }) < Self.openingsPerPeer,
            others.count < Self.limitOfOthers, others.count(where: { $0.peer == key.peer }) < Self.limitPerPeer
        else { return false }
        opened.append((key.peer, now))
        return true
    }

    func remove(_ tunnel: ServerTunnel) {
        let key = Key(peer: tunnel.peer, session: tunnel.session)
        if tunnels[key] === tunnel { tunnels[key] = nil }
    }

    // MARK: In

    /// The name is the server's word; who it really is, TLS within the tunnel finds out.
    func receive(_ parcel: TunnelParcel, from peer: String) {
        let key = Key(peer: peer, session: parcel.session)
        switch parcel.step {
        case .open:
            // The same one again is the server's doing, or a fault.
            if let known = tunnels[key] { return known.abandon() }
            guard let onOpen, admit(key) else { return refuse(key) }
            let tunnel = ServerTunnel(client, peer: peer, session: parcel.session, isOurs: false)
            tunnels[key] = tunnel
            _ = tunnel.receive(parcel.payload)
            onOpen(tunnel)
        case .data:
            guard let tunnel = tunnels[key] else { return refuse(key) }
            if !tunnel.receive(parcel.payload) { tunnel.abandon() }
        case .end: tunnels[key]?.ended()
        }
    }

    /// As far as we know there is no such session: they need not wait for anything.
    private func refuse(_ key: Key) {
        guard ends.count < Self.endLimit, !ends.contains(key) else { return }
        ends.append(key)
        client.outbox.sendMore()
    }

    /// Who is there now; who is not any more has no tunnel.
    func keep(_ users: [String]) {
        let users = Set(users)
        for tunnel in tunnels.values where !users.contains(tunnel.peer) { tunnel.abandon() }
    }

    func abandonAll() {
        for tunnel in tunnels.values { tunnel.abandon() }
        (turns, ends) = ([], [])
    }

    // MARK: Out

    func hasMore(_ tunnel: ServerTunnel) {
        let key = Key(peer: tunnel.peer, session: tunnel.session)
        guard tunnel.hasNext, !turns.contains(key) else { return }
        turns.append(key)
        client.outbox.sendMore()
    }

    /// What goes to the server next; each tunnel has its turn.
    func next() -> String? {
        if let end = ends.popFirst() { return TunnelParcel(session: end.session, step: .end).text(to: end.peer) }
        while let key = turns.popFirst() {
            guard let tunnel = tunnels[key], let parcel = tunnel.next() else { continue }
            if tunnel.hasNext { turns.append(key) }
            return parcel.text(to: key.peer)
        }
        return nil
    }

    var hasNext: Bool { !ends.isEmpty || !turns.isEmpty }
}

extension Array {
    fileprivate mutating func popFirst() -> Element? { isEmpty ? nil : removeFirst() }
}
