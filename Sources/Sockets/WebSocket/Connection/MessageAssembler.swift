import NIOCore

/// Puts a message together from its frames: expands it, counts it, and checks its text as it comes.
struct MessageAssembler {
    private struct Message {
        var isText: Bool
        var isCompressed: Bool
        var content = ByteBuffer()
        var utf8 = UTF8Validator()
    }

    private let limit: Int
    private let role: WebSocketRole
    private let deflate: DeflateParameters?
    private var inflater: Inflater?
    private var message: Message?

    init(limit: Int, role: WebSocketRole, deflate: DeflateParameters?) {
        self.limit = limit
        self.role = role
        self.deflate = deflate
    }

    /// A data frame begins (RFC 6455 §5.4).
    mutating func begin(_ header: WebSocketFrameHeader) throws(WebSocketViolation) {
        if header.opcode == .continuation {
            guard message != nil else {
                throw WebSocketViolation(.protocolError, "a continuation of no message")
            }
        } else {
            guard message == nil else {
                throw WebSocketViolation(.protocolError, "a message begins within another one")
            }
            message = Message(isText: header.opcode == .text, isCompressed: header.isCompressed)
        }
        guard header.length <= limit - (message?.content.readableBytes ?? 0) || message?.isCompressed == true else {
            throw tooLong
        }
    }

    /// Some of a data frame's payload. The message, when `isLast` is true.
    mutating func add(_ part: ByteBuffer, isLast: Bool) throws(WebSocketViolation) -> WebSocketMessage? {
        guard var message else { return nil }
        // Not held twice while it grows.
        self.message = nil
        let before = message.content.writerIndex
        if message.isCompressed {
            try expand(part, into: &message.content, isLast: isLast)
        } else {
            message.content.writeImmutableBuffer(part)
        }
        guard message.content.readableBytes <= limit else { throw tooLong }
        if message.isText {
            let isValid = message.content.withUnsafeReadableBytes { bytes in
                message.utf8.accept(UnsafeRawBufferPointer(rebasing: bytes[before...]))
            }
            guard isValid, !isLast || message.utf8.isComplete else {
                throw WebSocketViolation(.invalidPayload, "a text is not UTF-8")
            }
        }
        guard isLast else {
            self.message = message
            return nil
        }
        return message.isText ? .text(String(buffer: message.content)) : .binary(Array(buffer: message.content))
    }

    private mutating func expand(
        _ part: ByteBuffer, into content: inout ByteBuffer, isLast: Bool
    ) throws(WebSocketViolation) {
        guard let deflate else { return }
        let sender: WebSocketRole = role == .client ? .server : .client
        // Only those who do compress cost a window.
        inflater =
            inflater
            ?? Inflater(windowBits: deflate.windowBits(of: sender), keepsContext: deflate.keepsContext(of: sender))
        guard let inflater else { throw WebSocketViolation(.internalError, "no memory") }
        do throws(Inflater.Failure) {
            try inflater.expand(part, into: &content, limit: limit - content.readableBytes)
            if isLast { try inflater.finish(into: &content, limit: limit - content.readableBytes) }
        } catch {
            switch error {
            case .notDeflate: throw WebSocketViolation(.invalidPayload, "a compressed message cannot be expanded")
            case .tooLong: throw tooLong
            }
        }
    }

    private var tooLong: WebSocketViolation {
        WebSocketViolation(.messageTooBig, "a message over \(limit) bytes")
    }
}
