import NIOCore

/// Opens the way through a SOCKS5 proxy, and steps out of it.
///
/// The handlers behind it see the channel become active once the target answers, as if there were no proxy.
final class SOCKS5Handler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer

    private var handshake: SOCKS5Handshake
    private var isOpen = false

    init(_ handshake: SOCKS5Handshake) { self.handshake = handshake }

    func channelActive(context: ChannelHandlerContext) {
        send(handshake.greeting, context: context)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isOpen else { return context.fireChannelRead(data) }
        do {
            switch try handshake.receive(Array(unwrapInboundIn(data).readableBytesView)) {
            case .wait: break
            case .send(let bytes): send(bytes, context: context)
            case .open(let rest):
                isOpen = true
                context.fireChannelActive()
                if !rest.isEmpty { context.fireChannelRead(wrapInboundOut(ByteBuffer(bytes: rest))) }
                context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
            }
        } catch {
            context.fireErrorCaught(error)
            context.close(promise: nil)
        }
    }

    private func send(_ bytes: [UInt8], context: ChannelHandlerContext) {
        context.writeAndFlush(NIOAny(ByteBuffer(bytes: bytes)), promise: nil)
    }
}
