import Glibc
import NIOCore
import NIOPosix
import Wire

/// The promise that no packet leaves the networks that this computer is on: destinations elsewhere are refused and counted,
/// sends are counted by interface, and each socket is told to reach no further than its own link.
package struct LocalBoundary: Sendable {
    /// Names of the only interfaces; nil for all.
    package let allowed: Set<String>?
    package let traffic: LocalTraffic

    package init(allowed: Set<String>?, traffic: LocalTraffic) {
        self.allowed = allowed
        self.traffic = traffic
    }

    /// By which interface an address is reached, `lo` for this computer's own; nil, and counted as refused, where it is
    /// elsewhere. Looks at the interfaces of now: not for every packet.
    package func admit(_ address: IPAddress) -> String? {
        let interface = LocalNetworks.present(allowed: allowed).interface(for: address)
        if interface == nil { traffic.refused.count() }
        return interface
    }

    /// What counts the sends from one of this computer's addresses.
    func counter(from address: IPAddress) -> TrafficCounter {
        let networks = LocalNetworks.present(allowed: allowed).networks
        return traffic.counter(for: networks.first { $0.address == address }?.interface ?? "lo")
    }

    /// Keeps a socket to its link: no route by a router is taken, and no router passes on what has one hop to live. Where the
    /// system does not know an option, the other one holds, and `admit` before both.
    static func confine(_ descriptor: CInt, isIPv4: Bool) {
        var (on, limit) = (CInt(1), CInt(1))
        let size = socklen_t(MemoryLayout<CInt>.size)
        setsockopt(descriptor, SOL_SOCKET, SO_DONTROUTE, &on, size)
        // An IPv6 socket may carry IPv4, too.
        setsockopt(descriptor, CInt(IPPROTO_IP), IP_TTL, &limit, size)
        if !isIPv4 { setsockopt(descriptor, CInt(IPPROTO_IPV6), IPV6_UNICAST_HOPS, &limit, size) }
    }

    /// The same for a channel before it is connected or bound, on its event loop: at once.
    @discardableResult package static func confine(_ channel: any Channel, isIPv4: Bool) -> EventLoopFuture<Void> {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        let one = CInt(1)
        let both = options.unsafeSetSocketOption(level: .socket, name: .init(rawValue: SO_DONTROUTE), value: one)
            .flatMap { options.unsafeSetSocketOption(level: .ip, name: .init(rawValue: IP_TTL), value: one) }
        guard !isIPv4 else { return both }
        return both.flatMap {
            options.unsafeSetSocketOption(level: .ipv6, name: .init(rawValue: IPV6_UNICAST_HOPS), value: one)
        }
    }

    /// Has a channel use one interface alone, what it gets and what it sends (since Linux 5.7 without rights).
    @discardableResult package static func bind(_ channel: any Channel, toInterface name: String) -> EventLoopFuture<
        Void
    > {
        guard let options = channel as? any SocketOptionProvider else {
            return channel.eventLoop.makeSucceededVoidFuture()
        }
        // Up to 15 bytes and a zero.
        let bytes = Array(name.utf8.prefix(15)) + Array(repeating: 0, count: max(1, 16 - name.utf8.count))
        let halves = bytes.withUnsafeBytes {
            ($0.loadUnaligned(as: UInt64.self), $0.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        }
        return options.unsafeSetSocketOption(level: .socket, name: .init(rawValue: SO_BINDTODEVICE), value: halves)
    }
}

/// Counts what a connection writes; the first in its pipeline.
package final class SendCounter: ChannelOutboundHandler {
    package typealias OutboundIn = ByteBuffer
    private let counter: TrafficCounter

    package init(_ counter: TrafficCounter) { self.counter = counter }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        counter.count()
        context.write(data, promise: promise)
    }
}
