import NIOCore
import Synchronization

/// A client's end of a WebSocket (RFC 6455), plain or with TLS, for use from any task.
///
/// ```swift
/// let socket = try await WebSocketClient.connect(to: WebSocketURL("wss://example.org/chat"))
/// try await socket.send(.text("Hello"))
/// for try await message in socket.messages { print(message) }
/// ```
///
/// A client that is let go without ``close(_:_:)`` closes by itself, with 1001.
public final class WebSocketClient: Sendable {
    /// How a client connects.
    public struct Configuration: Sendable {
        /// How the WebSocket works once it is open, and for how long it may be opening.
        public var options: WebSocketOptions
        /// Subprotocols to choose from, in order of preference.
        public var subprotocols: [String]
        /// More fields of the request, as `Origin`, `Cookie` or `Authorization`. Those of the handshake are refused.
        public var headers: [HTTPHead.Field]
        /// The SOCKS5 proxy to go through, if any.
        public var proxy: SocketProxy?
        /// How `wss` is spoken; `ws` has no use for it.
        public var security: SocketSecurity.Client
        /// How the TCP connection works.
        public var socket: SocketOptions
        /// How long the TCP connection may take.
        public var connectLimit: Duration

        public init(
            options: WebSocketOptions = WebSocketOptions(), subprotocols: [String] = [],
            headers: [HTTPHead.Field] = [], proxy: SocketProxy? = nil,
            security: SocketSecurity.Client = SocketSecurity.Client(),
            socket: SocketOptions = SocketOptions(nagle: false), connectLimit: Duration = .seconds(20)
        ) {
            self.options = options
            self.subprotocols = subprotocols
            self.headers = headers
            self.proxy = proxy
            self.security = security
            self.socket = socket
            self.connectLimit = connectLimit
        }
    }

    /// Where the client is connected to.
    public let url: WebSocketURL
    /// The one of those offered that the server chose.
    public var subprotocol: String? { connection.subprotocol }
    /// Whether permessage-deflate was agreed to.
    public var isCompressed: Bool { connection.isCompressed }
    /// How the WebSocket ended; nil while it is open.
    public var closure: WebSocketClosure? { mailbox.closure }

    private let connection: WebSocketConnection
    private let mailbox: ClientMailbox

    private init(url: WebSocketURL, connection: WebSocketConnection, mailbox: ClientMailbox) {
        self.url = url
        self.connection = connection
        self.mailbox = mailbox
        mailbox.inbox.onRoom { connection.resume() }
    }

    deinit { connection.close(.goingAway, "") }

    /// Connects, through proxy and TLS where asked, and opens the WebSocket.
    ///
    /// - Throws: what ``SocketDialer`` throws; `protocolViolation` when the server refuses or answers as none may;
    ///   `timedOut`; `cancelled` when the task is cancelled, with nothing left open.
    public static func connect(
        to url: WebSocketURL, _ configuration: Configuration = Configuration()
    ) async throws(SocketError) -> WebSocketClient {
        let handshake = try ClientHandshake(
            url: url, subprotocols: configuration.subprotocols, headers: configuration.headers,
            compression: configuration.options.compression)
        let dialer = SocketDialer(
            options: configuration.socket, proxy: configuration.proxy,
            security: url.isSecure ? configuration.security : nil, limit: configuration.connectLimit)
        let endpoint = SocketEndpoint(host: url.host, port: url.port)
        let (channel, opening) = try await dialer.open(endpoint) { channel in
            let handler = ClientHandshakeHandler(
                handshake: handshake, options: configuration.options,
                opened: channel.eventLoop.makePromise(of: ClientHandshakeHandler.Product.self))
            try channel.pipeline.syncOperations.addHandler(handler)
            return handler.opened.futureResult
        }
        do {
            let product = try await withTaskCancellationHandler {
                try await opening.get()
            } onCancel: {
                channel.close(promise: nil)
            }
            guard !Task.isCancelled else {
                channel.close(promise: nil)
                throw CancellationError()
            }
            return WebSocketClient(url: url, connection: product.connection, mailbox: product.mailbox)
        } catch {
            if Task.isCancelled { throw SocketError(.cancelled, peer: endpoint, "connecting was cancelled") }
            throw SocketError(cause: error, peer: endpoint)
        }
    }

    /// Sends a message, after those before it; returns when the system has taken it, so that a slow far side slows
    /// its sender down.
    ///
    /// - Throws: `closedLocally` or `linkBroken` when the WebSocket is closed; `cancelled`, and then the message may
    ///   still go out.
    public func send(_ message: WebSocketMessage) async throws(SocketError) {
        let promise = connection.channel.eventLoop.makePromise(of: Void.self)
        connection.send(message, promise: promise)
        try await Self.wait(for: promise)
    }

    /// Sends without waiting and without telling whether it went; what piles up is bounded by `limits.sendQueue`.
    public func post(_ message: WebSocketMessage) { connection.send(message) }

    /// The next message; nil once the far side, or this one, has closed in good order.
    ///
    /// - Throws: `linkBroken` when the connection was lost; `protocolViolation` or `tooLong` when the far side was
    ///   closed upon; `cancelled`.
    public func receive() async throws(SocketError) -> WebSocketMessage? { try await mailbox.inbox.next() }

    /// All messages, for `for try await`. They come once: two loops share them.
    public var messages: Messages { Messages(client: self) }

    /// Sends a ping and waits for its pong.
    ///
    /// - Throws: `closedLocally` when the WebSocket ends before; `cancelled`.
    public func ping() async throws(SocketError) -> Duration {
        let promise = connection.channel.eventLoop.makePromise(of: Void.self)
        let start = ContinuousClock.now
        connection.ping(mailbox.expectPong(promise))
        try await Self.wait(for: promise)
        return ContinuousClock.now - start
    }

    /// Closes, and waits until the far side has answered or `timing.close` is over.
    ///
    /// - Parameters:
    ///   - code: one that may be sent, 1000 otherwise.
    ///   - reason: at most 123 bytes of UTF-8; a longer one is cut.
    public func close(_ code: WebSocketCloseCode = .normal, _ reason: String = "") async {
        connection.close(code, reason)
        try? await connection.channel.closeFuture.get()
    }

    private static func wait(for promise: EventLoopPromise<Void>) async throws(SocketError) {
        do {
            // A promise keeps what it was first given.
            try await withTaskCancellationHandler {
                try await promise.futureResult.get()
            } onCancel: {
                promise.fail(CancellationError())
            }
        } catch { throw SocketError(cause: error) }
    }

    /// The messages of a client.
    public struct Messages: AsyncSequence, AsyncIteratorProtocol, Sendable {
        let client: WebSocketClient

        public func makeAsyncIterator() -> Messages { self }

        public func next() async throws(SocketError) -> WebSocketMessage? { try await client.receive() }

        public func next(isolation actor: isolated (any Actor)?) async throws(SocketError) -> WebSocketMessage? {
            try await client.receive()
        }
    }
}
