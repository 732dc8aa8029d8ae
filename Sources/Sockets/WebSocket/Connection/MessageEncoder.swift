import NIOCore

/// Writes messages and control frames: compressed where that was agreed to, masked by a client.
struct MessageEncoder {
    private let role: WebSocketRole
    private let deflate: DeflateParameters?
    private let threshold: Int
    /// Payload bytes of a frame; nil leaves every message in one.
    private let frameSize: Int?
    private var deflater: Deflater?
    private var hasDeflater = false

    init(role: WebSocketRole, deflate: DeflateParameters?, threshold: Int, frameSize: Int?) {
        self.role = role
        self.deflate = deflate
        self.threshold = threshold
        self.frameSize = frameSize.map { max(1, $0) }
    }

    /// As `write(_:to:)`, for a message that goes to many: what is the same for all of them is made once.
    mutating func write(_ shared: SharedMessage, to output: inout ByteBuffer) {
        guard role == .server, frameSize == nil, deflate == nil || shared.message.size < max(1, threshold) else {
            return write(shared.message, to: &output)
        }
        let frame = shared.frame {
            var frame = ByteBuffer()
            write(shared.message, to: &frame)
            return frame
        }
        if output.readableBytes == 0 { output = frame } else { output.writeImmutableBuffer(frame) }
    }

    mutating func write(_ message: WebSocketMessage, to output: inout ByteBuffer) {
        let (opcode, plain): (WebSocketOpcode, ByteBuffer) =
            switch message {
            case .text(let text): (.text, ByteBuffer(string: text))
            case .binary(let bytes): (.binary, ByteBuffer(bytes: bytes))
            }
        let compressed = compress(plain)
        var rest = compressed ?? plain
        var isFirst = true
        repeat {
            let length = min(rest.readableBytes, frameSize ?? .max)
            guard let payload = rest.readSlice(length: length) else { return }
            let header = WebSocketFrameHeader(
                opcode: isFirst ? opcode : .continuation, isFinal: rest.readableBytes == 0,
                isCompressed: isFirst && compressed != nil, length: length)
            write(header, payload, to: &output)
            isFirst = false
        } while rest.readableBytes > 0
    }

    mutating func writeControl(_ opcode: WebSocketOpcode, _ payload: [UInt8], to output: inout ByteBuffer) {
        let payload = ByteBuffer(bytes: payload.prefix(WebSocketFrameHeader.controlLimit))
        write(WebSocketFrameHeader(opcode: opcode, length: payload.readableBytes), payload, to: &output)
    }

    private func write(_ header: WebSocketFrameHeader, _ payload: ByteBuffer, to output: inout ByteBuffer) {
        var header = header
        var payload = payload
        if role == .client {
            // From the system's generator: a proxy in between must not be able to guess it (RFC 6455 §10.3).
            let key = UInt32.random(in: .min ... .max)
            header.maskingKey = key
            var mask = WebSocketMask(key: key)
            mask.apply(to: &payload)
        }
        header.write(to: &output)
        output.writeImmutableBuffer(payload)
    }

    /// Nil where the message goes as it is: no agreement, too short, or nothing gained without a context to keep.
    private mutating func compress(_ plain: ByteBuffer) -> ByteBuffer? {
        guard let deflate, plain.readableBytes >= max(1, threshold) else { return nil }
        if !hasDeflater {
            deflater = Deflater(windowBits: deflate.windowBits(of: role), keepsContext: deflate.keepsContext(of: role))
            hasDeflater = true
        }
        return deflater?.compress(plain)
    }
}

/// Counts frames: at most so many in any one second.
struct FrameRate {
    let limit: Int
    /// When the last `limit` frames came, as a ring.
    private var times: [NIODeadline] = []
    private var oldest = 0

    init(limit: Int) { self.limit = max(1, limit) }

    /// False when a frame is one too many.
    mutating func take(at now: NIODeadline) -> Bool {
        guard times.count >= limit else {
            times.append(now)
            return true
        }
        guard now - times[oldest] >= .seconds(1) else { return false }
        times[oldest] = now
        oldest = (oldest + 1) % limit
        return true
    }
}
