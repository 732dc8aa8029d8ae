import RTC
import TestSupport
import Testing
import Wire

/// One client before one server, in virtual time, with loss.
final class TURNScene {
    /// Somebody to talk to through the relay.
    static let peer = TransportAddress(.v4(0xC633_6407), port: 6000)

    let server = SimulatedTURNServer(TransportAddress(.v4(0x0808_0808), port: 3478))
    var others: [SimulatedTURNServer] = []
    var client: TURNClient
    var now = Instant.zero
    var events: [TURNEvent] = []
    /// What peers were sent, and what came from them.
    var relayed: [(bytes: [UInt8], to: TransportAddress)] = []
    var received: [RelayedDatagram] = []
    var sentCount = 0
    var loss = 0.0
    private var random = RandomSource.seeded(77)
    private let address = ICESimulation.address(1)
    private var queue: [(at: Instant, toServer: TransportAddress?, bytes: [UInt8])] = []

    init(
        user: String = "ann", password: String = "secret", families: TURNRelayFamilies = .ipv4,
        transport: TURNTransport = .udp
    ) {
        let turn = TURNServer(
            address: server.address, transport: transport,
            credentials: TURNCredentials(username: user, password: password), families: families)
        client = TURNClient(server: turn, random: .seeded(5))
    }

    func start() {
        client.start(at: now)
        run(for: .seconds(1))
    }

    func run(for duration: Duration) {
        let end = now + duration
        drain()
        while let next = earliest(client.nextTimeout, queue.map(\.at).min()), next <= end {
            now = max(now, next)
            let due = queue.filter { $0.at <= now }
            queue.removeAll { $0.at <= now }
            for item in due {
                if let address = item.toServer {
                    ([server] + others).first { $0.address == address }?.receive(
                        item.bytes, from: .datagrams(self.address), at: now)
                } else if let datagram = client.receive(item.bytes, at: now) {
                    received.append(datagram)
                }
            }
            if let due = client.nextTimeout, due <= now {
                client.handleTimeout(at: now)
                #expect(client.nextTimeout.map { $0 > now } ?? true, "a time-out must move the next one")
            }
            drain()
        }
        now = end
    }

    func receive(from peer: TransportAddress, _ bytes: [UInt8]) {
        guard let relayed = client.relayed.first else { return }
        server.receiveRelayed(bytes, from: peer, to: relayed, at: now)
        run(for: .milliseconds(100))
    }

    private func drain() {
        while let bytes = client.pollTransmit() {
            sentCount += 1
            if random.fraction() >= loss { queue.append((now + .milliseconds(20), client.address, bytes)) }
        }
        while let event = client.pollEvent() { events.append(event) }
        for server in [server] + others {
            while let output = server.poll() {
                switch output {
                case .toClient(_, let bytes):
                    if random.fraction() >= loss { queue.append((now + .milliseconds(20), nil, bytes)) }
                case .toPeer(let bytes, _, let to): relayed.append((bytes, to))
                }
            }
        }
    }
}
