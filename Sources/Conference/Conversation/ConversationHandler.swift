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

    private let end: WebSocketEnd
    /// False when whoever listens cannot keep up.
    private let deliver: (Event) -> Bool
    private var context: ChannelHandlerContext?
    private var received = FrameBudget(limit: ConversationLinkLimit.frames)
    private var batch: [ConversationFrame] = []
    private var hasTold = false

    init(isServer: Bool, timing: SignalingTiming, deliver: @escaping (Event) -> Bool) {
        end = WebSocketEnd(isServer: isServer, timing: timing)
        self.deliver = deliver
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        end.start(context) { bound.value.ended(nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { ended(nil) }

    func channelInactive(context: ChannelHandlerContext) {
        ended(nil)
        context.fireChannelInactive()
    }

    private func ended(_ violation: String?) {
        end.rest()
        guard !hasTold else { return }
        flushBatch()
        hasTold = true
        _ = deliver(.closed(violation: violation))
    }

    /// Closes with a reason (RFC 6455 §7.4.1: 1008).
    private func cutOff(_ reason: String) {
        guard !hasTold else { return }
        ended(reason)
        end.close(.policyViolation, reason)
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        guard !hasTold else { return }
        let isMaskedRight = end.hear(frame)
        guard received.take(at: end.lastHeard) else {
            return cutOff("more than \(ConversationLinkLimit.frames) frames a second")
        }
        guard isMaskedRight else { return cutOff("a frame with a wrong mask") }
        switch frame.opcode {
        case .binary: receive(Array(frame.unmaskedData.readableBytesView))
        case .ping: end.answer(ping: frame)
        case .pong: break
        case .connectionClose:
            ended(nil)
            end.close(.normalClosure, "")
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
        end.write(.binary, bytes, promise: written)
        context.flush()
    }

    /// Closes when all is sent.
    func close() {
        guard !hasTold else { return }
        ended(nil)
        end.close(.normalClosure, "")
    }
}
