import Glibc
import Logging
import NIOCore
import NIOPosix
import Wire

/// The sockets of multicast DNS: one an interface and family, at the well-known port beside whoever has it already, which
/// hears what came in by its interface alone and sends nowhere else (RFC 6762 §5.2, §11). Lives on its event loop.
final class ServiceSockets {
    /// An interface that others are found by.
    struct Place: Hashable {
        let interface: String
        let index: Int
        let isIPv4: Bool
        /// Of both families: what a host there is told of us.
        let addresses: [IPAddress]
    }

    final class Socket {
        let place: Place
        let channel: any Channel
        let group: SocketAddress

        init(_ place: Place, _ channel: any Channel, _ group: SocketAddress) {
            self.place = place
            self.channel = channel
            self.group = group
        }

        func send(_ bytes: [UInt8], to remote: SocketAddress? = nil) {
            let buffer = channel.allocator.buffer(bytes: bytes)
            channel.writeAndFlush(AddressedEnvelope(remoteAddress: remote ?? group, data: buffer), promise: nil)
        }
    }

    private enum Option {
        /// `<linux/in.h>`, `<linux/in6.h>`: whether groups that other sockets have joined are heard too.
        static let multicastAll: CInt = 49
        static let multicastAll6: CInt = 29
    }

    private(set) var places: [Place] = []
    private(set) var all: [Socket] = []
    private let options: MulticastDNSOptions
    private let eventLoop: any EventLoop
    private let logger: Logger
    private let receive: ([UInt8], TransportAddress, Socket) -> Void

    init(
        _ options: MulticastDNSOptions, on eventLoop: any EventLoop, logger: Logger,
        receive: @escaping ([UInt8], TransportAddress, Socket) -> Void
    ) {
        self.options = options
        self.eventLoop = eventLoop
        self.logger = logger
        self.receive = receive
    }

    /// The places of now.
    private func present() -> [Place] {
        let devices =
            (try? NetworkInterfaces.devices(withLoopback: options.withLoopback, allowed: options.allowedInterfaces))
            ?? []
        var places: [Place] = []
        for isIPv4 in [true, false] {
            for (device, address) in devices where address.isIPv4 == isIPv4 {
                guard !places.contains(where: { $0.interface == device.name && $0.isIPv4 == isIPv4 }) else { continue }
                let addresses = devices.filter { $0.device.name == device.name }.map(\.address)
                places.append(
                    Place(
                        interface: device.name, index: device.interfaceIndex, isIPv4: isIPv4, addresses: addresses))
            }
        }
        return places
    }

    /// Brings the sockets in line with the interfaces of now.
    ///
    /// - Returns: whether there are other ones than before.
    func update() -> EventLoopFuture<Bool> {
        let wanted = present()
        guard wanted != places else { return eventLoop.makeSucceededFuture(false) }
        close()
        places = wanted
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        // A place where no socket can be opened leaves the others.
        return EventLoopFuture.andAllComplete(wanted.map { open($0) }, on: eventLoop).map { _ in
            bound.value.places == wanted
        }
    }

    func close() {
        for socket in all { socket.channel.close(promise: nil) }
        all = []
        places = []
    }

    private func open(_ place: Place) -> EventLoopFuture<Void> {
        guard let group = MulticastDNSQuery.groups.first(where: { $0.isIPv4 == place.isIPv4 }),
            let target = TransportAddress(group, port: options.port).socketAddress,
            let local = TransportAddress(place.isIPv4 ? .v4(0) : .v6(0, 0), port: options.port).socketAddress
        else { return eventLoop.makeSucceededVoidFuture() }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let opening = DatagramBootstrap(group: eventLoop)
            // Not SO_REUSEPORT: of sockets that have it, Linux gives what comes in to any one, whichever interface it joined by.
            .channelOption(.socketOption(.so_reuseaddr), value: 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    channel.hideFromChildProcesses()
                    let socket = Socket(place, channel, target)
                    try channel.pipeline.syncOperations.addHandler(
                        DatagramReceiver(
                            receive: { bytes, remote in bound.value.receive(bytes, remote, socket) }, batchEnded: {}))
                    let created = NIOLoopBound(socket, eventLoop: channel.eventLoop)
                    channel.closeFuture.whenComplete { _ in
                        bound.value.all.removeAll { $0 === created.value }
                    }
                    bound.value.pending.append(socket)
                }.flatMap { Self.configure(channel, place) }
            }
            .bind(to: local)
        return opening.flatMap { channel in Self.join(channel, place, group) }.map {
            bound.value.adopt(place)
        }.flatMapErrorThrowing { error in
            bound.value.logger.info("people cannot be found by \(place.interface): \(error)")
            bound.value.pending.removeAll { $0.place == place }
            throw error
        }
    }

    /// Sockets that are being opened.
    private var pending: [Socket] = []

    private func adopt(_ place: Place) {
        guard let index = pending.firstIndex(where: { $0.place == place }) else { return }
        let socket = pending.remove(at: index)
        if places.contains(place) { all.append(socket) } else { socket.channel.close(promise: nil) }
    }

    /// Sends by the interface, hears only what came by it.
    private static func configure(_ channel: any Channel, _ place: Place) -> EventLoopFuture<Void> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        let index = CInt(truncatingIfNeeded: place.index)
        @Sendable func set(_ level: NIOBSDSocket.OptionLevel, _ name: CInt, _ value: CInt) -> EventLoopFuture<Void> {
            options.unsafeSetSocketOption(level: level, name: .init(rawValue: name), value: value)
        }
        if place.isIPv4 {
            // A struct ip_mreqn, by the interface's number.
            let by = (UInt32(0), UInt32(0), index)
            return options.unsafeSetSocketOption(level: .ip, name: .ip_multicast_if, value: by)
                .flatMap { set(.ip, IP_MULTICAST_TTL, 255) }
                .flatMap { set(.ip, Option.multicastAll, 0) }
        }
        return set(.ipv6, IPV6_V6ONLY, 1)
            .flatMap { set(.ipv6, IPV6_MULTICAST_IF, index) }
            .flatMap { set(.ipv6, IPV6_MULTICAST_HOPS, 255) }
            // Linux before 4.20 has no such option; then a datagram is heard more than once, which is no harm.
            .flatMap { set(.ipv6, Option.multicastAll6, 0).recover { _ in } }
    }

    private static func join(_ channel: any Channel, _ place: Place, _ group: IPAddress) -> EventLoopFuture<Void> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        switch group {
        case .v4(let address):
            // A struct ip_mreqn.
            let membership = (address.bigEndian, UInt32(0), CInt(truncatingIfNeeded: place.index))
            return options.unsafeSetSocketOption(level: .ip, name: .ip_add_membership, value: membership)
        case .v6(let high, let low):
            // A struct ipv6_mreq.
            let membership = (high.bigEndian, low.bigEndian, CUnsignedInt(truncatingIfNeeded: place.index))
            return options.unsafeSetSocketOption(
                level: .ipv6, name: .init(rawValue: IPV6_ADD_MEMBERSHIP), value: membership)
        }
    }
}
