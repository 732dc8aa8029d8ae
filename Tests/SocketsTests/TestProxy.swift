import NIOCore
import NIOPosix
import NIOSOCKS
import Synchronization

/// A SOCKS5 proxy out of NIO's parts: another implementation than the one under test.
final class TestProxy: Sendable {
    /// What the proxy was asked for.
    struct Record: Sendable {
        var hosts: [SOCKSAddress] = []
        var users: [String] = []
    }

    let channel: any Channel
    private let record: RecordBox

    var asked: Record { record.value.withLock { $0 } }
    var port: Int { channel.localAddress?.port ?? 0 }

    /// - Parameters:
    ///   - user: the only user let in, with the password; nil lets everybody in and asks for none.
    ///   - target: the port on 127.0.0.1 that every name leads to, as if looked up by the proxy; nil refuses all.
    init(user: (name: String, password: String)? = nil, target: Int?) async throws {
        let record = RecordBox()
        self.record = record
        channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { client in
                client.eventLoop.makeCompletedFuture {
                    let socks = SOCKSServerHandshakeHandler()
                    let proxy = TestProxyHandler(record: record, user: user, target: target, socks: socks)
                    try client.pipeline.syncOperations.addHandlers(socks, proxy)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
    }

    func close() async { try? await channel.close().get() }
}

final class RecordBox: Sendable {
    let value = Mutex(TestProxy.Record())
}

private final class TestProxyHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ClientMessage
    typealias OutboundOut = ServerMessage

    private let record: RecordBox
    private let user: (name: String, password: String)?
    private let target: Int?
    private let socks: SOCKSServerHandshakeHandler

    init(
        record: RecordBox, user: (name: String, password: String)?, target: Int?, socks: SOCKSServerHandshakeHandler
    ) {
        self.record = record
        self.user = user
        self.target = target
        self.socks = socks
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        // When the channel closes, the handshake's handler hands on its rest too, which is no message.
        guard context.channel.isActive else { return }
        switch unwrapInboundIn(data) {
        case .greeting(let greeting): choose(greeting, context: context)
        case .authenticationData(let data): check(Array(data.readableBytesView), context: context)
        case .request(let request): connect(request, context: context)
        }
    }

    private func choose(_ greeting: ClientGreeting, context: ChannelHandlerContext) {
        let wanted: AuthenticationMethod = user == nil ? .noneRequired : .usernamePassword
        let method = greeting.methods.contains(wanted) ? wanted : .noneAcceptable
        context.writeAndFlush(wrapOutboundOut(.selectedAuthenticationMethod(.init(method: method))), promise: nil)
    }

    private func check(_ bytes: [UInt8], context: ChannelHandlerContext) {
        let name = bytes.dropFirst(2).prefix(Int(bytes[1]))
        let password = bytes.dropFirst(3 + name.count)
        record.value.withLock { $0.users.append(String(decoding: name, as: UTF8.self)) }
        let isRight =
            Array(name) == user.map { Array($0.name.utf8) } && Array(password) == user.map { Array($0.password.utf8) }
        let answer = ByteBuffer(bytes: [1, isRight ? 0 : 1])
        context.writeAndFlush(wrapOutboundOut(.authenticationData(answer, complete: isRight)), promise: nil)
    }

    private func connect(_ request: SOCKSRequest, context: ChannelHandlerContext) {
        record.value.withLock { $0.hosts.append(request.addressType) }
        guard let target else { return reply(.refused, context: context) }
        let own = NIOLoopBound(self, eventLoop: context.eventLoop)
        let here = NIOLoopBound(context, eventLoop: context.eventLoop)
        let client = context.channel
        ClientBootstrap(group: context.eventLoop)
            .channelInitializer { $0.eventLoop.makeCompletedFuture(.success(())) }
            .connect(host: "127.0.0.1", port: target)
            .whenComplete { result in
                guard case .success(let server) = result else {
                    return own.value.reply(.hostUnreachable, context: here.value)
                }
                own.value.reply(.succeeded, context: here.value)
                try? server.pipeline.syncOperations.addHandler(Forwarder(to: client))
                try? client.pipeline.syncOperations.addHandler(Forwarder(to: server))
                // In this order: the handshake's handler hands on its rest when it goes, which is the server's.
                client.pipeline.syncOperations.removeHandler(own.value, promise: nil)
                client.pipeline.syncOperations.removeHandler(own.value.socks, promise: nil)
            }
    }

    private func reply(_ reply: SOCKSServerReply, context: ChannelHandlerContext) {
        let answer = SOCKSResponse(reply: reply, boundAddress: .domain("proxy.example", port: 1))
        context.writeAndFlush(wrapOutboundOut(.response(answer)), promise: nil)
    }
}

/// Sends on what one channel reads into another, and closes it with it.
private final class Forwarder: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) { self.other = other }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        other.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
}
