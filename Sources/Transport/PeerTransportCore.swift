import Logging
import NIOCore
import NIOPosix
import RTC
import Wire

/// What lives on the event loop: the connection, its sockets and the one timer. Not for any other thread.
final class PeerTransportCore {
    let peer: PeerConnection
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let onEvent: @Sendable (PeerConnectionEvent) -> Void
    private let options: TransportOptions
    private var sockets: [TransportAddress: any Channel] = [:]
    /// The address that each socket got; an unbound one has none yet.
    private var bases: [ObjectIdentifier: TransportAddress] = [:]
    private var remotes: [TransportAddress: SocketAddress] = [:]
    private let serverConnections: TURNConnections
    private var timer: Scheduled<Void>?
    private var timerDeadline: Instant?
    private var isClosed = false
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
        serverConnections = TURNConnections(options: options, eventLoop: eventLoop, logger: logger)
    }

    /// Binds one socket an address; an address that cannot be bound is left out and logged.
    func openSockets(on addresses: [IPAddress]) -> EventLoopFuture<Void> {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let opening = addresses.map { address in
            bind(address).map { channel in
                bound.value.adopt(channel)
            }.recover { error in
                bound.value.logger.info("no media socket on \(address): \(error)")
            }
        }
        return EventLoopFuture.andAllSucceed(opening, on: eventLoop).map {
            let core = bound.value
            core.peer.endOfLocalHosts(at: MonotonicClock.now)
            core.drain()
        }
    }

    private func bind(_ address: IPAddress) -> EventLoopFuture<any Channel> {
        var ports = options.portRange.map { Array($0).shuffled() } ?? [0]
        // More attempts than this would only delay the call: such a range is taken.
        ports = Array(ports.prefix(64))
        return bind(address, ports: ports[...])
    }

    /// The first of the ports that is free.
    private func bind(_ address: IPAddress, ports: ArraySlice<UInt16>) -> EventLoopFuture<any Channel> {
        guard let port = ports.first, let local = TransportAddress(address, port: port).socketAddress else {
            return eventLoop.makeFailedFuture(SocketAddressError.unsupported)
        }
        let opening = makeBootstrap().bind(to: local)
        guard ports.count > 1 else { return opening }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        return opening.flatMapError { _ in bound.value.bind(address, ports: ports.dropFirst()) }
    }

    private func makeBootstrap() -> DatagramBootstrap {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        return DatagramBootstrap(group: eventLoop)
            .channelOption(.socketOption(.so_rcvbuf), value: 1 << 20)
            .channelOption(.socketOption(.so_sndbuf), value: 256 << 10)
            .channelOption(.datagramVectorReadMessageCount, value: 16)
            .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 16 * 2048))
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

    private func adopt(_ channel: any Channel) {
        guard !isClosed, let address = channel.localAddress.flatMap(TransportAddress.init) else {
            channel.close(promise: nil)
            return
        }
        sockets[address] = channel
        bases[ObjectIdentifier(channel)] = address
        peer.addLocalHost(address, at: MonotonicClock.now)
    }

    private func receive(_ bytes: [UInt8], from remote: TransportAddress, on channel: any Channel) {
        guard !isClosed, let base = bases[ObjectIdentifier(channel)] else { return }
        peer.receive(bytes, from: remote, to: base, at: MonotonicClock.now)
    }

    /// Carries out everything that the connection wants done, then sleeps until the instant that it names.
    func drain() {
        guard !isClosed, !isDraining else { return }
        isDraining = true
        defer { isDraining = false }
        let now = MonotonicClock.now
        while let transmit = peer.pollTransmit(at: now) { write(transmit) }
        for socket in sockets.values { socket.flush() }
        serverConnections.flush()
        while let request = peer.pollTURNConnectionRequest() { carryOut(request) }
        while let event = peer.pollEvent() { onEvent(event) }
        schedule(peer.nextTimeout)
    }

    private func write(_ transmit: Transmit) {
        switch transmit.destination {
        case .direct(let local, let remote):
            guard let socket = sockets[local], let remote = socketAddress(of: remote) else { return }
            var buffer = socket.allocator.buffer(capacity: transmit.bytes.count)
            buffer.writeBytes(transmit.bytes)
            socket.write(
                AddressedEnvelope(remoteAddress: remote, data: buffer), promise: nil)
        case .server(let id): serverConnections.write(transmit.bytes, to: id)
        }
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
        if let known = remotes[address] { return known }
        if remotes.count > 256 { remotes = [:] }
        let made = address.socketAddress
        remotes[address] = made
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
        peer.handleTimeout(at: MonotonicClock.now)
        drain()
    }

    func close() -> EventLoopFuture<Void> {
        guard !isClosed else { return eventLoop.makeSucceededVoidFuture() }
        let now = MonotonicClock.now
        peer.close(at: now)
        while let transmit = peer.pollTransmit(at: now) { write(transmit) }
        while let event = peer.pollEvent() { onEvent(event) }
        isClosed = true
        serverConnections.closeAll()
        timer?.cancel()
        let closing = sockets.values.map { socket in
            socket.flush()
            return socket.close().recover { _ in }
        }
        sockets = [:]
        return EventLoopFuture.andAllSucceed(closing, on: eventLoop)
    }
}
