import NIOCore

/// Reads the request that a connection to a server begins with, and makes a WebSocket of it or answers it.
final class ServerRequestHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Bytes of a plain request's body.
    private static let bodyLimit = 64 << 10

    private enum Phase {
        case head
        case body(HTTPRequest, length: Int, received: ByteBuffer)
        case answered
    }

    private let server: ServerCore
    private var reader = HTTPHeadReader()
    private var phase = Phase.head
    private var timer: Scheduled<Void>?

    init(server: ServerCore) { self.server = server }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: TimeAmount(server.handshakeLimit)) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        switch phase {
        case .head: readHead(bytes, context: context)
        case .body(let request, let length, var received):
            received.writeImmutableBuffer(bytes)
            readBody(request, length, received, context: context)
        // The next request of a client that does not wait: the connection ends with this one.
        case .answered: break
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Who has asked may close its half and still wait for the answer.
        if event as? ChannelEvent == .inputClosed {
            if case .answered = phase {} else { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }

    private func readHead(_ bytes: ByteBuffer, context: ChannelHandlerContext) {
        do throws(HTTPHeadReader.Failure) {
            guard let head = try reader.read(bytes) else { return }
            let request = try HTTPRequest(head)
            guard !request.asksForWebSocket else { return openWebSocket(request, context: context) }
            guard head.values("transfer-encoding").isEmpty else {
                throw HTTPHeadReader.Failure(status: 501, reason: "a body must say its length")
            }
            let lengths = Set(head.values("content-length"))
            guard lengths.count <= 1, let length = Int(lengths.first ?? "0"), length >= 0 else {
                throw HTTPHeadReader.Failure(status: 400, reason: "Content-Length is no length")
            }
            guard length <= Self.bodyLimit else {
                throw HTTPHeadReader.Failure(status: 413, reason: "the body is too long")
            }
            readBody(request, length, reader.takeRest(), context: context)
        } catch {
            answer(HTTPResponse(status: error.status, text: error.reason), context: context)
        }
    }

    private func readBody(
        _ request: HTTPRequest, _ length: Int, _ received: ByteBuffer, context: ChannelHandlerContext
    ) {
        guard received.readableBytes >= length else {
            phase = .body(request, length: length, received: received)
            return
        }
        phase = .answered
        var request = request
        request.body = Array(received.readableBytesView.prefix(length))
        let own = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let eventLoop = context.eventLoop
        let sender = SocketEndpoint(context.channel.remoteAddress)?.unmapped ?? SocketEndpoint(host: "", port: 0)
        Task { [server, request] in
            let response = await server.answer(request, from: sender)
            eventLoop.execute {
                let (handler, context) = own.value
                handler.answer(response, isHead: request.method == "HEAD", context: context)
            }
        }
    }

    private func openWebSocket(_ request: HTTPRequest, context: ChannelHandlerContext) {
        do throws(ServerHandshake.Refusal) {
            let (service, acceptance) = try server.accept(request)
            context.write(wrapOutboundOut(ByteBuffer(string: acceptance.head.text)), promise: nil)
            phase = .answered
            timer?.cancel()
            do {
                let options = server.options(of: service)
                try service.open(context.channel, request: request, acceptance: acceptance, options: options)
            } catch { return context.close(promise: nil) }
            // Who reads that it is connected can be found among the clients.
            context.flush()
            let rest = reader.takeRest()
            if rest.readableBytes > 0 { context.fireChannelRead(wrapInboundOut(rest)) }
            context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
        } catch {
            answer(error.response, context: context)
        }
    }

    /// Answers and ends the connection: what a browser asks here is too little to keep it.
    private func answer(_ response: HTTPResponse, isHead: Bool = false, context: ChannelHandlerContext) {
        guard context.channel.isActive else { return }
        phase = .answered
        var bytes = ByteBuffer(string: response.head.text)
        if !isHead { bytes.writeBytes(response.body) }
        let channel = context.channel
        context.writeAndFlush(wrapOutboundOut(bytes)).whenComplete { _ in
            channel.close(mode: .output, promise: nil)
            // Bytes that are still unread would take the answer back.
            let timer = channel.eventLoop.scheduleTask(in: .seconds(1)) { channel.close(promise: nil) }
            channel.closeFuture.whenComplete { _ in timer.cancel() }
        }
    }
}
