public import NIOCore
import NIOPosix
import NIOSSL
import Synchronization

/// Opens NIO channels to servers, through a proxy and TLS where asked: the ground under every client of this module.
public struct SocketDialer: Sendable {
    /// How the socket works.
    public var options: SocketOptions
    /// The proxy to go through, if any.
    public var proxy: SocketProxy?
    /// The encryption, if any.
    public var security: SocketSecurity.Client?
    /// How long the connection to the server, or to the proxy, may take; handshakes have `options.handshakeLimit`.
    public var limit: Duration

    /// A dialer; 20 s is the time that the original is believed to allow.
    public init(
        options: SocketOptions = SocketOptions(), proxy: SocketProxy? = nil, security: SocketSecurity.Client? = nil,
        limit: Duration = .seconds(20)
    ) {
        self.options = options
        self.proxy = proxy
        self.security = security
        self.limit = limit
    }

    /// Connects to `server` and gives the channel once the proxy and TLS have let it through.
    ///
    /// - Parameters:
    ///   - server: where to connect; a name is looked up here, or at the proxy when there is one.
    ///   - setUp: adds the handlers that speak, on the channel's event loop. It is called for every address tried, of
    ///     which at most one becomes the result. Its handlers see the channel active when they may speak, not before.
    /// - Returns: the channel, and what `setUp` gave for it.
    /// - Throws: ``SocketError``; `cancelled` when the task was cancelled, with nothing left open.
    public func open<Product: Sendable>(
        _ server: SocketEndpoint, setUp: @escaping @Sendable (any Channel) throws -> Product
    ) async throws(SocketError) -> (channel: any Channel, product: Product) {
        let attempt = DialAttempt()
        do {
            let plan = try await plan(for: server)
            let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
                .connectTimeout(TimeAmount(limit))
                .channelOption(.tcpOption(.tcp_nodelay), value: options.nagle ? 0 : 1)
                .channelOption(.allowRemoteHalfClosure, value: true)
            let first = proxy?.endpoint ?? server
            return try await withTaskCancellationHandler {
                let (channel, product, opened) = try await bootstrap.connect(host: first.host, port: first.port) {
                    channel in
                    channel.eventLoop.makeCompletedFuture {
                        try attempt.add(channel)
                        channel.hideFromChildProcesses()
                        let opened = try plan.install(in: channel)
                        return (channel, try setUp(channel), opened)
                    }
                }
                try await opened.get()
                try attempt.finish()
                return (channel, product)
            } onCancel: {
                attempt.cancel()
            }
        } catch {
            if attempt.isCancelled {
                throw SocketError(.cancelled, peer: server, "connecting was cancelled")
            }
            throw SocketError(cause: error, peer: server)
        }
    }

    private func plan(for server: SocketEndpoint) async throws(SocketError) -> DialPlan {
        guard (1...65_535).contains(server.port) else {
            throw SocketError(.invalidArgument, peer: server, "the port is not between 1 and 65535")
        }
        let handshake: SOCKS5Handshake?
        if let proxy {
            handshake = try SOCKS5Handshake(target: server, user: proxy.user, password: proxy.password)
        } else {
            handshake = nil
        }
        let tls = try await context(for: server)
        return DialPlan(server: server, handshake: handshake, tls: tls, limit: limit + options.handshakeLimit)
    }

    private func context(for server: SocketEndpoint) async throws(SocketError) -> DialPlan.TLS? {
        guard let security else { return nil }
        let name = security.serverName ?? server.host
        let isNumeric = NumericAddress(name) != nil
        // NIO compares a certificate's addresses with the far end of the link, which would be the proxy's.
        if isNumeric, proxy != nil, security.verification == .full {
            throw SocketError(
                .invalidArgument, peer: server,
                "through a proxy, a certificate is checked against a name: connect to a name or set serverName")
        }
        do {
            let context = try await NIOThreadPool.singleton.runIfActive { try security.context() }
            return DialPlan.TLS(context: context, name: isNumeric ? nil : name)
        } catch {
            throw SocketError(cause: error, peer: server)
        }
    }
}

/// The handlers that one connection needs before those that speak.
private struct DialPlan: Sendable {
    struct TLS: Sendable {
        var context: NIOSSLContext
        /// Nil for numeric addresses, which are not sent as a name.
        var name: String?
    }

    var server: SocketEndpoint
    var handshake: SOCKS5Handshake?
    var tls: TLS?
    var limit: Duration

    func install(in channel: any Channel) throws -> EventLoopFuture<Void> {
        let pipeline = channel.pipeline.syncOperations
        if let handshake { try pipeline.addHandler(SOCKS5Handler(handshake)) }
        if let tls { try pipeline.addHandler(NIOSSLClientHandler(context: tls.context, serverHostname: tls.name)) }
        let opened = channel.eventLoop.makePromise(of: Void.self)
        let handler = OpeningHandler(
            peer: server, isEncrypted: tls != nil, limit: limit, opened: opened)
        try pipeline.addHandler(handler)
        return opened.futureResult
    }
}

/// The channels of one attempt to connect, so that cancelling closes them all.
private final class DialAttempt: Sendable {
    private enum State {
        case trying([any Channel])
        case cancelled
        case finished
    }

    private let state = Mutex(State.trying([]))

    var isCancelled: Bool {
        state.withLock {
            if case .cancelled = $0 { true } else { false }
        }
    }

    func add(_ channel: any Channel) throws {
        try state.withLock {
            guard case .trying(let channels) = $0 else { throw CancellationError() }
            $0 = .trying(channels + [channel])
        }
    }

    /// From here on the connection is its owner's to close.
    func finish() throws {
        try state.withLock {
            if case .cancelled = $0 { throw CancellationError() }
            $0 = .finished
        }
    }

    func cancel() {
        let channels = state.withLock { state -> [any Channel] in
            guard case .trying(let channels) = state else { return [] }
            state = .cancelled
            return channels
        }
        for channel in channels { channel.close(promise: nil) }
    }
}
