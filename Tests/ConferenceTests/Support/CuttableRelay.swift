import NIOCore
import NIOPosix
import Synchronization

/// A TCP relay between two instances whose connections a test can cut, as a network does.
final class CuttableRelay: Sendable {
    private struct State {
        var channels: [any Channel] = []
        var isOpen = true
        var connections = 0
    }

    private let state = Mutex(State())
    private let target: Int
    private let server = Mutex<(any Channel)?>(nil)

    private init(target: Int) { self.target = target }

    static func start(to target: Int) async throws -> CuttableRelay {
        let relay = CuttableRelay(target: target)
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton.next())
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(Accepted(relay))
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        relay.server.withLock { $0 = server }
        return relay
    }

    var port: Int { server.withLock { $0?.localAddress?.port ?? 0 } }
    /// Made so far.
    var connections: Int { state.withLock { $0.connections } }

    /// Breaks what is connected, and from now on takes nobody.
    func cut() {
        let channels = state.withLock { state in
            state.isOpen = false
            defer { state.channels = [] }
            return state.channels
        }
        for channel in channels { channel.close(promise: nil) }
    }

    func mend() { state.withLock { $0.isOpen = true } }

    func stop() async {
        cut()
        let server = server.withLock { $0 }
        try? await server?.close()
    }

    fileprivate func connect(_ near: any Channel) {
        let isOpen = state.withLock { state in
            if state.isOpen {
                state.channels.append(near)
                state.connections += 1
            }
            return state.isOpen
        }
        guard isOpen else { return near.close(promise: nil) }
        ClientBootstrap(group: near.eventLoop)
            .channelInitializer { [self] far in
                far.eventLoop.makeCompletedFuture {
                    state.withLock { $0.channels.append(far) }
                    try far.pipeline.syncOperations.addHandler(Forwarding(to: near))
                    try near.pipeline.syncOperations.addHandler(Forwarding(to: far))
                }
            }
            .connect(host: "127.0.0.1", port: target)
            .whenComplete { result in
                if case .failure = result { return near.close(promise: nil) }
                near.setOption(.autoRead, value: true).whenComplete { _ in near.read() }
            }
    }
}

/// Connects further once it is connected itself.
private final class Accepted: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let relay: CuttableRelay

    init(_ relay: CuttableRelay) { self.relay = relay }

    func channelActive(context: ChannelHandlerContext) { relay.connect(context.channel) }
}

/// Gives what comes to another channel of the same loop, and closes with it.
private final class Forwarding: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let other: any Channel

    init(to other: any Channel) { self.other = other }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        other.writeAndFlush(unwrapInboundIn(data), promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) { other.close(promise: nil) }
    func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(promise: nil) }
}
