import Logging
import NIOCore
import NIOPosix
import RTC
import Wire

/// What lives on the event loop: the connection, its sockets and the one timer. Not for any other thread.
final class PeerTransportCore {
    private static let reopeningInterval = TimeAmount.seconds(1)

    let peer: PeerConnection
    let eventLoop: any EventLoop
    let logger: Logger
    private let onEvent: @Sendable (PeerConnectionEvent) -> Void
    let options: TransportOptions
    private var sockets: [TransportAddress: MediaSocket] = [:]
    /// The address that each socket got; an unbound one has none yet.
    private var bases: [ObjectIdentifier: TransportAddress] = [:]
    /// None for those that the boundary refuses.
    private var remotes: [TransportAddress: SocketAddress?] = [:]
    private let serverConnections: TURNConnections
    private var emulation: TransportEmulation?
    /// What is about to leave.
    private var batch: DatagramBatch?
    private var timer: Scheduled<Void>?
    private var timerDeadline: Instant?
    /// Local addresses that should have a socket, and those for which one is being opened.
    private var wanted: [IPAddress] = []
    private var opening: Set<IPAddress> = []
    /// Why a socket could not be opened that otherwise might have been.
    private var shortage: (any Error)?
    /// When those are tried again that the system had nothing left for in the middle of a call.
    private var reopening: Scheduled<Void>?
    private var hasStarted = false
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
        serverConnections = TURNConnections(options: options, eventLoop: eventLoop, logger: logger)
    }

    /// Binds one socket an address; an address that cannot be bound is left out and logged. Fails, with all closed again,
    /// when the system has none left.
    func openSockets(on addresses: [IPAddress]) -> EventLoopFuture<Void> {
        wanted = addresses
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        return EventLoopFuture.andAllSucceed(addresses.map(openSocket), on: eventLoop).flatMap {
            let core = bound.value
            if let shortage = core.shortage {
                return core.close().flatMapThrowing { throw shortage }
            }
            core.hasStarted = true
            core.peer.endOfLocalHosts(at: MonotonicClock.now)
            core.drain()
            return core.eventLoop.makeSucceededVoidFuture()
        }
    }

    private func openSocket(on address: IPAddress) -> EventLoopFuture<Void> {
        opening.insert(address)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        return bind(address).map { socket in
            bound.value.opening.remove(address)
            bound.value.adopt(socket.value)
        }.recover { error in
            bound.value.opening.remove(address)
            if error.isShortage { bound.value.ranShort(error) }
            // An IPv6 address that is still being looked for on the link cannot be bound; the next change tells of it.
            bound.value.logger.info("no media socket on \(address): \(error)")
        }
    }

    /// At the start, the call fails with it. Later, nothing would tell when there is room again: so it is tried.
    private func ranShort(_ error: any Error) {
        guard hasStarted else {
            shortage = error
            return
        }
        guard !isClosed, reopening == nil else { return }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        reopening = eventLoop.scheduleTask(in: Self.reopeningInterval) {
            bound.value.reopening = nil
            bound.value.use(bound.value.wanted)
        }
    }

    /// Interfaces have come or gone. What is lost is told first, so that what comes is tried for it.
    func use(_ addresses: [IPAddress]) {
        guard !isClosed else { return }
        wanted = addresses
        // What is local may be another network now.
        if options.boundary != nil { remotes = [:] }
        for (local, socket) in sockets where !addresses.contains(local.ip) { remove(local, socket) }
        let present = Set(sockets.keys.map(\.ip)).union(opening)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        for address in addresses where !present.contains(address) {
            openSocket(on: address).whenSuccess { bound.value.drain() }
        }
        drain()
    }

    private func remove(_ local: TransportAddress, _ socket: MediaSocket) {
        logger.info("the media socket on \(local) is closed: its address has gone")
        sockets[local] = nil
        bases[ObjectIdentifier(socket.channel)] = nil
        socket.channel.close(promise: nil)
        serverConnections.localAddressLost(local.ip)
        peer.removeLocalHost(local, at: MonotonicClock.now)
    }

    private func bind(_ address: IPAddress) -> EventLoopFuture<NIOLoopBound<MediaSocket>> {
        var ports = options.portRange.map { Array($0).shuffled() } ?? [0]
        // More attempts than this would only delay the call: such a range is taken.
        ports = Array(ports.prefix(64))
        return bind(address, ports: ports[...])
    }

    /// The first of the ports that is free.
    private func bind(
        _ address: IPAddress, ports: ArraySlice<UInt16>
    ) -> EventLoopFuture<NIOLoopBound<MediaSocket>> {
        guard let port = ports.first, let local = TransportAddress(address, port: port).socketAddress else {
            return eventLoop.makeFailedFuture(SocketAddressError.unsupported)
        }
        let opening = MediaSocket.open(on: local, makeBootstrap(), boundary: options.boundary, eventLoop: eventLoop)
        guard ports.count > 1 else { return opening }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        return opening.flatMapError { _ in bound.value.bind(address, ports: ports.dropFirst()) }
    }

    private func makeBootstrap() -> DatagramBootstrap {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        return DatagramReceiver.configure(DatagramBootstrap(group: eventLoop))
            .channelOption(.socketOption(.so_rcvbuf), value: 1 << 20)
            .channelOption(.socketOption(.so_sndbuf), value: 256 << 10)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    channel.hideFromChildProcesses()
                    try channel.pipeline.syncOperations.addHandler(
                        DatagramReceiver(
                            receive: { bytes, remote in bound.value.receive(bytes, from: remote, on: channel) },
                            batchEnded: { bound.value.drain() }))
                }
            }
    }

    private func adopt(_ socket: MediaSocket) {
        guard !isClosed, wanted.contains(socket.address.ip) else {
            socket.channel.close(promise: nil)
            return
        }
        sockets[socket.address] = socket
        bases[ObjectIdentifier(socket.channel)] = socket.address
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let (channel, address) = (socket.channel, socket.address)
        channel.closeFuture.whenComplete { _ in bound.value.closed(channel, at: address) }
        peer.addLocalHost(socket.address, at: MonotonicClock.now)
    }

    /// The system has closed a socket under us, which is not known to happen: another takes its place.
    private func closed(_ channel: any Channel, at local: TransportAddress) {
        guard !isClosed, let socket = sockets[local], socket.channel === channel else { return }
        remove(local, socket)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        openSocket(on: local.ip).whenSuccess { bound.value.drain() }
    }

    private func receive(_ bytes: [UInt8], from remote: TransportAddress, on channel: any Channel) {
        guard !isClosed, let base = bases[ObjectIdentifier(channel)] else { return }
        let now = MonotonicClock.now
        if emulation?.received(bytes, from: remote, to: base, at: now) == true { return }
        peer.receive(bytes, from: remote, to: base, at: now)
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
        guard let socket = sockets[batch.local], let remote = socketAddress(of: batch.remote) else { return }
        socket.send(batch, to: remote)
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
        reopening?.cancel()
        let closing = sockets.values.map { $0.channel.close().recover { _ in } }
        sockets = [:]
        return EventLoopFuture.andAllSucceed(closing, on: eventLoop)
    }
}
