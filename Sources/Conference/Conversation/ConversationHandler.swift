import NIOCore
import NIOWebSocket

/// One WebSocket that carries a conversation: binary frames in and out, keep-alive, and the bounds that a peer must keep.
///
/// Lives on its channel's event loop.
final class ConversationHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    enum Event: Sendable {
        case frames([ConversationFrame])
        /// So many bytes have left.
        case sent(Int)
        case closed(violation: String?)
    }

    /// The subprotocol (RFC 6455 §1.9) that tells a conversation from a call.
    static let subprotocol = "causerie-conversation"
    private static let batchLimit = 256

    private let isServer: Bool
    private let timing: SignalingTiming
    /// False when whoever listens cannot keep up.
    private let deliver: (Event) -> Bool
    private var context: ChannelHandlerContext?
    private var received = FrameBudget(limit: ConversationLinkLimit.frames)
    private var batch: [ConversationFrame] = []
    private var lastHeard = NIODeadline.now()
    private var keepAlive: RepeatedTask?
    private var hasTold = false

    init(isServer: Bool, timing: SignalingTiming, deliver: @escaping (Event) -> Bool) {
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

    func handlerRemoved(context: ChannelHandlerContext) { ended(nil) }

    func channelInactive(context: ChannelHandlerContext) {
        ended(nil)
        context.fireChannelInactive()
    }

    private func checkLife() {
        guard !hasTold else { return }
        if NIODeadline.now() - lastHeard >= TimeAmount(timing.silence) {
            ended(nil)
            context?.close(mode: .all, promise: nil)
        } else {
            write(.ping, [], promise: nil)
            context?.flush()
        }
    }

    private func ended(_ violation: String?) {
        keepAlive?.cancel()
        guard !hasTold else { return }
        flushBatch()
        hasTold = true
        _ = deliver(.closed(violation: violation))
    }

    /// Closes with a reason (RFC 6455 §7.4.1: 1008).
    private func cutOff(_ reason: String) {
        guard !hasTold else { return }
        ended(reason)
        closeChannel(.policyViolation, reason)
    }

    private func closeChannel(_ code: WebSocketErrorCode, _ reason: String) {
        guard let context else { return }
        var payload = context.channel.allocator.buffer(capacity: 64)
        payload.write(webSocketErrorCode: code)
        payload.writeString(String(reason.prefix(100)))
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: mask, data: payload)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.writeAndFlush(wrapOutboundOut(frame)).whenComplete { _ in
            bound.value.close(mode: .all, promise: nil)
        }
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        guard !hasTold else { return }
        lastHeard = .now()
        guard received.take(at: lastHeard) else {
            return cutOff("more than \(ConversationLinkLimit.frames) frames a second")
        }
        // RFC 6455 §5.1: a client masks, a server does not.
        guard (frame.maskKey != nil) == isServer else { return cutOff("a frame with a wrong mask") }
        switch frame.opcode {
        case .binary: receive(Array(frame.unmaskedData.readableBytesView))
        case .ping:
            write(.pong, Array(frame.unmaskedData.readableBytesView), promise: nil)
            context.flush()
        case .pong: break
        case .connectionClose:
            ended(nil)
            closeChannel(.normalClosure, "")
        default: cutOff("a frame that is not binary")
        }
    }

    private func receive(_ bytes: [UInt8]) {
        do throws(ConversationError) {
            guard let frame = try ConversationFrame.parse(bytes) else { return }
            batch.append(frame)
            if batch.count >= Self.batchLimit { flushBatch() }
        } catch { cutOff("\(error)") }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        flushBatch()
        context.fireChannelReadComplete()
    }

    private func flushBatch() {
        guard !batch.isEmpty, !hasTold else { return }
        let frames = batch
        batch = []
        if !deliver(.frames(frames)) { cutOff("too many messages") }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        switch error {
        case let error as NIOWebSocketError: ended("\(error)")
        case let error as NIOWebSocketFrameAggregator.Error: cutOff("\(error)")
        // Resets, and TLS that ended without its closing words.
        default:
            ended(nil)
            context.close(mode: .all, promise: nil)
        }
    }

    // MARK: Out

    func send(_ bytes: [UInt8]) {
        guard let context, !hasTold else { return }
        let written = context.eventLoop.makePromise(of: Void.self)
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        written.futureResult.whenComplete { _ in
            let handler = bound.value
            if !handler.hasTold { _ = handler.deliver(.sent(bytes.count)) }
        }
        write(.binary, bytes, promise: written)
        context.flush()
    }

    /// Closes when all is sent.
    func close() {
        guard !hasTold else { return }
        ended(nil)
        closeChannel(.normalClosure, "")
    }

    private func write(_ opcode: WebSocketOpcode, _ bytes: [UInt8], promise: EventLoopPromise<Void>?) {
        guard let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let data = context.channel.allocator.buffer(bytes: bytes)
        context.write(
            wrapOutboundOut(WebSocketFrame(fin: true, opcode: opcode, maskKey: mask, data: data)), promise: promise)
    }

    private var mask: WebSocketMaskingKey? { isServer ? nil : .random() }
}
