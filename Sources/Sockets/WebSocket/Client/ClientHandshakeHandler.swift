import NIOCore

/// Opens a WebSocket over a channel and steps out of it.
final class ClientHandshakeHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    struct Product: Sendable {
        var connection: WebSocketConnection
        var mailbox: ClientMailbox
    }

    let opened: EventLoopPromise<Product>
    private let handshake: ClientHandshake
    private let options: WebSocketOptions
    private var reader = HTTPHeadReader()
    private var timer: Scheduled<Void>?

    init(handshake: ClientHandshake, options: WebSocketOptions, opened: EventLoopPromise<Product>) {
        self.handshake = handshake
        self.options = options
        self.opened = opened
    }

    func channelActive(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: TimeAmount(options.timing.handshake)) { [opened] in
            opened.fail(SocketError(.timedOut, "the server did not answer the handshake in time"))
            channel.close(promise: nil)
        }
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(string: handshake.request.text)), promise: nil)
        context.fireChannelActive()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        do {
            let head: HTTPHead?
            do throws(HTTPHeadReader.Failure) {
                head = try reader.read(unwrapInboundIn(data))
            } catch {
                throw SocketError(.protocolViolation, "the server does not speak HTTP: \(error.reason)")
            }
            guard let head else { return }
            let acceptance = try handshake.read(head)
            let mailbox = ClientMailbox(limit: options.limits.receiveQueue)
            let connection = try WebSocketConnection(
                channel: context.channel, role: .client, options: options, subprotocol: acceptance.subprotocol,
                deflate: acceptance.deflate, onEvent: mailbox.take)
            timer?.cancel()
            opened.succeed(Product(connection: connection, mailbox: mailbox))
            let rest = reader.takeRest()
            if rest.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(rest)) }
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } catch { fail(error, context: context) }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { fail(error, context: context) }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if event as? ChannelEvent == .inputClosed {
            fail(SocketError(.closedByPeer, "the server closed during the handshake"), context: context)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        timer?.cancel()
        // A promise keeps what it was first given.
        opened.fail(SocketError(.closedByPeer, "the server closed during the handshake"))
    }

    private func fail(_ error: any Error, context: ChannelHandlerContext) {
        opened.fail(error)
        context.close(promise: nil)
    }
}
