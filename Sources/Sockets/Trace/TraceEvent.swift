import Glibc

/// One thing that happened at a relay.
public struct TraceEvent: Sendable, Hashable {
    /// Which way bytes went.
    public enum Direction: String, Sendable, Hashable {
        case toServer = "->"
        case toClient = "<-"
    }

    /// What happened.
    public enum Kind: Sendable, Hashable {
        /// A client asks for a connection; with UDP, its first datagram came.
        case requested
        /// The server was reached; `server` is its numeric address from now on.
        case connected
        /// The server was not reached, and why.
        case failed(SocketError)
        /// Bytes were passed on; `names` tells the HTTP heads and WebSocket frames that begin in them.
        case data(Direction, [UInt8], names: [TraceName])
        /// One side has no more to say; the other may go on.
        case finished(Direction)
        /// The connection is over: all bytes that went each way, and the error, if it was one.
        case closed(toServer: Int, toClient: Int, cause: SocketError?)
    }

    /// When, in nanoseconds since 1970 (UTC).
    public var time: Int64
    /// Which connection, counted from 1.
    public var connection: Int
    /// Whether the connection is one of UDP.
    public var isDatagram: Bool
    /// The client.
    public var client: SocketEndpoint
    /// The server, as asked for until it is reached.
    public var server: SocketEndpoint
    /// What happened.
    public var kind: Kind

    /// An event, as the relay makes them; for writers of one's own and their tests.
    public init(
        time: Int64, connection: Int, isDatagram: Bool = false, client: SocketEndpoint, server: SocketEndpoint,
        kind: Kind
    ) {
        self.time = time
        self.connection = connection
        self.isDatagram = isDatagram
        self.client = client
        self.server = server
        self.kind = kind
    }

    /// Now, in nanoseconds since 1970.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
