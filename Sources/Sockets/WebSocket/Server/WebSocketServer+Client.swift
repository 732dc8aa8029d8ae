public import FoundationEssentials
import Synchronization

extension WebSocketServer {
    /// A client of a service: who it is, and the way to it. From any task; what is done after it has gone does nothing.
    public final class Client: Sendable, Hashable, Identifiable, CustomStringConvertible {
        /// Different from that of every other client of this process.
        public let id: UInt64
        /// Numeric; an IPv4 address as such also where the socket serves both families.
        public let address: String
        /// The client's own port, 1–65535.
        public let port: Int
        /// The request that the WebSocket began with.
        public let request: HTTPRequest
        /// The one that was agreed to, if any.
        public let subprotocol: String?
        /// When the WebSocket was opened, by the clock of this computer.
        public let connectedSince: Date
        private let connection: WebSocketConnection
        private let counters: ServiceCounters
        private let end = Mutex<WebSocketClosure?>(nil)

        private static let identifiers = Atomic<UInt64>(0)

        init(
            endpoint: SocketEndpoint, request: HTTPRequest, connection: WebSocketConnection, counters: ServiceCounters
        ) {
            id = Self.identifiers.wrappingAdd(1, ordering: .relaxed).newValue
            address = endpoint.host
            port = endpoint.port
            self.request = request
            subprotocol = connection.subprotocol
            connectedSince = Date()
            self.connection = connection
            self.counters = counters
        }

        /// From the first slash to the question mark.
        public var path: String { request.path }
        /// The request's headers, in order.
        public var headers: [HTTPHead.Field] { request.head.fields }
        /// How the connection ended; nil while it is there.
        public var closure: WebSocketClosure? { end.withLock { $0 } }
        /// Whether the connection is there.
        public var isConnected: Bool { closure == nil }

        /// Puts a message into the client's queue. Never fails and never waits; a client that reads so slowly that the
        /// queue is full is cut off.
        public func send(_ message: WebSocketMessage) {
            counters.sent(message.size)
            connection.send(message)
        }

        /// Puts one message into the queues of many clients; as ``send(_:)`` to each, at a fraction of the cost.
        public static func send(_ message: WebSocketMessage, to clients: some Sequence<Client>) {
            let clients = Array(clients)
            for client in clients { client.counters.sent(message.size) }
            WebSocketConnection.send(message, to: clients.lazy.map(\.connection))
        }

        /// Closes the connection after what is queued.
        public func disconnect(_ code: WebSocketCloseCode = .normal, _ reason: String = "") {
            connection.close(code, reason)
        }

        /// Ends the connection at once.
        func cut(_ reason: String) { connection.cut(reason) }

        func ended(_ closure: WebSocketClosure) { end.withLock { $0 = $0 ?? closure } }

        public static func == (left: Client, right: Client) -> Bool { left === right }

        public func hash(into hasher: inout Hasher) { hasher.combine(id) }

        public var description: String { "client \(id) at \(SocketEndpoint(host: address, port: port))" }
    }
}
