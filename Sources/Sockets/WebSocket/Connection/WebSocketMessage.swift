/// What one side tells the other: a text or bytes (RFC 6455 §5.6).
public enum WebSocketMessage: Hashable, Sendable {
    case text(String)
    case binary([UInt8])

    /// Bytes on the wire before compression.
    public var size: Int {
        switch self {
        case .text(let text): text.utf8.count
        case .binary(let bytes): bytes.count
        }
    }
}

/// The bounds of a WebSocket. What goes over them ends the connection, not the program.
public struct WebSocketLimits: Hashable, Sendable {
    /// Bytes of one message that is received, after it was expanded; a longer one closes with 1009.
    public var messageSize: Int
    /// Payload bytes of one frame that is received; a longer one closes with 1009.
    public var frameSize: Int
    /// Frames that are received in any one second; more close with 1008. Nil for any number.
    public var framesPerSecond: Int?
    /// Bytes that wait for a far side that does not read; more cut it off.
    public var sendQueue: Int
    /// Bytes of messages that wait to be taken here; beyond, the socket is not read.
    public var receiveQueue: Int

    public init(
        messageSize: Int = 16 << 20, frameSize: Int = 16 << 20, framesPerSecond: Int? = nil, sendQueue: Int = 16 << 20,
        receiveQueue: Int = 256 << 10
    ) {
        self.messageSize = messageSize
        self.frameSize = frameSize
        self.framesPerSecond = framesPerSecond
        self.sendQueue = sendQueue
        self.receiveQueue = receiveQueue
    }
}

/// The times of a WebSocket.
public struct WebSocketTiming: Hashable, Sendable {
    /// From the TCP connection to the end of the opening handshake.
    public var handshake: Duration
    /// After so long without a sign of the far side a ping is sent; after 2.5 times as long it is given up. Nil sends none.
    public var keepAlive: Duration?
    /// How long the far side may take to answer a close frame.
    public var close: Duration

    public init(handshake: Duration = .seconds(20), keepAlive: Duration? = .seconds(30), close: Duration = .seconds(5))
    {
        self.handshake = handshake
        self.keepAlive = keepAlive
        self.close = close
    }
}
