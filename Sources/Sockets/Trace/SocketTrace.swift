import NIOPosix

/// A relay between clients and one server that reports everything that passes.
///
/// The client is pointed at the relay's port instead of the server's; nothing else changes for it. A side that reads
/// slowly slows the other down, as it would without the relay.
public final class SocketTrace: Sendable {
    /// What to relay.
    public struct Route: Sendable {
        /// Where to listen; port 0 asks for a free one.
        public var local: SocketEndpoint
        /// Where to forward to.
        public var server: SocketEndpoint
        /// Whether to relay UDP instead of TCP. TLS has no meaning then.
        public var isDatagram: Bool
        /// TLS towards the clients, if they speak it: the trace then shows what is inside.
        public var serverSecurity: SocketSecurity.Server?
        /// TLS towards the server, if it speaks it.
        public var clientSecurity: SocketSecurity.Client?
        /// How the sockets work.
        public var options: SocketOptions

        /// A route from `local` to `server`.
        public init(
            from local: SocketEndpoint, to server: SocketEndpoint, isDatagram: Bool = false,
            serverSecurity: SocketSecurity.Server? = nil, clientSecurity: SocketSecurity.Client? = nil,
            options: SocketOptions = SocketOptions(nagle: false, readAhead: 4 << 16)
        ) {
            self.local = local
            self.server = server
            self.isDatagram = isDatagram
            self.serverSecurity = serverSecurity
            self.clientSecurity = clientSecurity
            self.options = options
        }
    }

    /// Takes the events: in order for each connection, from any task. It is waited for before the bytes go on.
    public typealias Sink = @Sendable (TraceEvent) async -> Void

    /// The address and port listened on.
    public let local: SocketEndpoint?

    private let relay: Task<Void, Never>
    private let stopListening: @Sendable () async -> Void

    private init(
        local: SocketEndpoint?, stop: @escaping @Sendable () async -> Void, relay: @escaping @Sendable () async -> Void
    ) {
        self.local = local
        stopListening = stop
        self.relay = Task { await relay() }
    }

    deinit { relay.cancel() }

    /// Listens and relays until ``stop()``.
    ///
    /// - Parameters:
    ///   - route: from where to where.
    ///   - sink: takes the events.
    /// - Throws: ``SocketError``: `addressInUse`, `addressUnavailable`, `notPermitted`, `identity`, `obsoleteVersion`,
    ///   `invalidArgument` for a server's port that is none.
    public static func start(_ route: Route, sink: @escaping Sink) async throws(SocketError) -> SocketTrace {
        guard (1...65_535).contains(route.server.port), !route.server.host.isEmpty else {
            throw SocketError(.invalidArgument, peer: route.server, "a host and a port from 1 to 65535 are needed")
        }
        // Files that cannot be used are told now, not with the first client.
        if let security = route.clientSecurity, !route.isDatagram {
            do {
                _ = try await NIOThreadPool.singleton.runIfActive { try security.context() }
            } catch { throw SocketError(cause: error) }
        }
        if route.isDatagram {
            let socket = try await DatagramSocket.create(
                port: route.local.port, address: route.local.host, options: route.options)
            let relay = DatagramRelay(socket: socket, route: route, sink: sink)
            return SocketTrace(local: socket.local, stop: { await socket.close() }, relay: { await relay.run() })
        }
        let server = try await SocketServer.listen(
            port: route.local.port, address: route.local.host, mode: .raw, options: route.options,
            security: route.serverSecurity)
        return SocketTrace(local: server.local, stop: { await server.close() }) {
            await withDiscardingTaskGroup { group in
                var count = 0
                while let client = try? await server.accept() {
                    count += 1
                    let relay = StreamRelay(client: client, number: count, route: route, sink: sink)
                    group.addTask { await relay.run() }
                }
                group.cancelAll()
            }
        }
    }

    /// Stops listening and closes every connection; their last events have been reported when it returns.
    public func stop() async {
        relay.cancel()
        await stopListening()
        await relay.value
    }
}
