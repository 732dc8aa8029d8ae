import Synchronization

/// How much a server lets in. Changes count for connections that come after them.
public struct WebSocketServerLimits: Hashable, Sendable {
    /// Connections at one time, plain requests among them.
    public var connections: Int
    /// Of one IPv4 address, or one /64 of IPv6.
    public var connectionsPerAddress: Int
    /// Bytes of one message; where a service's own limit is lower, that one counts. Nil leaves it to the services.
    public var messageSize: Int?
    /// Frames of one client in a second; likewise.
    public var framesPerSecond: Int?

    public init(
        connections: Int = 1000, connectionsPerAddress: Int = 100, messageSize: Int? = nil, framesPerSecond: Int? = nil
    ) {
        self.connections = connections
        self.connectionsPerAddress = connectionsPerAddress
        self.messageSize = messageSize
        self.framesPerSecond = framesPerSecond
    }

    /// A service's options, with these limits on top.
    func applied(to options: WebSocketOptions) -> WebSocketOptions {
        var options = options
        if let messageSize {
            options.limits.messageSize = min(options.limits.messageSize, messageSize)
            options.limits.frameSize = min(options.limits.frameSize, messageSize)
        }
        if let framesPerSecond {
            options.limits.framesPerSecond = min(options.limits.framesPerSecond ?? .max, framesPerSecond)
        }
        return options
    }
}

/// Counts connections, in all and by where they come from.
final class ServerAdmission: Sendable {
    private struct State {
        var limits: WebSocketServerLimits
        var total = 0
        var byOrigin: [String: Int] = [:]
        var refused = 0
    }

    private let state: Mutex<State>

    init(_ limits: WebSocketServerLimits) { state = Mutex(State(limits: limits)) }

    var limits: WebSocketServerLimits {
        get { state.withLock { $0.limits } }
        set { state.withLock { $0.limits = newValue } }
    }

    /// Connections that are open, and those that were turned away so far.
    var counts: (open: Int, refused: Int) { state.withLock { ($0.total, $0.refused) } }

    /// Counts a connection; false, and not counted, when it is one too many.
    func enter(from origin: String) -> Bool {
        state.withLock { state in
            guard state.total < state.limits.connections,
                state.byOrigin[origin, default: 0] < state.limits.connectionsPerAddress
            else {
                state.refused += 1
                return false
            }
            state.total += 1
            state.byOrigin[origin, default: 0] += 1
            return true
        }
    }

    func leave(from origin: String) {
        state.withLock { state in
            state.total -= 1
            let left = state.byOrigin[origin, default: 1] - 1
            state.byOrigin[origin] = left > 0 ? left : nil
        }
    }
}
