import Logging
import NIOCore
import NIOPosix
import RTC
import Wire

/// The media sockets of a connection: one for each local address, as addresses come and go. For the event loop's thread.
final class MediaSockets {
    /// What becomes of them.
    enum Event {
        case opened(TransportAddress)
        /// Its address has gone, or the system has closed it.
        case lost(TransportAddress)
        case received([UInt8], from: TransportAddress, to: TransportAddress)
        /// What came at once has all been told.
        case batchEnded
    }

    private static let reopeningInterval = TimeAmount.seconds(1)

    private let options: TransportOptions
    private let eventLoop: any EventLoop
    private let logger: Logger
    /// Not called any more once they are closed.
    var onEvent: ((Event) -> Void)?
    private var sockets: [TransportAddress: MediaSocket] = [:]
    /// The address that each socket got; an unbound one has none yet.
    private var bases: [ObjectIdentifier: TransportAddress] = [:]
    /// Local addresses that should have a socket, and those for which one is being opened.
    private var wanted: [IPAddress] = []
    private var opening: Set<IPAddress> = []
    /// Why a socket could not be opened that otherwise might have been.
    private var shortage: (any Error)?
    /// When those are tried again that the system had nothing left for in the middle of a call.
    private var reopening: Scheduled<Void>?
    private var hasStarted = false
    private var isClosed = false

    init(options: TransportOptions, eventLoop: any EventLoop, logger: Logger) {
        self.options = options
        self.eventLoop = eventLoop
        self.logger = logger
    }

    /// The first ones. An address that cannot be bound is left out and logged. Fails when the system has none left; then
    /// those that were opened have to be closed.
    func open(on addresses: [IPAddress]) -> EventLoopFuture<Void> {
        wanted = addresses
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        return EventLoopFuture.andAllSucceed(addresses.map(openSocket), on: eventLoop).flatMapThrowing {
            if let shortage = bound.value.shortage { throw shortage }
            bound.value.hasStarted = true
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
        for (local, socket) in sockets where !addresses.contains(local.ip) { remove(local, socket) }
        let present = Set(sockets.keys.map(\.ip)).union(opening)
        for address in addresses where !present.contains(address) { openLater(on: address) }
        onEvent?(.batchEnded)
    }

    /// In the middle of a call.
    private func openLater(on address: IPAddress) {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        openSocket(on: address).whenSuccess { bound.value.onEvent?(.batchEnded) }
    }

    private func remove(_ local: TransportAddress, _ socket: MediaSocket) {
        logger.info("the media socket on \(local) is closed: its address has gone")
        sockets[local] = nil
        bases[ObjectIdentifier(socket.channel)] = nil
        socket.channel.close(promise: nil)
        onEvent?(.lost(local))
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
                            batchEnded: { bound.value.onEvent?(.batchEnded) }))
                }
            }
    }

    private func receive(_ bytes: [UInt8], from remote: TransportAddress, on channel: any Channel) {
        guard let base = bases[ObjectIdentifier(channel)] else { return }
        onEvent?(.received(bytes, from: remote, to: base))
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
        onEvent?(.opened(address))
    }

    /// The system has closed a socket under us, which is not known to happen: another takes its place.
    private func closed(_ channel: any Channel, at local: TransportAddress) {
        guard !isClosed, let socket = sockets[local], socket.channel === channel else { return }
        remove(local, socket)
        openLater(on: local.ip)
    }

    /// Without a socket on the batch's local address any more, it is lost.
    func send(_ batch: DatagramBatch, to remote: SocketAddress) { sockets[batch.local]?.send(batch, to: remote) }

    func close() -> EventLoopFuture<Void> {
        isClosed = true
        onEvent = nil
        reopening?.cancel()
        let closing = sockets.values.map { $0.channel.close().recover { _ in } }
        sockets = [:]
        return EventLoopFuture.andAllSucceed(closing, on: eventLoop)
    }
}
