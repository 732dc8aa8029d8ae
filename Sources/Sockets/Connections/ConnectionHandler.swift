import NIOCore

/// Puts what comes from a channel into a queue, and stops reading while nobody takes it out.
final class ConnectionHandler: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let queue: SocketQueue<ByteBuffer>
    private let peer: SocketEndpoint?
    private let becameActive: () -> Void

    init(queue: SocketQueue<ByteBuffer>, peer: SocketEndpoint?, becameActive: @escaping () -> Void = {}) {
        self.queue = queue
        self.peer = peer
        self.becameActive = becameActive
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        queue.onRoom { channel.read() }
    }

    func channelActive(context: ChannelHandlerContext) {
        becameActive()
        context.fireChannelActive()
    }

    func read(context: ChannelHandlerContext) {
        if queue.mayRead() { context.read() }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let piece = unwrapInboundIn(data)
        queue.offer(piece, weight: piece.readableBytes)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The peer may have finished writing only, and still read: the link stays until the owner closes it.
        if event as? ChannelEvent == .inputClosed { endByPeer() }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        queue.end(SocketError(cause: error, peer: peer))
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        endByPeer()
        context.fireChannelInactive()
    }

    private func endByPeer() {
        queue.end(SocketError(.closedByPeer, peer: peer, "the peer closed the connection"))
    }
}
