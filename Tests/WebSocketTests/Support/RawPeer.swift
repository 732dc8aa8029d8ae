import NIOCore
import NIOPosix
import Synchronization

@testable import Sockets

/// A TCP socket of a test that sends what it wants.
final class RawPeer: Sendable {
    private final class Collector: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let inbox: WebSocketInbox<ByteBuffer>

        init(_ inbox: WebSocketInbox<ByteBuffer>) { self.inbox = inbox }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) { inbox.put(unwrapInboundIn(data), size: 1) }

        func channelInactive(context: ChannelHandlerContext) { inbox.end() }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
    }

    let channel: any Channel
    private let inbox: WebSocketInbox<ByteBuffer>

    private init(channel: any Channel, inbox: WebSocketInbox<ByteBuffer>) {
        self.channel = channel
        self.inbox = inbox
    }

    private static func make(_ channel: any Channel) throws -> RawPeer {
        let inbox = WebSocketInbox<ByteBuffer>(limit: .max)
        try channel.pipeline.syncOperations.addHandler(Collector(inbox))
        return RawPeer(channel: channel, inbox: inbox)
    }

    static func connect(port: Int) async throws -> RawPeer {
        let box = Shared<RawPeer?>(nil)
        _ = try await ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { box.value = try make(channel) }
            }
            .connect(host: "127.0.0.1", port: port).get()
        guard let peer = box.value else { throw SocketError(.system, "no peer") }
        return peer
    }

    /// Listens on a free port; each client that comes is put into the inbox.
    static func listen() async throws -> (port: Int, clients: WebSocketInbox<RawPeer>, listening: any Channel) {
        let clients = WebSocketInbox<RawPeer>(limit: .max)
        let channel = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { _ = clients.put(try make(channel), size: 1) }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        return (channel.localAddress?.port ?? 0, clients, channel)
    }

    func write(_ bytes: [UInt8]) { channel.writeAndFlush(ByteBuffer(bytes: bytes), promise: nil) }

    func write(_ text: String) { write(Array(text.utf8)) }

    func next() async throws -> ByteBuffer? { try await inbox.next() }

    /// The head that comes next.
    func head() async throws -> (HTTPHead, rest: ByteBuffer) {
        var reader = HTTPHeadReader()
        while let bytes = try await next() {
            if let head = try reader.read(bytes) { return (head, reader.takeRest()) }
        }
        throw SocketError(.closedByPeer, "no head came")
    }

    /// Everything until the far side closes.
    func all() async throws -> String {
        var text = ""
        while let bytes = try await next() { text += String(buffer: bytes) }
        return text
    }

    func close() async { try? await channel.close().get() }
}

/// A value that several threads may change.
final class Shared<Value: Sendable>: Sendable {
    private let box: Mutex<Value>

    init(_ value: Value) { box = Mutex(value) }

    var value: Value {
        get { box.withLock { $0 } }
        set { box.withLock { $0 = newValue } }
    }
}
