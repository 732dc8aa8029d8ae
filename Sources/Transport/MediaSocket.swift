import Glibc
import NIOCore
import NIOPosix
import RTC
import Wire

/// A UDP socket for media: NIO reads from it, and we write to it ourselves.
///
/// NIO closes a datagram channel for errors that say nothing of the socket: no route to one address (`ENETUNREACH`), a packet
/// that a firewall keeps in (`EPERM`), a full device queue (`ENOBUFS`). One candidate that cannot be reached, or a moment
/// without a network, would end the media for good. For ICE and RTP such a datagram is lost, no more.
final class MediaSocket {
    let channel: any Channel
    /// The address that the socket got.
    let address: TransportAddress
    /// A second descriptor of the socket: it stays ours when the channel closes the first, so that it never means another.
    let descriptor: Int32
    /// Where its sends are counted; nil for nowhere.
    let counter: TrafficCounter?
    /// The system has refused to cut datagrams apart for us.
    var sendsSingly = false
    /// Where the last batch went, and whether no router stands between.
    var lastNear: (address: IPAddress, isNear: Bool)?

    private init(channel: any Channel, address: TransportAddress, descriptor: Int32, counter: TrafficCounter?) {
        self.counter = counter
        self.channel = channel
        self.address = address
        self.descriptor = descriptor
    }

    deinit { Glibc.close(descriptor) }

    /// Binds a socket; `bootstrap` makes its channel.
    ///
    /// - Parameter boundary: what keeps it on its link; nil for nothing.
    static func open(
        on local: SocketAddress, _ bootstrap: DatagramBootstrap, boundary: LocalBoundary? = nil,
        eventLoop: any EventLoop
    ) -> EventLoopFuture<NIOLoopBound<MediaSocket>> {
        do {
            let (descriptor, own) = try bind(local, isConfined: boundary != nil)
            return bootstrap.withBoundSocket(descriptor).flatMapThrowing { channel in
                guard let address = channel.localAddress.flatMap(TransportAddress.init) else {
                    throw SocketAddressError.unsupported
                }
                let counter = boundary?.counter(from: address.ip)
                return NIOLoopBound(
                    MediaSocket(channel: channel, address: address, descriptor: own, counter: counter),
                    eventLoop: eventLoop)
            }.flatMapErrorThrowing { error in
                Glibc.close(own)
                throw error
            }
        } catch {
            return eventLoop.makeFailedFuture(error)
        }
    }

    private static func bind(_ local: SocketAddress, isConfined: Bool) throws -> (descriptor: Int32, own: Int32) {
        let family = local.protocol == .inet6 ? AF_INET6 : AF_INET
        let kind = Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { throw SystemCallError(name: "socket", code: errno) }
        if family == AF_INET6 {
            var only: Int32 = 1
            setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &only, socklen_t(MemoryLayout<Int32>.size))
        }
        if isConfined { LocalBoundary.confine(descriptor, isIPv4: family == AF_INET) }
        let bound = local.withSockAddr { Glibc.bind(descriptor, $0, socklen_t($1)) }
        guard bound == 0 else {
            let failure = SystemCallError(name: "bind", code: errno)
            Glibc.close(descriptor)
            throw failure
        }
        let own = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard own >= 0 else {
            let failure = SystemCallError(name: "dup", code: errno)
            Glibc.close(descriptor)
            throw failure
        }
        return (descriptor, own)
    }

    /// Sends one datagram at once. What the system does not take is lost, as on any network.
    func send(_ bytes: ArraySlice<UInt8>, to remote: SocketAddress) {
        counter?.count()
        bytes.withUnsafeBytes { payload in
            remote.withSockAddr { address, length in
                let send = {
                    sendto(
                        self.descriptor, payload.baseAddress, payload.count, Int32(MSG_NOSIGNAL), address,
                        socklen_t(length))
                }
                while send() < 0, errno == EINTR {}
            }
        }
    }
}
