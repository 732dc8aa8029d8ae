import Logging
import NIOCore
import NIOPosix
import RTC
import Wire

/// What lives on the event loop: the connection, its sockets and the one timer. Not for any other thread.
final class PeerTransportCore {
    let peer: PeerConnection
    let eventLoop: any EventLoop
    let logger: Logger
    private let onEvent: @Sendable (PeerConnectionEvent) -> Void
    let options: TransportOptions
    private let sockets: MediaSockets
    /// None for those that the boundary refuses.
    private var remotes: [TransportAddress: SocketAddress?] = [:]
    private let serverConnections: TURNConnections
    private var emulation: TransportEmulation?
    /// What is about to leave.
    private var batch: DatagramBatch?
    private var timer: Scheduled<Void>?
    private var timerDeadline: Instant?
    private var sleepDetector: SleepDetector
    private(set) var isClosed = false
    private var isDraining = false

    init(
        peer: PeerConnection, options: TransportOptions, eventLoop: any EventLoop, logger: Logger,
        onEvent: @escaping @Sendable (PeerConnectionEvent) -> Void
    ) {
        self.peer = peer
        self.options = options
        self.eventLoop = eventLoop
        self.logger = logger
        self.onEvent = onEvent
        sleepDetector = SleepDetector(timeAsleep: options.timeAsleep())
        sockets = MediaSockets(options: options, eventLoop: eventLoop, logger: logger)
        serverConnections = TURNConnections(options: options, eventLoop: eventLoop, logger: logger)
        sockets.onEvent = { [weak self] event in self?.receive(event) }
    }

    /// Binds one socket an address; an address that cannot be bound is left out and logged. Fails, with all closed again,
    /// when the system has none left.
    func openSockets(on addresses: [IPAddress]) -> EventLoopFuture<Void> {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        return sockets.open(on: addresses).map {
            bound.value.peer.endOfLocalHosts(at: MonotonicClock.now)
            bound.value.drain()
        }.flatMapError { error in bound.value.close().flatMapThrowing { throw error } }
    }

    /// Interfaces have come or gone.
    func use(_ addresses: [IPAddress]) {
        guard !isClosed else { return }
        // What is local may be another network now.
        if options.boundary != nil { remotes = [:] }
        sockets.use(addresses)
    }

    private func receive(_ event: MediaSockets.Event) {
        guard !isClosed else { return }
        switch event {
        case .received(let bytes, let remote, let base):
            let now = MonotonicClock.now
            if emulation?.received(bytes, from: remote, to: base, at: now) == true { return }
            peer.receive(bytes, from: remote, to: base, at: now)
        case .batchEnded: drain()
        case .opened(let local): peer.addLocalHost(local, at: MonotonicClock.now)
        case .lost(let local):
            serverConnections.localAddressLost(local.ip)
            peer.removeLocalHost(local, at: MonotonicClock.now)
        }
    }

    /// Makes the network worse, or as it was, for datagrams from now on.
    func emulate(_ network: NetworkEmulation) {
        guard emulation != nil || network.isActive else { return }
        if emulation == nil { emulation = TransportEmulation() }
        emulation?.network = network
    }

    /// Carries out everything that the connection wants done, then sleeps until the instant that it names.
    func drain() {
        guard !isClosed, !isDraining else { return }
        isDraining = true
        defer { isDraining = false }
        let now = MonotonicClock.now
        while let datagram = emulation?.nextReceived(at: now) {
            peer.receive(datagram.bytes, from: datagram.remote, to: datagram.local, at: now)
        }
        while let transmit = peer.pollTransmit(at: now) {
            if emulation?.sent(transmit, at: now) != true { write(transmit) }
        }
        while let transmit = emulation?.nextSent(at: now) { write(transmit) }
        flush()
        serverConnections.flush()
        while let request = peer.pollTURNConnectionRequest() { carryOut(request) }
        while let event = peer.pollEvent() {
            if case .resolve(let name) = event { resolve(name) } else { onEvent(event) }
        }
        schedule(peer.nextTimeout)
        schedule(emulation?.nextRelease)
        if emulation?.isIdle == true { emulation = nil }
    }

    private func write(_ transmit: Transmit) {
        switch transmit.destination {
        case .direct(let local, let remote):
            if batch?.append(transmit.bytes, from: local, to: remote) == true { return }
            flush()
            batch = DatagramBatch(transmit.bytes, from: local, to: remote)
        case .server(let id): serverConnections.write(transmit.bytes, to: id)
        }
    }

    private func flush() {
        guard let batch else { return }
        self.batch = nil
        if let remote = socketAddress(of: batch.remote) { sockets.send(batch, to: remote) }
    }

    private func carryOut(_ request: TURNConnectionRequest) {
        switch request {
        case .open(let id, let endpoint):
            let bound = NIOLoopBound(self, eventLoop: eventLoop)
            serverConnections.open(id, to: endpoint) { event in bound.value.receive(event, of: id) }
        case .close(let id): serverConnections.close(id)
        }
    }

    private func receive(_ event: TURNConnectionEvent, of id: TURNConnectionID) {
        guard !isClosed else { return }
        let now = MonotonicClock.now
        switch event {
        case .opened: peer.turnConnected(id, at: now)
        case .received(let bytes): return peer.receive(bytes, by: id, at: now)
        // One drain for all that came in one read.
        case .batchEnded: break
        case .ended: peer.turnDisconnected(id, at: now)
        }
        drain()
    }

    /// Packets go to the same few addresses again and again.
    private func socketAddress(of address: TransportAddress) -> SocketAddress? {
        if let known = remotes[address] {
            if known == nil { options.boundary?.traffic.refused.count() }
            return known
        }
        if remotes.count > 256 { remotes = [:] }
        let isRefused = options.boundary.map { $0.admit(address.ip) == nil } ?? false
        if isRefused { logger.info("nothing is sent to \(address): it is on no network of this computer's") }
        let made = isRefused ? nil : address.socketAddress
        remotes[address] = .some(made)
        return made
    }

    /// A timer that is due earlier than needed is left alone: it finds nothing to do and is set again.
    private func schedule(_ deadline: Instant?) {
        guard let deadline else { return }
        if let timerDeadline, timerDeadline <= deadline { return }
        timer?.cancel()
        timerDeadline = deadline
        let delay = max(0, deadline.microseconds - MonotonicClock.now.microseconds)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleTask(in: .microseconds(delay)) { bound.value.timerFired() }
    }

    private func timerFired() {
        timer = nil
        timerDeadline = nil
        guard !isClosed else { return }
        let now = MonotonicClock.now
        if sleepDetector.hasSlept(options.timeAsleep()) {
            logger.info("this computer has slept")
            peer.wokeUp(at: now)
        }
        peer.handleTimeout(at: now)
        drain()
    }

    func close() -> EventLoopFuture<Void> {
        guard !isClosed else { return eventLoop.makeSucceededVoidFuture() }
        let now = MonotonicClock.now
        peer.close(at: now)
        while let transmit = peer.pollTransmit(at: now) { write(transmit) }
        flush()
        while let event = peer.pollEvent() { onEvent(event) }
        isClosed = true
        serverConnections.closeAll()
        timer?.cancel()
        return sockets.close()
    }
}
