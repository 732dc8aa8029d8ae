import NIOCore

/// What a frame carries (RFC 6455 §5.2).
enum WebSocketOpcode: UInt8, Sendable, CaseIterable {
    case continuation = 0
    case text = 1
    case binary = 2
    case close = 8
    case ping = 9
    case pong = 10

    /// Control frames may stand between the fragments of a message, and are short and whole (§5.5).
    var isControl: Bool { rawValue >= 8 }
}

/// Which end of the connection this is: a client masks, a server does not (RFC 6455 §5.1).
enum WebSocketRole: Hashable, Sendable {
    case client
    case server
}

/// A rule that the far side broke: the code and reason to close with.
struct WebSocketViolation: Error, Hashable {
    var code: WebSocketCloseCode
    var reason: String

    init(_ code: WebSocketCloseCode, _ reason: String) {
        self.code = code
        self.reason = reason
    }
}

/// The beginning of a frame, up to its payload.
struct WebSocketFrameHeader: Hashable, Sendable {
    /// Bytes that a control frame may carry (RFC 6455 §5.5).
    static let controlLimit = 125

    var opcode: WebSocketOpcode
    /// Whether this is a message's last frame.
    var isFinal = true
    /// RSV1: the message is compressed (RFC 7692 §6). On a message's first frame only.
    var isCompressed = false
    /// Bytes of payload.
    var length: Int
    /// The key as it stands on the wire, first byte in the highest bits.
    var maskingKey: UInt32?

    /// Appends the shortest form, as §5.2 demands.
    func write(to buffer: inout ByteBuffer) {
        buffer.writeInteger((isFinal ? 0x80 : 0) | (isCompressed ? 0x40 : 0) | opcode.rawValue)
        let mask: UInt8 = maskingKey == nil ? 0 : 0x80
        switch length {
        case ...125:
            buffer.writeInteger(mask | UInt8(max(length, 0)))
        case ...0xFFFF:
            buffer.writeInteger(mask | 126)
            buffer.writeInteger(UInt16(length))
        default:
            buffer.writeInteger(mask | 127)
            buffer.writeInteger(UInt64(length))
        }
        if let maskingKey { buffer.writeInteger(maskingKey) }
    }
}
