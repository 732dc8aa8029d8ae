import RTC
import TestSupport
import Wire

/// Two peer connections in virtual time with NATs, STUN and TURN servers between them, and with connections to those
/// servers that lose nothing, for sides whose UDP is blocked.
final class RelayedCall {
    final class Side {
        let index: Int
        let peer: PeerConnection
        let address: TransportAddress
        var audioCount = 0
        var firstAudioAt: Instant?
        var states: [PeerConnectionState] = []
        var candidates: [String] = []
        var hasAllCandidates = false
        /// Nothing of this side's UDP leaves it.
        var isUDPBlocked = false
        var endpoints: [TURNConnectionID: TURNEndpoint] = [:]

        init(index: Int, peer: PeerConnection, address: TransportAddress) {
            self.index = index
            self.peer = peer
            self.address = address
        }
    }

    /// Where something on a connection goes.
    private enum StreamEvent {
        case connected, refused
        case toServer([UInt8])
        case toSide([UInt8])
    }

    static let server = TransportAddress(.v4(0x0808_0808), port: 3478)
    static let credentials = TURNCredentials(username: "ann", password: "secret")

    let sides: [Side]
    let servers: [SimulatedTURNServer]
    var network: SimulatedNetwork
    private(set) var now = Instant.zero
    var sendsMedia = false
    private var nextAudio = Instant.zero
    private var streams: [(at: Instant, side: Int, id: TURNConnectionID, event: StreamEvent)] = []
    private var reassemblers: [SimulatedTURNServer.Client: STUNStreamReassembler] = [:]
    private var random: RandomSource
    /// Of descriptions and candidates; nil for one that hardly takes time, and sockets that are open before a call.
    private let signallingDelay: Duration?
    private var candidates: [(at: Instant, side: Int, candidate: TrickledCandidate)] = []

    init(
        seed: UInt64, conditions: LinkConditions = LinkConditions(delay: .milliseconds(10)), nats: [SimulatedNAT?] = [],
        turn: [TURNTransport] = [.udp], stun: Bool = true, relayOnly: Bool = false, blocked: Set<Int> = [],
        serverCount: Int = 1, signallingDelay: Duration? = nil
    ) throws {
        self.signallingDelay = signallingDelay
        random = .seeded(seed)
        network = SimulatedNetwork(seed: seed, conditions: conditions)
        network.translators = nats.compactMap { $0 }
        servers = (0..<serverCount).map {
            SimulatedTURNServer(TransportAddress(.v4(0x0808_0808 + UInt32($0)), port: 3478))
        }
        let turnServers = servers.flatMap { server in
            turn.map { TURNServer(address: server.address, transport: $0, credentials: Self.credentials) }
        }
        sides = try (0..<2).map { index in
            var configuration = PeerConnectionConfiguration(
                certificate: try DTLSCertificate.generate(commonName: "test", secondsSince1970: 1_700_000_000),
                stunServers: stun ? [Self.server] : [], isPolite: index == 1, ntpAtZero: 3_900_000_000 << 32,
                random: .seeded(seed &* 17 &+ UInt64(index)))
            configuration.turnServers = turnServers
            configuration.relayOnly = relayOnly
            let side = Side(
                index: index, peer: try PeerConnection(configuration: configuration, at: .zero),
                address: ICESimulation.address(UInt32(index + 1)))
            side.isUDPBlocked = blocked.contains(index)
            side.peer.addTransceiver(.audio, direction: .sendrecv)
            return side
        }
        open(sides[0])
        if signallingDelay == nil { open(sides[1]) }
    }

    private func open(_ side: Side) {
        side.peer.addLocalHost(side.address, at: now)
        side.peer.endOfLocalHosts(at: now)
    }

    /// A translator in front of one side.
    static func nat(
        _ side: Int, _ mapping: SimulatedNAT.Behaviour, filtering: SimulatedNAT.Behaviour = .addressAndPortDependent
    ) -> SimulatedNAT {
        SimulatedNAT(
            publicAddress: .v4(0xC633_6401 + UInt32(side)), inside: [ICESimulation.address(UInt32(side + 1)).ip],
            mapping: mapping, filtering: filtering)
    }

    func connect() throws {
        let offer = try sides[0].peer.setLocalDescription(.offer, at: now)
        run(for: signallingDelay ?? .milliseconds(20))
        if signallingDelay != nil { open(sides[1]) }
        try sides[1].peer.setRemoteDescription(.offer, offer, at: now)
        sides[1].peer.setDirection(.sendrecv, index: 0)
        let answer = try sides[1].peer.setLocalDescription(.answer, at: now)
        run(for: signallingDelay ?? .milliseconds(20))
        try sides[0].peer.setRemoteDescription(.answer, answer, at: now)
        sendsMedia = true
    }

    var isConnected: Bool { sides.allSatisfy { $0.peer.connectionState == .connected } }

    /// What type and relay protocol the pair in use has on a side's own end.
    func localRecord(_ side: Int) -> StatisticsRecord? {
        let records = sides[side].peer.statistics(at: now)
        let pair = records.first { $0.type == "candidate-pair" && $0["selected"] == .flag(true) }
        guard case .text(let id)? = pair?["localCandidateId"] else { return nil }
        return records.first { $0.id == id }
    }

    /// How much sound each side has had in the time run here.
    func audio(during duration: Duration) -> [Int] {
        let before = sides.map(\.audioCount)
        run(for: duration)
        return zip(sides, before).map { $0.audioCount - $1 }
    }

    func run(for duration: Duration) {
        let end = now + duration
        drain()
        while let next = nextInstant, next <= end {
            now = max(now, next)
            step()
        }
        now = end
    }

    @discardableResult
    func run(until condition: (RelayedCall) -> Bool, limit: Duration) -> Bool {
        let end = now + limit
        drain()
        while !condition(self) {
            guard let next = nextInstant, next <= end else { return false }
            now = max(now, next)
            step()
        }
        return true
    }

    private var nextInstant: Instant? {
        var next = network.nextArrival
        for side in sides { next = earliest(next, side.peer.nextTimeout) }
        next = earliest(next, streams.map(\.at).min())
        next = earliest(next, candidates.map(\.at).min())
        return sendsMedia ? earliest(next, nextAudio) : next
    }

    private func step() {
        while let datagram = network.receive(at: now) { deliver(datagram) }
        let due = streams.filter { $0.at <= now }
        streams.removeAll { $0.at <= now }
        for item in due { carry(item.event, of: item.id, side: sides[item.side]) }
        let arrived = candidates.filter { $0.at <= now }
        candidates.removeAll { $0.at <= now }
        for item in arrived { try? sides[item.side].peer.addICECandidate(item.candidate, at: now) }
        if sendsMedia, nextAudio <= now {
            nextAudio = now + .milliseconds(20)
            for side in sides {
                guard let mid = side.peer.mid(of: .audio) else { continue }
                side.peer.sendAudio(
                    mid: mid, payload: [UInt8](repeating: 7, count: 80), sampleCount: 960, captureTime: now, level: 30,
                    voiceActivity: true, at: now)
            }
        }
        for side in sides { side.peer.handleTimeout(at: now) }
        drain()
    }

    private func deliver(_ datagram: SimulatedDatagram) {
        if let server = servers.first(where: { $0.address == datagram.destination }) {
            server.receive(datagram.bytes, from: .datagrams(datagram.source), at: now)
        } else if let server = servers.first(where: { $0.address.ip == datagram.destination.ip }) {
            server.receiveRelayed(datagram.bytes, from: datagram.source, to: datagram.destination, at: now)
        } else {
            for side in sides where side.address == datagram.destination && !side.isUDPBlocked {
                side.peer.receive(datagram.bytes, from: datagram.source, to: datagram.destination, at: now)
            }
        }
        drain()
    }

    private func carry(_ event: StreamEvent, of id: TURNConnectionID, side: Side) {
        guard let endpoint = side.endpoints[id] else { return }
        let client = SimulatedTURNServer.Client.stream(side: side.index, id)
        switch event {
        case .connected: side.peer.turnConnected(id, at: now)
        case .refused:
            side.endpoints[id] = nil
            side.peer.turnDisconnected(id, at: now)
        case .toSide(let bytes): side.peer.receive(bytes, by: id, at: now)
        case .toServer(let bytes):
            reassemblers[client, default: STUNStreamReassembler()].append(bytes)
            while let message = try? reassemblers[client]?.next() {
                servers.first { $0.address == endpoint.address }?.receive(message, from: client, at: now)
            }
        }
        drain()
    }

    /// The servers' connections all break.
    func cutConnections() {
        streams = []
        for side in sides {
            for id in side.endpoints.keys {
                let client = SimulatedTURNServer.Client.stream(side: side.index, id)
                for server in servers { server.disconnect(client) }
                side.endpoints[id] = nil
                side.peer.turnDisconnected(id, at: now)
            }
        }
        drain()
    }

    private func drain() {
        for side in sides {
            while let transmit = side.peer.pollTransmit(at: now) {
                switch transmit.destination {
                case .direct(let local, let remote):
                    if !side.isUDPBlocked { network.send(transmit.bytes, from: local, to: remote, at: now) }
                case .server(let id): push(.toServer(transmit.bytes), id, side.index)
                }
            }
            while let request = side.peer.pollTURNConnectionRequest() { carryOut(request, side) }
            while let event = side.peer.pollEvent() { take(event, side) }
        }
        for server in servers {
            while let output = server.poll() {
                switch output {
                case .toClient(.datagrams(let client), let bytes):
                    network.send(bytes, from: server.address, to: client, at: now)
                case .toClient(.stream(let side, let id), let bytes):
                    // Cut anywhere, as TCP may.
                    let cut = Int(random.next() % UInt64(bytes.count + 1))
                    push(.toSide(Array(bytes[..<cut])), id, side)
                    push(.toSide(Array(bytes[cut...])), id, side)
                case .toPeer(let bytes, let from, let to): network.send(bytes, from: from, to: to, at: now)
                }
            }
        }
    }

    private func push(_ event: StreamEvent, _ id: TURNConnectionID, _ side: Int) {
        streams.append((now + .milliseconds(15), side, id, event))
    }

    private func carryOut(_ request: TURNConnectionRequest, _ side: Side) {
        switch request {
        case .open(let id, let endpoint):
            side.endpoints[id] = endpoint
            let isThere = servers.contains { $0.address == endpoint.address && $0.isUp }
            push(isThere ? .connected : .refused, id, side.index)
        case .close(let id):
            side.endpoints[id] = nil
            for server in servers { server.disconnect(.stream(side: side.index, id)) }
        }
    }

    private func take(_ event: PeerConnectionEvent, _ side: Side) {
        switch event {
        case .localCandidate(let candidate):
            side.candidates.append(candidate.candidate)
            guard let signallingDelay else {
                try? sides[1 - side.index].peer.addICECandidate(candidate, at: now)
                return
            }
            candidates.append((now + signallingDelay, 1 - side.index, candidate))
        case .endOfCandidates: side.hasAllCandidates = true
        case .connectionStateChanged(let state): side.states.append(state)
        case .audio:
            side.audioCount += 1
            side.firstAudioAt = side.firstAudioAt ?? now
        default: break
        }
    }
}
