/// How a WebSocket works, at either end.
public struct WebSocketOptions: Hashable, Sendable {
    /// The bounds, beyond which the connection ends.
    public var limits: WebSocketLimits
    /// The times of handshakes and pings.
    public var timing: WebSocketTiming
    /// Nil where messages are never compressed.
    public var compression: WebSocketCompression?
    /// Payload bytes of the frames that a message is sent in; nil sends each message in one.
    public var outgoingFrameSize: Int?

    public init(
        limits: WebSocketLimits = WebSocketLimits(), timing: WebSocketTiming = WebSocketTiming(),
        compression: WebSocketCompression? = WebSocketCompression(), outgoingFrameSize: Int? = nil
    ) {
        self.limits = limits
        self.timing = timing
        self.compression = compression
        self.outgoingFrameSize = outgoingFrameSize
    }
}
