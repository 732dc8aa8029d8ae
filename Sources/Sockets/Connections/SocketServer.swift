import Glibc
import NIOCore
import Synchronization

/// Listens on a port, for one client or many.
///
/// A standard server waits for requests and accepts or denies each; a simplified one just reads: see
/// ``read(within:maximum:receptionDelay:)``.
public final class SocketServer: Sendable {
    /// A client that waits to be accepted or denied.
    struct Arrival: Sendable {
        var channel: any Channel
        var queue: SocketQueue<ByteBuffer>
    }

    struct Entry {
        weak var connection: SocketConnection?
    }

    struct State {
        var accepted: [ObjectIdentifier: Entry] = [:]
        var isClosed = false
        /// The only client of a simplified server.
        var client: SocketConnection?
    }

    /// The address and port listened on; nil for kinds of socket that have none.
    public let local: SocketEndpoint?

    let channel: any Channel
    let arrivals: SocketQueue<Arrival>
    let state = Mutex(State())
    private let options: SocketOptions
    private let mode: TransmissionMode

    init(
        channel: any Channel, arrivals: SocketQueue<Arrival>, options: SocketOptions, mode: TransmissionMode
    ) {
        self.channel = channel
        self.arrivals = arrivals
        self.options = options
        self.mode = mode
        local = SocketEndpoint(channel.localAddress)
    }

    deinit {
        channel.close(promise: nil)
        for arrival in arrivals.discard(closedLocally) { arrival.channel.close(promise: nil) }
    }

    /// Creates a server.
    ///
    /// - Parameters:
    ///   - port: 0–65535; 0 asks for a free one, which ``local`` tells. The original allows 5000–65000, and ports
    ///     below 1024 belong to the administrator.
    ///   - address: the local address to listen on; all of them when empty, by IPv6 and IPv4.
    ///   - mode: how messages are told apart, for each client until it is changed on its connection.
    ///   - options: how the sockets work.
    ///   - security: TLS, or nil for none. A client counts as waiting once its handshake is done.
    /// - Throws: ``SocketError``: `addressInUse`, `addressUnavailable`, `notPermitted`, `identity`, `obsoleteVersion`.
    public static func listen(
        port: Int, address: String = "", mode: TransmissionMode = .sizeHeader(),
        options: SocketOptions = SocketOptions(), security: SocketSecurity.Server? = nil
    ) async throws(SocketError) -> SocketServer {
        try mode.check()
        let arrivals = SocketQueue<Arrival>(capacity: options.backlog)
        let listener = SocketListener(options: options, security: security)
        let channel = try await listener.open(SocketEndpoint(host: address, port: port)) { server in
            try server.pipeline.syncOperations.addHandler(ArrivalGate(arrivals: arrivals))
        } setUp: { client in
            try Self.setUp(client, options: options, arrivals: arrivals)
        }
        return SocketServer(channel: channel, arrivals: arrivals, options: options, mode: mode)
    }

    /// Prepares a client's channel, which queues up once it may speak.
    static func setUp(_ client: any Channel, options: SocketOptions, arrivals: SocketQueue<Arrival>) throws {
        let queue = SocketQueue<ByteBuffer>(capacity: options.readAhead)
        let handler = ConnectionHandler(queue: queue, peer: SocketEndpoint(client.remoteAddress)) {
            if arrivals.endError != nil { return client.close(promise: nil) }
            arrivals.offer(Arrival(channel: client, queue: queue))
        }
        try client.pipeline.syncOperations.addHandler(handler)
    }

    /// Waits for ever until a client asks for a connection.
    ///
    /// - Throws: `closedLocally` when the server is closed meanwhile; `cancelled`.
    public func waitForConnection() async throws(SocketError) {
        while try await !arrivals.wait(until: nil) {}
    }

    /// Waits for `limit` at most until a client asks for a connection: true when one waits to be accepted or denied.
    ///
    /// - Throws: `closedLocally` when the server is closed meanwhile; `cancelled`.
    public func waitForConnection(within limit: Duration) async throws(SocketError) -> Bool {
        try await arrivals.wait(until: .after(limit))
    }

    /// Accepts the client that has waited longest, waiting for one when there is none.
    ///
    /// - Throws: `closedLocally` when the server is closed meanwhile; `cancelled`.
    public func accept() async throws(SocketError) -> SocketConnection {
        let arrival = try await nextArrival()
        let connection = await SocketConnection(
            channel: arrival.channel, queue: arrival.queue, peer: SocketEndpoint(arrival.channel.remoteAddress),
            options: options, mode: mode)
        let key = ObjectIdentifier(connection)
        let isClosed = state.withLock { state in
            state.accepted[key] = Entry(connection: connection)
            return state.isClosed
        }
        if isClosed {
            await connection.close()
            throw closedLocally
        }
        arrival.channel.closeFuture.whenComplete { [weak self] _ in
            self?.state.withLock { $0.accepted[key] = nil }
        }
        return connection
    }

    /// Refuses the client that has waited longest, waiting for one when there is none: it gets a reset.
    ///
    /// - Returns: whom.
    /// - Throws: `closedLocally` when the server is closed meanwhile; `cancelled`.
    @discardableResult
    public func deny() async throws(SocketError) -> SocketEndpoint? {
        let arrival = try await nextArrival()
        let peer = SocketEndpoint(arrival.channel.remoteAddress)
        let isClosed = arrival.channel.closeFuture
        var abruptly = Glibc.linger()
        abruptly.l_onoff = 1
        try? await (arrival.channel as? any SocketOptionProvider)?.setSoLinger(abruptly).get()
        arrival.channel.close(promise: nil)
        try? await isClosed.get()
        return peer
    }

    /// The clients that were accepted and are still connected and held by someone.
    public var connections: [SocketConnection] {
        state.withLock { $0.accepted.values.compactMap(\.connection) }
    }

    /// Stops listening and frees the port. Waiting clients are turned away, accepted ones stay.
    public func close() async {
        let waiting = arrivals.discard(closedLocally)
        for arrival in waiting { arrival.channel.close(promise: nil) }
        try? await channel.close().get()
    }

    /// Closes the server with all its connections.
    public func closeAll() async {
        let (connections, client) = state.withLock { state in
            state.isClosed = true
            return (state.accepted.values.compactMap(\.connection), state.client)
        }
        await close()
        await withTaskGroup { group in
            for connection in connections + (client.map { [$0] } ?? []) {
                group.addTask { await connection.close() }
            }
        }
    }

    private func nextArrival() async throws(SocketError) -> Arrival {
        while true {
            if Task.isCancelled { throw SocketError(.cancelled, "the wait for a client was cancelled") }
            if let arrival = arrivals.take() { return arrival }
            _ = try await arrivals.wait(until: nil)
        }
    }

    var closedLocally: SocketError { SocketError(.closedLocally, peer: local, "this program closed the server") }
}

/// Leaves further clients to the system while enough of them wait, and tells when there will be none.
final class ArrivalGate: ChannelDuplexHandler, Sendable {
    typealias InboundIn = any Channel
    typealias OutboundIn = Never

    private let arrivals: SocketQueue<SocketServer.Arrival>

    init(arrivals: SocketQueue<SocketServer.Arrival>) { self.arrivals = arrivals }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        arrivals.onRoom { channel.read() }
    }

    func read(context: ChannelHandlerContext) {
        if arrivals.mayRead() { context.read() }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // One client that cannot be taken, as when descriptors run out, is no reason to turn away the next.
        if !context.channel.isActive { arrivals.end(SocketError(cause: error)) }
    }

    func channelInactive(context: ChannelHandlerContext) {
        arrivals.end(SocketError(.linkBroken, "the system closed the server's socket"))
        context.fireChannelInactive()
    }
}
