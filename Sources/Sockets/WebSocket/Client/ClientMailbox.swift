import NIOCore
import Synchronization

/// What a client's WebSocket has brought: messages, pongs, and how it ended.
final class ClientMailbox: Sendable {
    private struct State {
        var closure: WebSocketClosure?
        var nextPing: UInt64 = 0
        var pings: [[UInt8]: EventLoopPromise<Void>] = [:]
    }

    /// What an element costs beside its bytes.
    private static let overhead = 64
    /// Pings that may wait for an answer.
    private static let pingLimit = 1024

    let inbox: WebSocketInbox<WebSocketMessage>
    private let state = Mutex(State())

    init(limit: Int) { inbox = WebSocketInbox(limit: limit) }

    var closure: WebSocketClosure? { state.withLock { $0.closure } }

    /// The payload of a ping whose pong keeps `promise`.
    func expectPong(_ promise: EventLoopPromise<Void>) -> [UInt8] {
        let (payload, isLate) = state.withLock { state -> ([UInt8], Bool) in
            state.nextPing += 1
            let payload = withUnsafeBytes(of: state.nextPing.bigEndian) { Array($0) }
            guard state.closure == nil, state.pings.count < Self.pingLimit else { return (payload, true) }
            state.pings[payload] = promise
            return (payload, false)
        }
        if isLate { promise.fail(Self.closed) }
        return payload
    }

    /// Takes what happened; false when the reader is behind.
    func take(_ event: WebSocketConnectionState.Event) -> Bool {
        switch event {
        case .message(let message):
            return inbox.put(message, size: message.size + Self.overhead)
        case .pong(let payload):
            let promise = state.withLock { $0.pings.removeValue(forKey: payload) }
            promise?.succeed()
        case .ended(let closure):
            let pings = state.withLock { state in
                state.closure = closure
                defer { state.pings = [:] }
                return state.pings
            }
            for promise in pings.values { promise.fail(Self.closed) }
            inbox.end(Self.result(closure))
        }
        return true
    }

    private static let closed = SocketError(.closedLocally, "the WebSocket is closed")

    private static func result(_ closure: WebSocketClosure) -> Result<Void, SocketError> {
        if closure.isClean || closure.isRemote { return .success(()) }
        switch closure.code {
        case .abnormal: return .failure(SocketError(.linkBroken, closure.reason))
        case .messageTooBig: return .failure(SocketError(.tooLong, closure.reason))
        case .protocolError, .invalidPayload, .policyViolation:
            return .failure(SocketError(.protocolViolation, closure.reason))
        default: return .success(())
        }
    }
}
