import RTC
import TestSupport
import Testing
import Wire

/// ICE agents in virtual time over a simulated network, with a signalling channel between the first two.
final class ICESimulation {
    /// One agent, and what it has told.
    struct Side {
        var agent: ICEAgent
        var states: [ICEConnectionState] = []
        var selections: [TransportAddress] = []
        var candidates: [ICECandidate] = []
        var names: [String] = []
        var isGatheringComplete = false
        var sentCount = 0
        var lastSentAt = Instant.zero
        /// Candidates go to the other side as they are found.
        var trickles = true
    }

    /// What signalling carries to a side.
    enum Signal {
        case credentials(ICECredentials)
        case candidate(ICECandidate)
        case end
    }

    var network: SimulatedNetwork
    var sides: [Side]
    /// Addresses at which STUN servers answer.
    var servers: Set<TransportAddress> = []
    var signallingDelay: Duration = .milliseconds(20)
    private(set) var now = Instant.zero
    private var signals: [(at: Instant, to: Int, signal: Signal)] = []

    init(
        seed: UInt64, conditions: LinkConditions = .localNetwork, configuration: ICEConfiguration = ICEConfiguration(),
        roles: [ICERole] = [.controlling, .controlled]
    ) {
        network = SimulatedNetwork(seed: seed, conditions: conditions)
        sides = roles.enumerated().map { index, role in
            Side(
                agent: ICEAgent(
                    configuration: configuration, role: role, random: .seeded(seed &* 31 &+ UInt64(index))))
        }
    }

    /// 10.0.0.`host`, port 5000 unless told.
    static func address(_ host: UInt32, port: UInt16 = 5000) -> TransportAddress {
        TransportAddress(.v4(0x0A00_0000 | host), port: port)
    }

    /// Gives the hosts to a side, which is then through with gathering them.
    func addHosts(_ hosts: TransportAddress..., to side: Int) {
        for host in hosts { sides[side].agent.addLocalHost(host, at: now) }
        sides[side].agent.endOfLocalHosts(at: now)
        drain(side)
    }

    /// Offer from 0 to 1, answer back: the credentials, each taking the signalling delay.
    func exchangeDescriptions() {
        signal(.credentials(sides[0].agent.localCredentials), to: 1)
        run(for: signallingDelay)
        signal(.credentials(sides[1].agent.localCredentials), to: 0)
        run(for: signallingDelay)
    }

    /// Hosts 10.0.0.1 and 10.0.0.2, descriptions exchanged, candidates trickled.
    func connect() {
        addHosts(Self.address(1), to: 0)
        addHosts(Self.address(2), to: 1)
        exchangeDescriptions()
    }

    func signal(_ signal: Signal, to side: Int, after delay: Duration? = nil) {
        signals.append((now + (delay ?? signallingDelay), side, signal))
    }

    /// Lets time pass, whatever happens.
    func run(for duration: Duration) {
        let end = now + duration
        while let next = nextInstant, next <= end { step(to: next) }
        now = end
        for side in sides.indices { drain(side) }
    }

    /// Lets time pass until `condition` holds; false if it does not within `limit`.
    @discardableResult
    func run(until condition: (ICESimulation) -> Bool, limit: Duration = .seconds(60)) -> Bool {
        for side in sides.indices { drain(side) }
        let end = now + limit
        while !condition(self) {
            guard let next = nextInstant, next <= end else { return false }
            step(to: next)
        }
        return true
    }

    /// Both of the first two may send.
    var isConnected: Bool { sides.prefix(2).allSatisfy { [.connected, .completed].contains($0.agent.state) } }

    /// Both of the first two use the same two addresses, seen without NAT.
    var agreesOnPair: Bool {
        guard let a = sides[0].agent.selectedPair, let b = sides[1].agent.selectedPair else { return false }
        return a.base == b.remote && a.remote == b.base
    }

    private var nextInstant: Instant? {
        var next = network.nextArrival
        for side in sides { next = earliest(next, side.agent.nextTimeout) }
        next = earliest(next, signals.map(\.at).min())
        return next.map { max($0, now) }
    }

    private func step(to instant: Instant) {
        now = instant
        deliverSignals()
        while let datagram = network.receive(at: now) { deliver(datagram) }
        for side in sides.indices {
            if let due = sides[side].agent.nextTimeout, due <= now {
                sides[side].agent.handleTimeout(at: now)
                let again = sides[side].agent.nextTimeout
                // Else virtual time would stand still here, and a real agent would spin.
                #expect(again.map { $0 > now } ?? true, "a time-out must move the next one")
            }
            drain(side)
        }
    }

    private func deliverSignals() {
        let due = signals.filter { $0.at <= now }
        signals.removeAll { $0.at <= now }
        for (_, side, signal) in due {
            switch signal {
            case .credentials(let credentials): sides[side].agent.setRemote(credentials, isLite: false, at: now)
            case .candidate(let candidate): sides[side].agent.addRemoteCandidate(candidate, at: now)
            case .end: sides[side].agent.endOfRemoteCandidates(at: now)
            }
            drain(side)
        }
    }

    private func deliver(_ datagram: SimulatedDatagram) {
        if servers.contains(datagram.destination) { return answerAsServer(datagram) }
        for side in sides.indices {
            sides[side].agent.receive(
                datagram.bytes, from: datagram.source, to: datagram.destination, at: now)
            drain(side)
        }
    }

    private func answerAsServer(_ datagram: SimulatedDatagram) {
        guard let request = try? ReceivedSTUNMessage(parsing: datagram.bytes).message,
            request.messageClass == .request
        else { return }
        let response = STUNMessage(
            .success, .binding, transaction: request.transaction, attributes: [.xorMappedAddress(datagram.source)])
        network.send(
            response.serialized(withFingerprint: false), from: datagram.destination, to: datagram.source, at: now)
    }

    /// Takes all output of a side.
    func drain(_ side: Int) {
        while let transmit = sides[side].agent.pollTransmit() {
            sides[side].sentCount += 1
            sides[side].lastSentAt = now
            network.send(transmit.bytes, from: transmit.base, to: transmit.remote, at: now)
        }
        while let event = sides[side].agent.pollEvent() {
            switch event {
            case .localCandidate(let candidate):
                sides[side].candidates.append(candidate)
                if side < 2, sides[side].trickles { signal(.candidate(candidate), to: 1 - side) }
            case .gatheringComplete:
                sides[side].isGatheringComplete = true
                if side < 2, sides[side].trickles { signal(.end, to: 1 - side) }
            case .stateChanged(let state): sides[side].states.append(state)
            case .selectedPairChanged(_, let remote): sides[side].selections.append(remote)
            case .resolve(let name): sides[side].names.append(name)
            }
        }
    }
}
