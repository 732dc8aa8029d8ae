import Glibc
import Logging
import NIOCore
import NIOPosix
import RTC
import Wire

/// One name of multicast DNS, asked for once (RFC 6762 §5.1): the system's resolver knows such names only where a service
/// for them is installed. Lives on its event loop and ends by itself.
///
/// Asked is from ports of our own, one an interface, to which some answer; others answer to all, at the well-known port,
/// which is listened to as well.
final class MulticastDNSLookup {
    private let query: MulticastDNSQuery
    private let options: MulticastDNSOptions
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let promise: EventLoopPromise<[IPAddress]>
    private var sockets: [any Channel] = []
    private var senders: [(socket: any Channel, group: SocketAddress)] = []
    private var timer: Scheduled<Void>?
    private var queriesLeft: Int
    private var isOver = false

    /// The addresses behind a name; none when it is not one that browsers make, or nobody answers.
    static func addresses(
        of name: String, options: MulticastDNSOptions, on eventLoop: any EventLoop, logger: Logger
    ) -> EventLoopFuture<[IPAddress]> {
        var random = SystemRandomNumberGenerator()
        guard let query = MulticastDNSQuery(name: name, id: UInt16.random(in: 1...UInt16.max, using: &random)) else {
            return eventLoop.makeSucceededFuture([])
        }
        return run(query, options, eventLoop, logger)
    }

    /// The addresses of a computer that the user has named: `printer.local`.
    static func addresses(
        ofHost name: String, options: MulticastDNSOptions, on eventLoop: any EventLoop, logger: Logger
    ) -> EventLoopFuture<[IPAddress]> {
        guard let query = MulticastDNSQuery(host: name, id: UInt16.random(in: 1...UInt16.max)) else {
            return eventLoop.makeSucceededFuture([])
        }
        return run(query, options, eventLoop, logger)
    }

    private static func run(
        _ query: MulticastDNSQuery, _ options: MulticastDNSOptions, _ eventLoop: any EventLoop, _ logger: Logger
    ) -> EventLoopFuture<[IPAddress]> {
        let promise = eventLoop.makePromise(of: [IPAddress].self)
        eventLoop.execute {
            MulticastDNSLookup(query, options, eventLoop, logger, promise).start()
        }
        return promise.futureResult
    }

    private init(
        _ query: MulticastDNSQuery, _ options: MulticastDNSOptions, _ eventLoop: any EventLoop, _ logger: Logger,
        _ promise: EventLoopPromise<[IPAddress]>
    ) {
        self.query = query
        self.options = options
        self.eventLoop = eventLoop
        self.logger = logger
        self.promise = promise
        queriesLeft = options.queries
    }

    // MARK: Sockets

    private func start() {
        do {
            let devices = try NetworkInterfaces.devices(
                withLoopback: options.withLoopback, allowed: options.allowedInterfaces)
            let bound = NIOLoopBound(self, eventLoop: eventLoop)
            let opening = [true, false].flatMap { isIPv4 in
                let family = devices.filter { $0.address.isIPv4 == isIPv4 }
                return family.isEmpty ? [] : [listen(on: family)] + family.map { openSender($0) }
            }
            // A socket that cannot be opened leaves the others.
            EventLoopFuture.andAllComplete(opening, on: eventLoop).whenSuccess { bound.value.ask() }
        } catch {
            logger.info("the interfaces cannot be listed: \(error)")
            finish([])
        }
    }

    private func bootstrap() -> DatagramBootstrap {
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        return DatagramBootstrap(group: eventLoop).channelInitializer { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    DatagramReceiver(
                        receive: { bytes, remote in bound.value.receive(bytes, from: remote) }, batchEnded: {}))
            }
        }
    }

    private static func group(_ address: IPAddress, port: UInt16) -> SocketAddress? {
        MulticastDNSQuery.groups.first { $0.isIPv4 == address.isIPv4 }.flatMap {
            TransportAddress($0, port: port).socketAddress
        }
    }

    /// At the well-known port, beside whoever has it already.
    private func listen(on devices: [(device: NIONetworkDevice, address: IPAddress)]) -> EventLoopFuture<Void> {
        guard let isIPv4 = devices.first?.address.isIPv4, let any = devices.first?.address,
            let group = Self.group(any, port: options.port),
            let local = TransportAddress(isIPv4 ? .v4(0) : .v6(0, 0), port: options.port).socketAddress
        else { return eventLoop.makeSucceededVoidFuture() }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        var opening = bootstrap()
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelOption(.socketOption(.init(rawValue: SO_REUSEPORT)), value: 1)
        if !isIPv4 {
            opening = opening.channelOption(
                ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 1)
        }
        return opening.bind(to: local).flatMap { channel in
            bound.value.adopt(channel)
            // Twice on one device, for its second address, fails: that is no harm.
            return EventLoopFuture.andAllComplete(
                devices.map { Self.join(group, $0, channel) }, on: channel.eventLoop)
        }
    }

    private static func join(
        _ group: SocketAddress, _ place: (device: NIONetworkDevice, address: IPAddress), _ channel: any Channel
    ) -> EventLoopFuture<Void> {
        if case .v4(let address) = place.address, let options = channel as? any SocketOptionProvider,
            case .v4(let all)? = MulticastDNSQuery.groups.first
        {
            // A struct ip_mreq. NIO would refuse the loopback interface, which does not say that it can.
            let membership = (all.bigEndian, address.bigEndian)
            return options.unsafeSetSocketOption(level: .ip, name: .ip_add_membership, value: membership)
        }
        guard let multicast = channel as? any MulticastChannel else {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        return multicast.joinGroup(group, device: place.device)
    }

    private func openSender(_ place: (device: NIONetworkDevice, address: IPAddress)) -> EventLoopFuture<Void> {
        guard let local = TransportAddress(place.address, port: 0).socketAddress,
            let group = Self.group(place.address, port: options.port)
        else { return eventLoop.makeSucceededVoidFuture() }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        return bootstrap().bind(to: local).flatMap { channel in
            bound.value.adopt(channel)
            return Self.choose(place, for: channel).map { bound.value.senders.append((channel, group)) }
        }
    }

    /// Without this the system chooses the interface, by its routes.
    private static func choose(
        _ place: (device: NIONetworkDevice, address: IPAddress), for channel: any Channel
    ) -> EventLoopFuture<Void> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        // Both are four bytes: the address as it is on the wire, the interface's number.
        switch place.address {
        case .v4(let address):
            return options.unsafeSetSocketOption(level: .ip, name: .ip_multicast_if, value: address.bigEndian)
        case .v6:
            return options.unsafeSetSocketOption(
                level: .ipv6, name: .ipv6_multicast_if, value: CInt(truncatingIfNeeded: place.device.interfaceIndex))
        }
    }

    private func adopt(_ channel: any Channel) {
        guard !isOver else { return channel.close(promise: nil) }
        sockets.append(channel)
    }

    // MARK: Asking

    private func ask() {
        guard !isOver else { return }
        guard queriesLeft > 0, !senders.isEmpty else { return finish([]) }
        queriesLeft -= 1
        for (socket, group) in senders {
            let buffer = socket.allocator.buffer(bytes: query.serialized())
            options.traffic?.counter(for: "multicast").count()
            socket.writeAndFlush(AddressedEnvelope(remoteAddress: group, data: buffer), promise: nil)
        }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        timer = eventLoop.scheduleTask(in: options.interval) { bound.value.ask() }
    }

    private func receive(_ bytes: [UInt8], from remote: TransportAddress) {
        guard !isOver else { return }
        let found = query.addresses(in: bytes, from: remote, port: options.port)
        if !found.isEmpty { finish(found) }
    }

    private func finish(_ addresses: [IPAddress]) {
        guard !isOver else { return }
        isOver = true
        timer?.cancel()
        for socket in sockets { socket.close(promise: nil) }
        sockets = []
        senders = []
        promise.succeed(addresses)
    }
}
