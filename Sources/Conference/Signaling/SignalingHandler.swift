import NIOCore
import NIOWebSocket

/// One WebSocket of ours: text frames in and out, keep-alive, and the bounds that a peer must keep to.
///
/// Lives on its channel's event loop.
final class SignalingHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private static let queueLimit = 1024

    private let end: WebSocketEnd
    /// False when whoever listens cannot keep up.
    private let deliver: (SignalingEvent) -> Bool
    private var context: ChannelHandlerContext?
    private var received = FrameBudget()
    private var sent = FrameBudget(limit: FrameBudget.sendLimit)
    private var queue: [[UInt8]] = []
    private var sending: Scheduled<Void>?
    private var isClosing = false
    private var hasTold = false

    init(isServer: Bool, timing: SignalingTiming, deliver: @escaping (SignalingEvent) -> Bool) {
        end = WebSocketEnd(isServer: isServer, timing: timing)
        self.deliver = deliver
    }

    // MARK: Life

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        end.start(context) { bound.value.ended(.silence) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { ended(.byPeer) }

    func channelInactive(context: ChannelHandlerContext) {
        ended(.byPeer)
        context.fireChannelInactive()
    }

    /// Tells once how it ended, and rests.
    private func ended(_ closure: SignalingClosure) {
        end.rest()
        if !isClosing { sending?.cancel() }
        guard !hasTold else { return }
        hasTold = true
        _ = deliver(.closed(closure))
    }

    /// Closes with a reason (RFC 6455 §7.4.1: 1008).
    private func cutOff(_ reason: String) {
        guard !hasTold else { return }
        ended(.violation(reason))
        end.close(.policyViolation, reason)
    }

    // MARK: In

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        if end.awaitsClose, frame.opcode == .connectionClose { return context.close(mode: .all, promise: nil) }
        guard !hasTold else { return }
        let isMaskedRight = end.hear(frame)
        guard received.take(at: end.lastHeard) else { return cutOff("more than \(FrameBudget.limit) frames a second") }
        guard isMaskedRight else { return cutOff("a frame with a wrong mask") }
        switch frame.opcode {
        case .text: receive(Array(frame.unmaskedData.readableBytesView))
        case .ping: end.answer(ping: frame)
        case .pong: break
        case .connectionClose:
            ended(.byPeer)
            end.close(.normalClosure, "")
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
        while !queue.isEmpty, sent.take(at: .now()) { end.write(.text, queue.removeFirst()) }
        context.flush()
        if queue.isEmpty {
            if isClosing, !hasTold {
                ended(.byPeer)
                end.close(.normalClosure, "", waits: true)
            }
            return
        }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        sending = context.eventLoop.scheduleTask(deadline: sent.nextFree(at: .now())) {
            bound.value.sending = nil
            bound.value.sendQueue()
        }
    }
}
