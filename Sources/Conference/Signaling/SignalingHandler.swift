import NIOCore
import NIOWebSocket

/// One WebSocket of ours: text frames in and out, keep-alive, and the bounds that a peer must keep to.
///
/// Lives on its channel's event loop.
final class SignalingHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private static let queueLimit = 1024

    private let isServer: Bool
    private let timing: SignalingTiming
    /// False when whoever listens cannot keep up.
    private let deliver: (SignalingEvent) -> Bool
    private var context: ChannelHandlerContext?
    private var received = FrameBudget()
    private var sent = FrameBudget(limit: FrameBudget.sendLimit)
    private var queue: [[UInt8]] = []
    private var lastHeard = NIODeadline.now()
    private var keepAlive: RepeatedTask?
    private var sending: Scheduled<Void>?
    private var isClosing = false
    private var hasTold = false
    /// Our closing words are out; the far side's are to come (RFC 6455 §7.1.1).
    private var awaitsClose = false
    private static let closePatience = TimeAmount.seconds(1)

    init(isServer: Bool, timing: SignalingTiming, deliver: @escaping (SignalingEvent) -> Bool) {
        self.isServer = isServer
        self.timing = timing
        self.deliver = deliver
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        lastHeard = .now()
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let interval = TimeAmount(timing.ping)
        keepAlive = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            bound.value.checkLife()
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { ended(.byPeer) }

    func channelInactive(context: ChannelHandlerContext) {
        ended(.byPeer)
        context.fireChannelInactive()
    }

    private func checkLife() {
        guard !hasTold else { return }
        if NIODeadline.now() - lastHeard >= TimeAmount(timing.silence) {
            ended(.silence)
            context?.close(mode: .all, promise: nil)
        } else {
            write(.ping, [])
            context?.flush()
        }
    }

    /// Tells once how it ended, and rests.
    private func ended(_ closure: SignalingClosure) {
        keepAlive?.cancel()
        if !isClosing { sending?.cancel() }
        guard !hasTold else { return }
        hasTold = true
        _ = deliver(.closed(closure))
    }

    /// Closes with a reason (RFC 6455 §7.4.1: 1008).
    private func cutOff(_ reason: String) {
        guard !hasTold else { return }
        ended(.violation(reason))
        closeChannel(.policyViolation, reason)
    }

    /// Says the closing words, and closes: at once, or when the far side has said its own.
    private func closeChannel(_ code: WebSocketErrorCode, _ reason: String, waits: Bool = false) {
        guard let context else { return }
        var payload = context.channel.allocator.buffer(capacity: 64)
        payload.write(webSocketErrorCode: code)
        payload.writeString(String(reason.prefix(100)))
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: mask, data: payload)
        awaitsClose = waits
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let written = context.writeAndFlush(wrapOutboundOut(frame))
        if waits {
            context.eventLoop.scheduleTask(in: Self.closePatience) { [channel = context.channel] in
                channel.close(mode: .all, promise: nil)
            }
        } else {
            written.whenComplete { _ in bound.value.close(mode: .all, promise: nil) }
        }
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        if awaitsClose, frame.opcode == .connectionClose { return context.close(mode: .all, promise: nil) }
        guard !hasTold else { return }
        lastHeard = .now()
        guard received.take(at: lastHeard) else { return cutOff("more than \(FrameBudget.limit) frames a second") }
        // RFC 6455 §5.1: a client masks, a server does not.
        guard (frame.maskKey != nil) == isServer else { return cutOff("a frame with a wrong mask") }
        switch frame.opcode {
        case .text: receive(Array(frame.unmaskedData.readableBytesView))
        case .ping:
            write(.pong, Array(frame.unmaskedData.readableBytesView))
            context.flush()
        case .pong: break
        case .connectionClose:
            ended(.byPeer)
            closeChannel(.normalClosure, "")
        default: cutOff("a frame that is not text")
        }
    }

    private func receive(_ bytes: [UInt8]) {
        do throws(SignalingError) {
            let envelope = try SignalingEnvelope(parsing: bytes)
            if envelope.message == .unknown, envelope.number == nil { return }
            if !deliver(.message(envelope)) { cutOff("too many messages") }
        } catch { cutOff("\(error)") }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        // The handler for it has answered, and closes.
        case let error as NIOWebSocketError: ended(.violation("\(error)"))
        case let error as NIOWebSocketFrameAggregator.Error:
            if !hasTold { cutOff("\(error)") }
        // Resets, and TLS that ended without its closing words.
        default:
            ended(.byPeer)
            context.close(mode: .all, promise: nil)
        }
    }

    // MARK: Out

    func send(_ bytes: [UInt8]) {
        guard !isClosing, !hasTold, queue.count < Self.queueLimit else { return }
        queue.append(bytes)
        sendQueue()
    }

    /// Closes when all is sent.
    func close() {
        guard !isClosing, !hasTold else { return }
        isClosing = true
        sendQueue()
    }

    private func sendQueue() {
        guard let context, sending == nil else { return }
        while !queue.isEmpty, sent.take(at: .now()) { write(.text, queue.removeFirst()) }
        context.flush()
        if queue.isEmpty {
            if isClosing, !hasTold {
                ended(.byPeer)
                closeChannel(.normalClosure, "", waits: true)
            }
            return
        }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        sending = context.eventLoop.scheduleTask(deadline: sent.nextFree(at: .now())) {
            bound.value.sending = nil
            bound.value.sendQueue()
        }
    }

    private func write(_ opcode: WebSocketOpcode, _ bytes: [UInt8]) {
        guard let context else { return }
        let data = context.channel.allocator.buffer(bytes: bytes)
        context.write(
            wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, maskKey: mask, data: data)), promise: nil)
    }

    private var mask: WebSocketMaskingKey? { isServer ? nil : .random() }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
