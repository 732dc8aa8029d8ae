import NIOCore
import NIOWebSocket

/// What each of our WebSockets does alike, whatever it carries: keep-alive, masks and closing words (RFC 6455).
///
/// Belongs to one channel handler, and lives on its channel's event loop.
final class WebSocketEnd {
    private let isServer: Bool
    private let timing: SignalingTiming
    private var context: ChannelHandlerContext?
    private var keepAlive: RepeatedTask?
    /// When the last frame came.
    private(set) var lastHeard = NIODeadline.now()
    /// Our closing words are out; the far side's are to come (RFC 6455 §7.1.1).
    private(set) var awaitsClose = false
    private static let closePatience = TimeAmount.seconds(1)

    init(isServer: Bool, timing: SignalingTiming) {
        self.isServer = isServer
        self.timing = timing
    }

    /// Begins to ask for signs of life. Without any, `onSilence` is called and the channel closed.
    func start(_ context: ChannelHandlerContext, onSilence: @escaping () -> Void) {
        self.context = context
        lastHeard = .now()
        let bound = NIOLoopBound((self, onSilence), eventLoop: context.eventLoop)
        let interval = TimeAmount(timing.ping)
        keepAlive = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
            let (end, onSilence) = bound.value
            end.checkLife(onSilence)
        }
    }

    /// Asks no more.
    func rest() { keepAlive?.cancel() }

    private func checkLife(_ onSilence: () -> Void) {
        if NIODeadline.now() - lastHeard >= TimeAmount(timing.silence) {
            onSilence()
            context?.close(mode: .all, promise: nil)
        } else {
            write(.ping, [])
            context?.flush()
        }
    }

    // MARK: In

    /// A frame is a sign of life. False when it is masked as it must not be (§5.1: a client masks, a server does not).
    func hear(_ frame: WebSocketFrame) -> Bool {
        lastHeard = .now()
        return (frame.maskKey != nil) == isServer
    }

    func answer(ping frame: WebSocketFrame) {
        write(.pong, Array(frame.unmaskedData.readableBytesView))
        context?.flush()
    }

    // MARK: Out

    func write(_ opcode: WebSocketOpcode, _ bytes: [UInt8], promise: EventLoopPromise<Void>? = nil) {
        guard let context else {
            promise?.fail(ChannelError.ioOnClosedChannel)
            return
        }
        let data = context.channel.allocator.buffer(bytes: bytes)
        context.write(NIOAny(WebSocketFrame(fin: true, opcode: opcode, maskKey: mask, data: data)), promise: promise)
    }

    /// Says the closing words (§7.4.1), and closes: at once, or when the far side has said its own.
    func close(_ code: WebSocketErrorCode, _ reason: String, waits: Bool = false) {
        guard let context else { return }
        var payload = context.channel.allocator.buffer(capacity: 64)
        payload.write(webSocketErrorCode: code)
        payload.writeString(String(reason.prefix(100)))
        let frame = WebSocketFrame(fin: true, opcode: .connectionClose, maskKey: mask, data: payload)
        awaitsClose = waits
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        let written = context.writeAndFlush(NIOAny(frame))
        if waits {
            context.eventLoop.scheduleTask(in: Self.closePatience) { [channel = context.channel] in
                channel.close(mode: .all, promise: nil)
            }
        } else {
            written.whenComplete { _ in bound.value.close(mode: .all, promise: nil) }
        }
    }

    private var mask: WebSocketMaskingKey? { isServer ? nil : .random() }
}

extension TimeAmount {
    init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
