import NIOCore

/// One end of an open WebSocket without its socket: bytes in, events and bytes out (RFC 6455 §5–§7).
///
/// It is asked for one event at a time, so that whoever cannot take more leaves the rest where it is.
struct WebSocketConnectionState {
    enum Event: Hashable {
        case message(WebSocketMessage)
        case pong([UInt8])
        /// The last event.
        case ended(WebSocketClosure)
    }

    enum Phase: Hashable {
        case open
        /// This side's close frame is on its way, the other's is awaited.
        case closing
        case ended
    }

    private(set) var phase = Phase.open
    let role: WebSocketRole
    /// What is to be written to the socket.
    private var outgoing = ByteBuffer()
    private var decoder: WebSocketFrameDecoder
    private var assembler: MessageAssembler
    private var encoder: MessageEncoder
    private var rate: FrameRate?
    private var now = NIODeadline.distantPast
    private var header: WebSocketFrameHeader?
    private var control = ByteBuffer()
    /// What this side's close frame said.
    private var ownClosure: WebSocketClosure?

    init(
        role: WebSocketRole, limits: WebSocketLimits, deflate: DeflateParameters? = nil, compressionThreshold: Int = 64,
        outgoingFrameSize: Int? = nil
    ) {
        self.role = role
        decoder = WebSocketFrameDecoder(
            role: role, maxFrameSize: limits.frameSize, allowsCompression: deflate != nil)
        assembler = MessageAssembler(limit: limits.messageSize, role: role, deflate: deflate)
        encoder = MessageEncoder(
            role: role, deflate: deflate, threshold: compressionThreshold, frameSize: outgoingFrameSize)
        rate = limits.framesPerSecond.map(FrameRate.init(limit:))
    }

    /// Adds what came from the network. What came after the end is not looked at.
    mutating func receive(_ bytes: ByteBuffer, at now: NIODeadline) {
        guard phase != .ended else { return }
        self.now = now
        decoder.append(bytes)
    }

    /// The next thing that happened; nil until more bytes come.
    mutating func next() -> Event? {
        guard phase != .ended else { return nil }
        do throws(WebSocketViolation) {
            while let part = try decoder.next() {
                if let event = try take(part) { return event }
            }
            return nil
        } catch {
            return fail(error)
        }
    }

    /// Sends a message; false, and nothing is done, when the connection is closing.
    mutating func send(_ message: WebSocketMessage) -> Bool {
        guard phase == .open else { return false }
        encoder.write(message, to: &outgoing)
        return true
    }

    /// As `send(_:)`, for a message that goes to many.
    mutating func send(_ shared: SharedMessage) -> Bool {
        guard phase == .open else { return false }
        encoder.write(shared, to: &outgoing)
        return true
    }

    /// Sends a ping with at most 125 bytes; the rest is left away.
    mutating func ping(_ payload: [UInt8] = []) {
        guard phase == .open else { return }
        encoder.writeControl(.ping, payload, to: &outgoing)
    }

    /// Sends the close frame; nothing when that is done already. A code that may not be sent is replaced by 1000, a
    /// reason of more than 123 bytes is cut (§5.5.1).
    mutating func close(_ code: WebSocketCloseCode, _ reason: String = "") {
        guard phase == .open else { return }
        let code = code.isAllowedOnWire ? code : .normal
        let closure = WebSocketClosure(code: code, reason: Self.cut(reason), isRemote: false, isClean: false)
        encoder.writeControl(.close, Self.payload(closure), to: &outgoing)
        ownClosure = closure
        phase = .closing
    }

    /// The socket is closed, or given up for `reason`; the last event, unless it was told already.
    mutating func lose(_ reason: String = "") -> Event? {
        guard phase != .ended else { return nil }
        phase = .ended
        return .ended(
            ownClosure ?? WebSocketClosure(code: .abnormal, reason: reason, isRemote: false, isClean: false))
    }

    /// What is to be written, once.
    mutating func takeOutgoing() -> ByteBuffer? {
        guard outgoing.readableBytes > 0 else { return nil }
        defer { outgoing = ByteBuffer() }
        return outgoing
    }

    private mutating func take(_ part: WebSocketFrameDecoder.Part) throws(WebSocketViolation) -> Event? {
        switch part {
        case .header(let header):
            if let limit = rate?.limit, rate?.take(at: now) == false {
                throw WebSocketViolation(.policyViolation, "more than \(limit) frames a second")
            }
            self.header = header
            if header.opcode.isControl { control = ByteBuffer() } else { try assembler.begin(header) }
            return nil
        case .payload(let bytes, let isLast):
            guard let header else { return nil }
            if header.opcode.isControl {
                control.writeImmutableBuffer(bytes)
                return isLast ? try takeControl(header.opcode) : nil
            }
            return try assembler.add(bytes, isLast: isLast && header.isFinal).map(Event.message)
        }
    }

    private mutating func takeControl(_ opcode: WebSocketOpcode) throws(WebSocketViolation) -> Event? {
        let payload = Array(buffer: control)
        switch opcode {
        case .ping:
            // After a close frame nothing more may be sent (§5.5.1).
            if phase == .open { encoder.writeControl(.pong, payload, to: &outgoing) }
            return nil
        case .pong:
            return .pong(payload)
        default:
            return .ended(try readClose(payload))
        }
    }

    private mutating func readClose(_ payload: [UInt8]) throws(WebSocketViolation) -> WebSocketClosure {
        var closure = WebSocketClosure(code: .noStatus, isRemote: ownClosure == nil, isClean: true)
        if !payload.isEmpty {
            guard payload.count >= 2 else { throw WebSocketViolation(.protocolError, "a close frame of one byte") }
            closure.code = WebSocketCloseCode(rawValue: UInt16(payload[0]) << 8 | UInt16(payload[1]))
            guard closure.code.isAllowedOnWire else {
                throw WebSocketViolation(.protocolError, "a close code that may not be sent")
            }
            guard let reason = String(validating: payload.dropFirst(2), as: UTF8.self) else {
                throw WebSocketViolation(.invalidPayload, "a reason that is not UTF-8")
            }
            closure.reason = reason
        }
        if phase == .open { encoder.writeControl(.close, Array(payload.prefix(2)), to: &outgoing) }
        phase = .ended
        return closure
    }

    private mutating func fail(_ violation: WebSocketViolation) -> Event {
        close(violation.code, violation.reason)
        phase = .ended
        return .ended(
            WebSocketClosure(code: violation.code, reason: violation.reason, isRemote: false, isClean: false))
    }

    private static func payload(_ closure: WebSocketClosure) -> [UInt8] {
        [UInt8(closure.code.rawValue >> 8), UInt8(closure.code.rawValue & 0xFF)] + Array(closure.reason.utf8)
    }

    /// The longest beginning that fits a close frame, in whole characters.
    private static func cut(_ reason: String) -> String {
        var cut = reason.prefix(WebSocketFrameHeader.controlLimit - 2)
        while cut.utf8.count > WebSocketFrameHeader.controlLimit - 2 { cut.removeLast() }
        return String(cut)
    }
}
