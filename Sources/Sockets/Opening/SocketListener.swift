public import NIOCore
import NIOPosix
import NIOSSL

/// Opens NIO channels that listen, with TLS where asked: the ground under every server of this module.
public struct SocketListener: Sendable {
    /// How the sockets work.
    public var options: SocketOptions
    /// The encryption, if any.
    public var security: SocketSecurity.Server?

    /// A listener.
    public init(options: SocketOptions = SocketOptions(), security: SocketSecurity.Server? = nil) {
        self.options = options
        self.security = security
    }

    /// Listens at `local`.
    ///
    /// - Parameters:
    ///   - local: a local address, or an empty host for all of them, IPv6 and IPv4; port 0 asks for a free one, which
    ///     `localAddress` of the channel tells.
    ///   - setUpServer: adds handlers to the listening channel itself, if any are wanted.
    ///   - setUp: adds the handlers that speak to a client, on the event loop of its channel. They see the channel
    ///     active once TLS has let the client through. A client that fails to is closed after
    ///     `options.handshakeLimit` at most and never becomes active.
    /// - Throws: ``SocketError``: `addressInUse`, `addressUnavailable`, `notPermitted`, `identity`, `obsoleteVersion`.
    public func open(
        _ local: SocketEndpoint, setUpServer: @escaping @Sendable (any Channel) throws -> Void = { _ in },
        setUp: @escaping @Sendable (any Channel) throws -> Void
    ) async throws(SocketError) -> any Channel {
        guard (0...65_535).contains(local.port) else {
            throw SocketError(.addressUnavailable, peer: local, "there is no port \(local.port)")
        }
        do {
            let bootstrap = try await bootstrap(setUpServer: setUpServer, setUp: setUp)
            guard local.host.isEmpty else {
                return try await bootstrap.bind(host: local.host, port: local.port).get()
            }
            do {
                return try await bootstrap.bind(host: "::", port: local.port).get()
            } catch let error as IOError where error.errnoCode == EAFNOSUPPORT || error.errnoCode == EADDRNOTAVAIL {
                // A system without IPv6 has no "::".
                return try await bootstrap.bind(host: "0.0.0.0", port: local.port).get()
            }
        } catch {
            throw SocketError(cause: error, peer: local)
        }
    }

    /// Takes over a socket that is bound already and listens on it.
    func open(
        descriptor: CInt, setUpServer: @escaping @Sendable (any Channel) throws -> Void,
        setUp: @escaping @Sendable (any Channel) throws -> Void
    ) async throws(SocketError) -> any Channel {
        do {
            return try await bootstrap(setUpServer: setUpServer, setUp: setUp).withBoundSocket(descriptor).get()
        } catch {
            throw SocketError(cause: error)
        }
    }

    private func bootstrap(
        setUpServer: @escaping @Sendable (any Channel) throws -> Void,
        setUp: @escaping @Sendable (any Channel) throws -> Void
    ) async throws -> ServerBootstrap {
        let security = security
        let context = try await NIOThreadPool.singleton.runIfActive { try security?.context() }
        let options = options
        return ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: Int32(clamping: options.backlog))
            .serverChannelOption(.socketOption(.so_reuseaddr), value: options.addressReuse ? 1 : 0)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    channel.hideFromChildProcesses()
                    try channel.pipeline.syncOperations.addHandler(AcceptPause())
                    try setUpServer(channel)
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // Each connection keeps a buffer for its next read. It grows with what comes: of ten thousand clients who
            // wait, most never need more than a request's worth.
            .childChannelOption(
                .recvAllocator, value: AdaptiveRecvByteBufferAllocator(minimum: 64, initial: 512, maximum: 65_536)
            )
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    channel.hideFromChildProcesses()
                    // Not an option of the bootstrap: Bluetooth's channels refuse options of TCP.
                    if !options.nagle { try? channel.syncOptions?.setOption(.tcpOption(.tcp_nodelay), value: 1) }
                    let pipeline = channel.pipeline.syncOperations
                    if let context { try pipeline.addHandler(NIOSSLServerHandler(context: context)) }
                    let handler = OpeningHandler(
                        peer: SocketEndpoint(channel.remoteAddress), isEncrypted: context != nil,
                        limit: options.handshakeLimit, opened: channel.eventLoop.makePromise())
                    try pipeline.addHandler(handler)
                    try setUp(channel)
                }
            }
    }
}
