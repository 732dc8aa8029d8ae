import NIOCore
import NIOTLS

/// Keeps the handlers behind it in the dark until the proxy and TLS have let the connection through.
final class OpeningHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let peer: SocketEndpoint?
    private let isEncrypted: Bool
    private let limit: TimeAmount
    private let opened: EventLoopPromise<Void>
    private var isOpen = false
    private var fault: SocketError?
    private var timer: Scheduled<Void>?

    /// - Parameters:
    ///   - isEncrypted: whether to wait for the handshake of TLS.
    ///   - limit: how long the handshakes may take.
    ///   - opened: kept once handlers may speak, broken with a `SocketError` when that will not be.
    init(peer: SocketEndpoint?, isEncrypted: Bool, limit: Duration, opened: EventLoopPromise<Void>) {
        self.peer = peer
        self.isEncrypted = isEncrypted
        self.limit = TimeAmount(limit)
        self.opened = opened
    }

    /// Starts the clock as soon as there is a link: a proxy may keep silent before this handler sees the channel active.
    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        timer = context.eventLoop.scheduleTask(in: limit) {
            let own = bound.value
            guard !own.isOpen else { return }
            own.fault = own.fault ?? SocketError(.timedOut, peer: own.peer, "the handshake took too long")
            channel.close(promise: nil)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) { fail() }

    func channelActive(context: ChannelHandlerContext) {
        if isEncrypted { return }
        open(context: context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .handshakeCompleted = event as? TLSUserEvent { open(context: context) }
        if isOpen { return context.fireUserInboundEventTriggered(event) }
        // Half a link is enough to talk on, but not to begin.
        if event as? ChannelEvent == .inputClosed { context.close(promise: nil) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        guard !isOpen else { return context.fireErrorCaught(error) }
        fault = fault ?? SocketError(cause: error, peer: peer)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        guard isOpen else { return fail() }
        context.fireChannelInactive()
    }

    private func open(context: ChannelHandlerContext) {
        guard !isOpen else { return }
        isOpen = true
        timer?.cancel()
        context.fireChannelActive()
        opened.succeed()
    }

    private func fail() {
        timer?.cancel()
        opened.fail(fault ?? SocketError(.closedByPeer, peer: peer, "the peer closed during the handshake"))
    }
}
