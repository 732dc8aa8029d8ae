public import Logging
public import Sockets
import Synchronization

/// The services on their ports, with the administrator's page.
public final class RendezvousServer: Sendable {
    /// The services that there are, by name.
    public enum Kind: String, CaseIterable, Sendable {
        /// A chat room at `/chat`, and by plain TCP.
        case chat
        /// Signalling at `/signal` and at `/`.
        case signal
    }

    /// What is served, and where.
    public struct Configuration: Sendable {
        /// A local address, or an empty host for all; port 0 asks for a free one.
        public var address: SocketEndpoint
        /// Nil serves `ws`, otherwise `wss`.
        public var security: SocketSecurity.Server?
        /// Which services run.
        public var services: Set<Kind>
        /// Where the chat is served without WebSocket; 0 asks for a free port, nil serves none.
        public var chatPort: Int?
        /// The file with the administrator's token; it is made where it is missing.
        public var tokenFile: String
        /// Whether the administrator's page is for others than this computer, too.
        public var isAdminOpen: Bool
        /// How many connections are let in, and what they may send.
        public var limits: WebSocketServerLimits

        public init(
            address: SocketEndpoint, security: SocketSecurity.Server? = nil, services: Set<Kind> = Set(Kind.allCases),
            chatPort: Int? = 5010, tokenFile: String, isAdminOpen: Bool = false,
            limits: WebSocketServerLimits = WebSocketServerLimits()
        ) {
            self.address = address
            self.security = security
            self.services = services
            self.chatPort = chatPort
            self.tokenFile = tokenFile
            self.isAdminOpen = isAdminOpen
            self.limits = limits
        }
    }

    private struct State {
        var chat: ChatSocketServer?
        var chatTask: Task<Void, Never>?
    }

    private let configuration: Configuration
    private let server: WebSocketServer
    private let room = ChatRoom()
    private let state = Mutex(State())

    /// - Parameter logger: who came and went, at the level `debug`; who broke a rule, at `info`.
    /// - Throws: when the token's file cannot be used.
    public init(_ configuration: Configuration, logger: Logger) throws {
        self.configuration = configuration
        let site = AdminSite(
            token: try AdminToken(path: configuration.tokenFile), isOpenToAll: configuration.isAdminOpen,
            isSecure: configuration.security != nil)
        server = WebSocketServer(
            WebSocketServer.Configuration(
                address: configuration.address, security: configuration.security, limits: configuration.limits,
                plainRequests: { site.answer($0, from: $1) }))
        site.administer(server)
        if configuration.services.contains(.signal) {
            let signal = SignalService(logger: logger)
            for path in ["/signal", "/"] { server.add(signal, at: path, options: SignalService.options) }
        }
        if configuration.services.contains(.chat) {
            server.add(ChatService(room: room, logger: logger), at: "/chat", options: ChatService.options)
        }
    }

    /// The port of the WebSockets; nil while the server does not run.
    public var port: Int? { server.port }

    /// The port of the chat by plain TCP.
    public var chatPort: Int? { state.withLock { $0.chat?.port } }

    /// Listens on all ports.
    ///
    /// - Throws: what ``WebSocketServer/start()`` throws.
    public func start() async throws(SocketError) {
        try await server.start()
        guard configuration.services.contains(.chat), let port = configuration.chatPort else { return }
        do throws(SocketError) {
            let chat = try await ChatSocketServer(
                room: room, address: configuration.address.host, port: port, limit: configuration.limits.connections)
            let task = Task { await chat.run() }
            state.withLock { $0 = State(chat: chat, chatTask: task) }
        } catch {
            await server.stop(within: .zero)
            throw error
        }
    }

    /// Reads certificate and key anew; those from before stay when they cannot be used.
    public func reloadSecurity() async throws(SocketError) { try await server.reloadSecurity() }

    /// Says goodbye to all and frees the ports.
    ///
    /// - Parameter limit: how long clients may take to answer.
    public func stop(within limit: Duration = .seconds(5)) async {
        let (chat, task) = state.withLock { ($0.chat, $0.chatTask) }
        await chat?.stop()
        await task?.value
        await server.stop(within: limit)
    }
}
