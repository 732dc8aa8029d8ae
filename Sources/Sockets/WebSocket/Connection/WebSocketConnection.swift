import NIOCore
import Synchronization

/// Bytes on their way to a far side, counted from any thread.
final class SendQueue: Sendable {
    static let overflow = "the far side does not read what is sent"

    private let limit: Int
    private let size = Atomic(0)

    init(limit: Int) { self.limit = limit }

    /// Counts bytes; false when there are now too many.
    func reserve(_ count: Int) -> Bool {
        size.wrappingAdd(count, ordering: .relaxed).newValue <= limit
    }

    func release(_ count: Int) { size.wrappingSubtract(count, ordering: .relaxed) }
}

/// An open WebSocket for use from anywhere.
final class WebSocketConnection: Sendable {
    let subprotocol: String?
    let isCompressed: Bool
    let channel: any Channel
    private let handler: NIOLoopBound<WebSocketHandler>
    private let queue: SendQueue

    /// What a frame adds to a message, at most.
    private static let overhead = 14

    /// Puts itself at the end of a channel whose handshake is done. On the channel's event loop.
    ///
    /// - Parameter onEvent: takes what happens, on the event loop; false when nothing more should come until `resume()`.
    init(
        channel: any Channel, role: WebSocketRole, options: WebSocketOptions, subprotocol: String?,
        deflate: DeflateParameters?, onEvent: @escaping (WebSocketConnectionState.Event) -> Bool
    ) throws {
        let queue = SendQueue(limit: options.limits.sendQueue)
        let state = WebSocketConnectionState(
            role: role, limits: options.limits, deflate: deflate,
            compressionThreshold: options.compression?.threshold ?? 0, outgoingFrameSize: options.outgoingFrameSize)
        let handler = WebSocketHandler(state: state, timing: options.timing, queue: queue, onEvent: onEvent)
        self.channel = channel
        self.subprotocol = subprotocol
        self.queue = queue
        isCompressed = deflate != nil
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        try channel.pipeline.syncOperations.addHandler(handler)
    }

    /// Sends after what was sent before. Nothing happens when the connection is closed; a far side that lets too much
    /// pile up is cut off.
    ///
    /// - Parameter promise: kept when the system has taken the message.
    func send(_ message: WebSocketMessage, promise: EventLoopPromise<Void>? = nil) {
        let size = message.size + Self.overhead
        guard queue.reserve(size) else {
            queue.release(size)
            promise?.fail(SocketError(.linkBroken, SendQueue.overflow))
            onEventLoop { $0.cut(SendQueue.overflow) }
            return
        }
        onEventLoop { $0.send(message, reserved: size, promise: promise) }
    }

    /// Sends one message to many, each after what was sent to it before: as `send(_:promise:)` to each, in one turn of
    /// each event loop.
    static func send(_ message: WebSocketMessage, to connections: some Sequence<WebSocketConnection>) {
        let size = message.size + overhead
        var groups: [ObjectIdentifier: [WebSocketConnection]] = [:]
        for connection in connections {
            if connection.queue.reserve(size) {
                groups[ObjectIdentifier(connection.channel.eventLoop), default: []].append(connection)
            } else {
                connection.queue.release(size)
                connection.onEventLoop { $0.cut(SendQueue.overflow) }
            }
        }
        for group in groups.values {
            group.first?.channel.eventLoop.execute {
                let shared = SharedMessage(message)
                for connection in group { connection.handler.value.send(shared, reserved: size) }
            }
        }
    }

    func ping(_ payload: [UInt8]) { onEventLoop { $0.ping(payload) } }

    func close(_ code: WebSocketCloseCode, _ reason: String) { onEventLoop { $0.close(code, reason) } }

    func cut(_ reason: String) { onEventLoop { $0.cut(reason) } }

    func resume() { onEventLoop { $0.resume() } }

    private func onEventLoop(_ action: @escaping @Sendable (WebSocketHandler) -> Void) {
        // Always in a later turn: so the order of calls from one thread is the order on the wire.
        channel.eventLoop.execute { [handler] in action(handler.value) }
    }
}
