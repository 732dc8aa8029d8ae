import NIOCore

/// Takes frames from a stream of bytes and checks every rule that a single frame can break (RFC 6455 §5).
///
/// A payload is handed out in the parts that it comes in, so that nothing is kept here but the start of a header, and a
/// broken text is noticed in the middle of a long frame.
struct WebSocketFrameDecoder {
    enum Part: Equatable {
        case header(WebSocketFrameHeader)
        /// The next bytes of the frame, unmasked. A frame without payload has one empty part.
        case payload(ByteBuffer, isLast: Bool)
    }

    private enum Stage {
        case header
        case payload(remaining: Int, mask: WebSocketMask?)
    }

    private let role: WebSocketRole
    /// Payload bytes that a data frame may announce.
    private let maxFrameSize: Int
    /// Whether permessage-deflate was agreed to, which gives RSV1 its meaning.
    private let allowsCompression: Bool
    private var stage = Stage.header
    private var buffer = ByteBuffer()

    init(role: WebSocketRole, maxFrameSize: Int, allowsCompression: Bool) {
        self.role = role
        self.maxFrameSize = maxFrameSize
        self.allowsCompression = allowsCompression
    }

    /// Bytes that wait for `next()`.
    var bufferedBytes: Int { buffer.readableBytes }

    /// Adds what came from the network.
    mutating func append(_ bytes: ByteBuffer) {
        if buffer.readableBytes == 0 {
            buffer = bytes
        } else {
            buffer.writeImmutableBuffer(bytes)
        }
    }

    /// The next part, or nil until more bytes come. Nothing may be asked after an error.
    mutating func next() throws(WebSocketViolation) -> Part? {
        // What was read keeps no memory until the next message, which may come in an hour.
        defer { if buffer.readableBytes == 0 { buffer = ByteBuffer() } }
        switch stage {
        case .header:
            guard let header = try readHeader() else { return nil }
            stage = .payload(remaining: header.length, mask: header.maskingKey.map(WebSocketMask.init(key:)))
            return .header(header)
        case .payload(let remaining, var mask):
            guard remaining > 0 else {
                stage = .header
                return .payload(ByteBuffer(), isLast: true)
            }
            guard buffer.readableBytes > 0,
                var part = buffer.readSlice(length: min(remaining, buffer.readableBytes))
            else { return nil }
            mask?.apply(to: &part)
            let left = remaining - part.readableBytes
            stage = left == 0 ? .header : .payload(remaining: left, mask: mask)
            return .payload(part, isLast: left == 0)
        }
    }

    private mutating func readHeader() throws(WebSocketViolation) -> WebSocketFrameHeader? {
        let start = buffer.readerIndex
        guard let first: UInt8 = buffer.getInteger(at: start) else { return nil }
        guard first & 0x30 == 0 else { throw WebSocketViolation(.protocolError, "reserved bits are set") }
        guard let opcode = WebSocketOpcode(rawValue: first & 0x0F) else {
            throw WebSocketViolation(.protocolError, "an opcode that is not defined")
        }
        let isFinal = first & 0x80 != 0
        let isCompressed = first & 0x40 != 0
        guard !isCompressed || allowsCompression && (opcode == .text || opcode == .binary) else {
            throw WebSocketViolation(.protocolError, "RSV1 where no compressed message begins")
        }
        guard isFinal || !opcode.isControl else {
            throw WebSocketViolation(.protocolError, "a control frame in fragments")
        }
        guard let second: UInt8 = buffer.getInteger(at: start + 1) else { return nil }
        let isMasked = second & 0x80 != 0
        guard isMasked == (role == .server) else {
            throw WebSocketViolation(.protocolError, isMasked ? "a server's frame is masked" : "a frame is not masked")
        }
        let short = Int(second & 0x7F)
        guard !opcode.isControl || short <= WebSocketFrameHeader.controlLimit else {
            throw WebSocketViolation(.protocolError, "a control frame of more than 125 bytes")
        }
        guard let (length, lengthSize) = try readLength(short, at: start + 2) else { return nil }
        guard opcode.isControl || length <= maxFrameSize else {
            throw WebSocketViolation(.messageTooBig, "a frame over \(maxFrameSize) bytes")
        }
        var key: UInt32?
        if isMasked {
            key = buffer.getInteger(at: start + 2 + lengthSize)
            if key == nil { return nil }
        }
        buffer.moveReaderIndex(forwardBy: 2 + lengthSize + (isMasked ? 4 : 0))
        return WebSocketFrameHeader(
            opcode: opcode, isFinal: isFinal, isCompressed: isCompressed, length: length, maskingKey: key)
    }

    /// The payload's length, and how many bytes the longer forms of it take. Only the shortest form is right (§5.2).
    private func readLength(_ short: Int, at index: Int) throws(WebSocketViolation) -> (Int, Int)? {
        switch short {
        case 126:
            guard let length: UInt16 = buffer.getInteger(at: index) else { return nil }
            guard length > 125 else { throw WebSocketViolation(.protocolError, "a length in too long a form") }
            return (Int(length), 2)
        case 127:
            guard let length: UInt64 = buffer.getInteger(at: index) else { return nil }
            guard let length = Int(exactly: length) else {
                throw WebSocketViolation(.protocolError, "a length with the highest bit set")
            }
            guard length > 0xFFFF else { throw WebSocketViolation(.protocolError, "a length in too long a form") }
            return (length, 8)
        default:
            return (short, 0)
        }
    }
}
