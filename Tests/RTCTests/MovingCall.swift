import RTC
import TestSupport
import Testing
import Wire

/// A call in virtual time whose sides lose and get interfaces, with signalling and sound that never stops.
///
/// Each side behaves as a call of the application does: it offers when its connection asks for a restart, and two offers
/// that cross are settled by perfect negotiation.
final class MovingCall {
    final class Side {
        let peer: PeerConnection
        let isPolite: Bool
        var addresses: Set<TransportAddress> = []
        var states: [PeerConnectionState] = []
        /// When sound of the other side arrived.
        var heard: [Instant] = []
        var pictures: [Instant] = []
        var offers = 0
        var answers = 0
        var refusals: [JSEPError] = []
        var isOffering = false
        var wantsOffer = false
        var wantsKeyFrame = true

        init(peer: PeerConnection, isPolite: Bool) {
            self.peer = peer
            self.isPolite = isPolite
        }
    }

    private enum Signal {
        case offer(String), answer(String), refusal
        case candidate(TrickledCandidate)
    }

    let caller: Side
    let called: Side
    var network: SimulatedNetwork
    private(set) var now = Instant.zero
    var signallingDelay = Duration.milliseconds(30)
    /// While down, what is said waits, as in a TCP connection.
    var isSignallingUp = true
    /// What becomes of a description on its way.
    var rewrite: (DescriptionType, String) -> String = { $1 }
    private var signals: [(at: Instant, to: Side, signal: Signal)] = []
    /// Pictures besides sound.
    var sendsPictures = false
    private var nextSound = Instant.zero
    private var soundCount = 0

    init(seed: UInt64, conditions: LinkConditions = .localNetwork) throws {
        network = SimulatedNetwork(seed: seed, conditions: conditions)
        caller = try Self.makeSide(seed: seed &* 7 &+ 1, isPolite: false)
        called = try Self.makeSide(seed: seed &* 7 &+ 2, isPolite: true)
    }

    private static func makeSide(seed: UInt64, isPolite: Bool) throws -> Side {
        let certificate = try DTLSCertificate.generate(commonName: "test", secondsSince1970: 1_700_000_000)
        let configuration = PeerConnectionConfiguration(
            certificate: certificate, isPolite: isPolite, ntpAtZero: 3_900_000_000 << 32, random: .seeded(seed))
        return Side(peer: try PeerConnection(configuration: configuration, at: .zero), isPolite: isPolite)
    }

    func other(_ side: Side) -> Side { side === caller ? called : caller }

    /// 10.`network`.0.`host`
    static func address(_ host: UInt32, network: UInt32 = 0) -> TransportAddress {
        TransportAddress(.v4(0x0A00_0000 | network << 16 | host), port: 5000)
    }

    // MARK: What happens to a side

    func plug(_ address: TransportAddress, into side: Side) {
        network.unplugged.remove(address.ip)
        side.addresses.insert(address)
        side.peer.addLocalHost(address, at: now)
        drain()
    }

    /// The system says that an interface has gone.
    func unplug(_ address: TransportAddress, from side: Side) {
        network.unplugged.insert(address.ip)
        side.addresses.remove(address)
        side.peer.removeLocalHost(address, at: now)
        drain()
    }

    func connect(_ callerAddresses: [TransportAddress], _ calledAddresses: [TransportAddress]) {
        for (side, addresses) in [(caller, callerAddresses), (called, calledAddresses)] {
            for address in addresses { plug(address, into: side) }
            side.peer.endOfLocalHosts(at: now)
        }
        caller.peer.addTransceiver(.audio, direction: .sendrecv)
        caller.peer.addTransceiver(.video, direction: .sendrecv)
        offer(from: caller)
        run(for: .seconds(2))
    }

    func restart(from side: Side) {
        side.peer.restartICE()
        offer(from: side)
        drain()
    }

    /// An offer that changes nothing.
    func restartNothing(from side: Side) { offer(from: side) }

    // MARK: Signalling

    private func send(_ signal: Signal, to side: Side) { signals.append((now + signallingDelay, side, signal)) }

    private func offer(from side: Side) {
        guard !side.isOffering else {
            side.wantsOffer = true
            return
        }
        do {
            let text = try side.peer.setLocalDescription(.offer, at: now)
            side.isOffering = true
            side.offers += 1
            send(.offer(rewrite(.offer, text)), to: other(side))
        } catch { Issue.record("no offer: \(error)") }
    }

    private func take(_ signal: Signal, by side: Side) {
        do {
            switch signal {
            case .offer(let text): try answer(text, by: side)
            case .answer(let text):
                guard side.isOffering else { return }
                side.isOffering = false
                do {
                    try side.peer.setRemoteDescription(.answer, text, at: now)
                    side.answers += 1
                } catch let error as JSEPError {
                    side.refusals.append(error)
                    side.peer.withdrawOffer(at: now)
                }
            case .refusal:
                side.isOffering = false
                side.peer.withdrawOffer(at: now)
            case .candidate(let candidate): try side.peer.addICECandidate(candidate, at: now)
            }
        } catch { Issue.record("\(error)") }
        if !side.isOffering, side.wantsOffer {
            side.wantsOffer = false
            offer(from: side)
        }
    }

    private func answer(_ text: String, by side: Side) throws {
        if side.isOffering, !side.isPolite { return }
        do {
            try side.peer.setRemoteDescription(.offer, text, at: now)
        } catch let error as JSEPError {
            side.refusals.append(error)
            return send(.refusal, to: other(side))
        }
        if side.isOffering {
            side.isOffering = false
            side.wantsOffer = true
        }
        for transceiver in side.peer.transceivers { side.peer.setDirection(.sendrecv, index: transceiver.index) }
        let text = try side.peer.setLocalDescription(.answer, at: now)
        send(.answer(rewrite(.answer, text)), to: other(side))
    }

    // MARK: Time

    func run(for duration: Duration) {
        let end = now + duration
        drain()
        while let next = nextInstant, next <= end {
            now = max(now, next)
            step()
        }
        now = end
    }

    private var nextInstant: Instant? {
        var next = earliest(caller.peer.nextTimeout, called.peer.nextTimeout)
        next = earliest(next, network.nextArrival)
        if isSignallingUp { next = earliest(next, signals.map(\.at).min()) }
        return earliest(next, nextSound)
    }

    private func step() {
        while isSignallingUp, let first = signals.first, first.at <= now {
            signals.removeFirst()
            take(first.signal, by: first.to)
            drain()
        }
        while let datagram = network.receive(at: now) {
            for side in [caller, called] where side.addresses.contains(datagram.destination) {
                side.peer.receive(datagram.bytes, from: datagram.source, to: datagram.destination, at: now)
            }
            drain()
        }
        sendMedia()
        caller.peer.handleTimeout(at: now)
        called.peer.handleTimeout(at: now)
        drain()
    }

    private func sendMedia() {
        guard nextSound <= now else { return }
        nextSound = nextSound + .milliseconds(20)
        soundCount += 1
        for side in [caller, called] {
            if let mid = side.peer.mid(of: .audio) {
                side.peer.sendAudio(
                    mid: mid, payload: [UInt8](repeating: 7, count: 80), sampleCount: 960, captureTime: now, level: 30,
                    voiceActivity: true, at: now)
            }
            if sendsPictures, soundCount.isMultiple(of: 2), let mid = side.peer.mid(of: .video) {
                var frame = [UInt8](repeating: 9, count: side.wantsKeyFrame ? 4000 : 1000)
                frame[0] = side.wantsKeyFrame ? 0x10 : 0x11
                side.peer.sendVideo(
                    mid: mid, frame: frame, isKeyFrame: side.wantsKeyFrame, captureTime: now, at: now)
                side.wantsKeyFrame = false
            }
        }
    }

    private func drain() {
        for side in [caller, called] {
            while let transmit = side.peer.pollTransmit(at: now) {
                guard case .direct(let local, let remote) = transmit.destination else { continue }
                network.send(transmit.bytes, from: local, to: remote, at: now)
            }
            while let event = side.peer.pollEvent() { take(event, on: side) }
        }
    }

    private func take(_ event: PeerConnectionEvent, on side: Side) {
        switch event {
        case .localCandidate(let candidate): send(.candidate(candidate), to: other(side))
        case .restartNeeded: offer(from: side)
        case .connectionStateChanged(let state):
            side.states.append(state)
            // As the application does: what was sent before is lost.
            if state == .connected { side.wantsKeyFrame = true }
        case .audio: side.heard.append(now)
        case .video: side.pictures.append(now)
        case .keyFrameRequested: side.wantsKeyFrame = true
        default: break
        }
    }

    // MARK: What came of it

    /// The longest time without sound, of either side, from `start` until now.
    func silence(since start: Instant) -> Duration {
        [caller, called].map { Self.longestGap(in: $0.heard, since: start, until: now) }.max() ?? .zero
    }

    /// The same of pictures.
    func freeze(since start: Instant) -> Duration {
        [caller, called].map { Self.longestGap(in: $0.pictures, since: start, until: now) }.max() ?? .zero
    }

    private static func longestGap(in instants: [Instant], since start: Instant, until end: Instant) -> Duration {
        var longest = Duration.zero
        var last = start
        for instant in instants + [end] where instant >= start {
            longest = max(longest, instant - last)
            last = instant
        }
        return longest
    }

    /// Both media and consent go by one pair, the same on both sides.
    var agreesOnPair: Bool {
        guard let one = caller.peer.selectedPair, let two = called.peer.selectedPair else { return false }
        return one.base == two.remote && one.remote == two.base
    }

    var isConnected: Bool { [caller, called].allSatisfy { $0.peer.connectionState == .connected } }
}
