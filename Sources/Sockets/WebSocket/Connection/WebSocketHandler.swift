import NIOCore

/// Drives a `WebSocketConnectionState` over a channel: reads, writes, timers, and the order in which a connection ends.
final class WebSocketHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private var state: WebSocketConnectionState
    private let timing: WebSocketTiming
    private let queue: SendQueue
    /// Takes what happened, on the event loop; false when nothing more should come until `resume()`.
    private let onEvent: (WebSocketConnectionState.Event) -> Bool
    private var context: ChannelHandlerContext?
    private var isPaused = false
    private var isReadHeld = false
    private var isInputClosed = false
    private var lastSign = NIODeadline.distantPast
    /// When a ping of the keep-alive was sent that nothing has come after.
    private var asked: NIODeadline?
    private var keepAlive: RepeatedTask?
    private var isFinishing = false

    init(
        state: WebSocketConnectionState, timing: WebSocketTiming, queue: SendQueue,
        onEvent: @escaping (WebSocketConnectionState.Event) -> Bool
    ) {
        self.state = state
        self.timing = timing
        self.queue = queue
        self.onEvent = onEvent
    }

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        lastSign = context.eventLoop.now
        guard let interval = timing.keepAlive, interval > .zero else { return }
        let own = NIOLoopBound(self, eventLoop: context.eventLoop)
        // Twice as often as pings are due, so that one comes at most half an interval late.
        let step = TimeAmount(interval / 2)
        keepAlive = context.eventLoop.scheduleRepeatedTask(initialDelay: step, delay: step) { _ in
            own.value.checkLife(ping: TimeAmount(interval), answer: TimeAmount(interval * 1.5))
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        keepAlive?.cancel()
        self.context = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        lastSign = context.eventLoop.now
        asked = nil
        state.receive(unwrapInboundIn(data), at: lastSign)
        pump()
    }

    func channelReadComplete(context: ChannelHandlerContext) { context.flush() }

    /// The socket is read only while somebody takes what comes.
    func read(context: ChannelHandlerContext) {
        if isPaused { isReadHeld = true } else { context.read() }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The far side writes no more: without a close frame before, that is the end (RFC 6455 §7.1.7).
        if event as? ChannelEvent == .inputClosed {
            isInputClosed = true
            if !isPaused { endOfInput() }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        lose(SocketError(cause: error).detail)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        keepAlive?.cancel()
        // What came before the end is still told, once it is taken.
        if !isPaused { lose("the connection was lost") }
        context.fireChannelInactive()
    }

    /// Goes on after `onEvent` has asked to wait.
    func resume() {
        guard isPaused else { return }
        isPaused = false
        lastSign = context?.eventLoop.now ?? lastSign
        asked = nil
        pump()
        guard !isPaused else { return }
        if isInputClosed { return endOfInput() }
        if context?.channel.isActive != true { return lose("the connection was lost") }
        if isReadHeld {
            isReadHeld = false
            context?.read()
        }
    }

    /// Sends a message for which `reserved` bytes of the queue were taken.
    func send(_ message: WebSocketMessage, reserved: Int, promise: EventLoopPromise<Void>?) {
        let isSent = state.send(message)
        queue.release(reserved)
        guard isSent, context != nil else {
            promise?.fail(SocketError(.closedLocally, "the WebSocket is closed"))
            return
        }
        write(promise: promise)
    }

    /// As `send(_:reserved:promise:)`, for a message that goes to many.
    func send(_ shared: SharedMessage, reserved: Int) {
        let isSent = state.send(shared)
        queue.release(reserved)
        if isSent, context != nil { write() }
    }

    func ping(_ payload: [UInt8]) {
        state.ping(payload)
        write()
    }

    /// Begins the closing handshake.
    func close(_ code: WebSocketCloseCode, _ reason: String) {
        guard state.phase == .open else { return }
        state.close(code, reason)
        write()
        closeChannel(after: TimeAmount(timing.close))
        // What is still to come has nobody waiting for it, but the far side's close frame may be behind it.
        resume()
    }

    /// Ends the connection without a word: nobody reads there.
    func cut(_ reason: String) {
        lose(reason)
        context?.close(promise: nil)
    }

    private func pump() {
        while !isPaused, let event = state.next() {
            if case .ended(let closure) = event {
                _ = onEvent(event)
                finish(closure)
            } else if state.phase == .open {
                // As in browsers, who has closed hears no more messages.
                isPaused = !onEvent(event)
            }
        }
        write()
    }

    private func endOfInput() {
        lose("the connection was closed without a close frame")
        context?.close(promise: nil)
    }

    private func lose(_ reason: String) {
        keepAlive?.cancel()
        if let event = state.lose(reason) { _ = onEvent(event) }
    }

    /// Writes what the state has to say; cuts off who lets too much of it pile up.
    private func write(promise: EventLoopPromise<Void>? = nil) {
        guard let context, let bytes = state.takeOutgoing() else {
            promise?.succeed()
            return
        }
        let size = bytes.readableBytes
        let isWithinBounds = queue.reserve(size)
        // Not the caller's own, which cancelling breaks before the bytes are gone.
        let written = context.eventLoop.makePromise(of: Void.self)
        written.futureResult.cascade(to: promise)
        written.futureResult.whenComplete { [queue] _ in queue.release(size) }
        context.writeAndFlush(wrapOutboundOut(bytes), promise: written)
        if !isWithinBounds { cut(SendQueue.overflow) }
    }

    /// The server closes the connection first, so that a client's port is free at once (§7.1.1).
    private func finish(_ closure: WebSocketClosure) {
        guard !isFinishing else { return }
        isFinishing = true
        keepAlive?.cancel()
        write()
        guard let context else { return }
        if state.role == .server, closure.isClean {
            // After what is on its way.
            let channel = context.channel
            context.writeAndFlush(wrapOutboundOut(ByteBuffer())).whenComplete { _ in channel.close(promise: nil) }
            closeChannel(after: TimeAmount(timing.close))
        } else {
            // A socket closed with bytes unread would take back the close frame: they are read and dropped for a while.
            if state.role == .server { context.close(mode: .output, promise: nil) }
            closeChannel(after: min(TimeAmount(timing.close), .seconds(1)))
        }
    }

    private func closeChannel(after delay: TimeAmount) {
        guard let channel = context?.channel else { return }
        let timer = channel.eventLoop.scheduleTask(in: delay) { channel.close(promise: nil) }
        channel.closeFuture.whenComplete { _ in timer.cancel() }
    }

    private func checkLife(ping: TimeAmount, answer: TimeAmount) {
        guard let context, !isPaused else { return }
        let now = context.eventLoop.now
        if let asked {
            // Never without having asked: a computer that slept has heard nothing for long, and so did its peers.
            if now - asked >= answer { cut("no sign of the far side after a ping") }
        } else if now - lastSign >= ping {
            asked = now
            self.ping([])
        }
    }
}
