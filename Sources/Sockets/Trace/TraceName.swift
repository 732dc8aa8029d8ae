/// What begins, or is complete, in the bytes of an event.
public enum TraceName: Sendable, Hashable {
    /// A WebSocket frame (RFC 6455, 5.2).
    public struct Frame: Sendable, Hashable {
        /// 0–15; those that are not defined included.
        public var opcode: UInt8
        /// Bytes of payload, as the head says.
        public var size: UInt64
        /// Whether it is its message's last.
        public var isFinal: Bool
        /// Whether its message is compressed (RFC 7692).
        public var isCompressed: Bool

        /// A frame.
        public init(opcode: UInt8, size: UInt64, isFinal: Bool = true, isCompressed: Bool = false) {
            self.opcode = opcode
            self.size = size
            self.isFinal = isFinal
            self.isCompressed = isCompressed
        }
    }

    /// Why a compressed message cannot be told.
    public enum Fault: Sendable, Hashable {
        /// It is not what deflate writes.
        case notDeflate
        /// It, or one before it, says more than is followed.
        case tooLong
    }

    /// An HTTP head, by its first line.
    case http(String)
    /// A WebSocket frame.
    case frame(Frame)
    /// What a compressed WebSocket message says: its size, and its first 4 KiB as text or, of bytes, in hexadecimal.
    case expanded(isText: Bool, size: Int, beginning: String)
    /// A compressed WebSocket message that cannot be told.
    case unreadable(Fault)
}

extension TraceName: CustomStringConvertible {
    /// As in the logs.
    public var description: String {
        switch self {
        case .http(let line): return "HTTP \(line)"
        case .frame(let frame):
            let kind =
                switch frame.opcode {
                case 0: "continuation"
                case 1: "text"
                case 2: "binary"
                case 8: "close"
                case 9: "ping"
                case 10: "pong"
                default: "opcode \(frame.opcode)"
                }
            return "WebSocket \(kind), \(frame.size) bytes" + (frame.isFinal ? "" : ", not the last")
                + (frame.isCompressed ? ", compressed" : "")
        case .expanded(let isText, let size, let beginning):
            return "\(isText ? "text" : "binary") expanded to \(size) bytes: \(beginning)"
        case .unreadable(.notDeflate): return "a message that cannot be told: it is not what deflate writes"
        case .unreadable(.tooLong):
            return
                "a message that cannot be told: it is, or follows, one of more than \(MessageExpansion.most >> 20) MiB"
        }
    }
}
