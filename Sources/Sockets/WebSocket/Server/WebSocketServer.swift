import NIOCore
import NIOPosix
import Synchronization

/// Services for WebSocket clients, several by path on one port, plain or with TLS.
///
/// ```swift
/// let server = WebSocketServer(WebSocketServer.Configuration(address: SocketEndpoint(host: "::1", port: 8080)))
/// let echo = server.add(Echo(), at: "/echo")
/// try await server.start()
/// ```
public final class WebSocketServer: Sendable {
    /// Answers what is no WebSocket, given who asks. Called on any thread.
    public typealias PlainRequestHandler = @Sendable (HTTPRequest, SocketEndpoint) async -> HTTPResponse

    /// How a server listens.
    public struct Configuration: Sendable {
        /// A local address, or an empty host for all of them; port 0 asks for a free one.
        public var address: SocketEndpoint
        /// Nil serves `ws`, otherwise `wss`.
        public var security: SocketSecurity.Server?
        /// How the listening socket and its connections work.
        public var socket: SocketOptions
        /// How many connections are let in, and what they may send.
        public var limits: WebSocketServerLimits
        /// From the connection to the end of its request.
        public var handshakeLimit: Duration
        /// Nil answers plain requests with an error.
        public var plainRequests: PlainRequestHandler?

        public init(
            address: SocketEndpoint, security: SocketSecurity.Server? = nil,
            socket: SocketOptions = SocketOptions(nagle: false, backlog: 1024),
            limits: WebSocketServerLimits = WebSocketServerLimits(), handshakeLimit: Duration = .seconds(10),
            plainRequests: PlainRequestHandler? = nil
        ) {
            self.address = address
            self.security = security
            self.socket = socket
            self.limits = limits
            self.handshakeLimit = handshakeLimit
            self.plainRequests = plainRequests
        }
    }

    /// A service as an administrator sees it.
    public struct ServiceDescription: Sendable {
        /// Where it is, as `/chat`.
        public var path: String
        /// Whether new clients are turned away.
        public var isLocked: Bool
        /// From one call of its loop to the next.
        public var interval: Duration
        /// Those it speaks, in order of preference.
        public var subprotocols: [String]
        /// Who is connected, in the order in which they came.
        public var clients: [Client]
        /// What it has done so far.
        public var statistics: ServiceStatistics
    }

    private let configuration: Configuration
    private let core: ServerCore
    private let channel = Mutex<(any Channel)?>(nil)

    public init(_ configuration: Configuration) {
        self.configuration = configuration
        core = ServerCore(configuration: configuration)
    }

    /// Adds a service; its loop starts with the server, or now when that runs.
    ///
    /// - Parameters:
    ///   - path: as it stands in requests, without a query; a service that is there already is replaced.
    ///   - options: the bounds and times of its WebSockets.
    /// - Returns: the way to the service and its clients, from anywhere.
    @discardableResult
    public func add<Service: WebSocketService>(
        _ service: Service, at path: String, options: WebSocketOptions = WebSocketServer.defaultOptions
    ) -> WebSocketServiceHost<Service> {
        let host = WebSocketServiceHost(service, path: path, options: options)
        core.add(host)
        return host
    }

    /// For many clients: messages of up to 1 MiB, queues of 1 MiB, compression with windows of 4 KiB.
    public static let defaultOptions = WebSocketOptions(
        limits: WebSocketLimits(messageSize: 1 << 20, frameSize: 1 << 20, sendQueue: 1 << 20, receiveQueue: 64 << 10),
        compression: .frugal)

    /// Listens, and starts the services.
    ///
    /// - Throws: what ``SocketListener`` throws; `addressInUse` also when the server runs already.
    public func start() async throws(SocketError) {
        try await loadSecurity(configuration.security)
        // TLS is put in by the core, so that it can be changed while the server runs.
        let listener = SocketListener(options: configuration.socket)
        let opened = try await listener.open(configuration.address) { [core] in try core.setUp($0) }
        channel.withLock { $0 = opened }
        core.start()
    }

    /// The port listened on; nil while the server does not run.
    public var port: Int? { channel.withLock { $0?.localAddress?.port } }

    /// Reads the certificate and key anew, for connections that come from now on.
    ///
    /// - Throws: `identity` when the files cannot be used; then those from before go on being used.
    public func reloadSecurity() async throws(SocketError) { try await loadSecurity(configuration.security) }

    private func loadSecurity(_ security: SocketSecurity.Server?) async throws(SocketError) {
        guard let security else { return }
        do {
            core.use(try await NIOThreadPool.singleton.runIfActive { try security.context() })
        } catch { throw SocketError(cause: error) }
    }

    /// What is let in; changes count for connections that come after them.
    public var limits: WebSocketServerLimits {
        get { core.admission.limits }
        set { core.admission.limits = newValue }
    }

    /// Connections that are open, plain requests among them, and those that were turned away so far.
    public var connections: (open: Int, refused: Int) { core.admission.counts }

    /// All services, by path.
    public var services: [ServiceDescription] {
        core.services.map { service in
            ServiceDescription(
                path: service.path, isLocked: service.isLocked, interval: service.interval,
                subprotocols: service.subprotocols, clients: service.clients, statistics: service.counters.statistics)
        }
    }

    /// Turns new clients of a service away, or lets them in again; false when there is no such service.
    @discardableResult
    public func setLocked(_ isLocked: Bool, path: String) -> Bool {
        guard let service = core.services.first(where: { $0.path == path }) else { return false }
        service.setLocked(isLocked)
        return true
    }

    /// Closes a client's connection; false when it is gone already.
    @discardableResult
    public func disconnect(_ id: UInt64, _ code: WebSocketCloseCode = .normal, _ reason: String = "") -> Bool {
        guard let client = core.services.lazy.flatMap(\.clients).first(where: { $0.id == id }) else { return false }
        client.disconnect(code, reason)
        return true
    }

    /// Ends in good order: no new clients, 1001 to all, their `disconnected`, then each service's `stopped`. A server that
    /// has been stopped is not started again.
    ///
    /// Code of a service that is running is waited for; after the limit its task is cancelled.
    ///
    /// - Parameter limit: how long clients may take to answer; those that do not are cut off.
    public func stop(within limit: Duration = .seconds(5)) async {
        let listening = channel.withLock { channel in
            defer { channel = nil }
            return channel
        }
        try? await listening?.close().get()
        await core.stop(within: limit)
    }
}
