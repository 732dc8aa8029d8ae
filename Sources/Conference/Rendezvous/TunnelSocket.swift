import Glibc
import NIOCore
import NIOPosix
import Transport

/// One end of a pair of connected sockets. The other end is for those who speak TLS and WebSocket over it as over a
/// connection of the network: so one and the same code decides who is on the far side, whichever way the bytes go.
final class TunnelSocket: Sendable {
    enum Event: Sendable {
        case bytes([UInt8])
        /// Nothing comes after it.
        case closed
    }

    /// For one reader, who asks for each piece with `read`.
    let events: AsyncStream<Event>
    private let channel: any Channel
    private let handler: NIOLoopBound<Handler>

    /// Bytes that wait for the other end to take them.
    private static let backlog = 1 << 20

    private init(_ channel: any Channel, _ handler: NIOLoopBound<Handler>, _ events: AsyncStream<Event>) {
        (self.channel, self.handler, self.events) = (channel, handler, events)
    }

    /// Makes a pair.
    ///
    /// - Returns: one end, and the descriptor of the other, which belongs to the caller.
    static func pair(on eventLoop: any EventLoop) async throws -> (near: TunnelSocket, far: CInt) {
        var ends: [CInt] = [-1, -1]
        let kind = CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw IOError(errnoCode: errno, reason: "socketpair") }
        do {
            let near = try await ClientBootstrap(group: eventLoop)
                .channelOption(.autoRead, value: false)
                .channelOption(.recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: 64 << 10))
                .channelOption(.maxMessagesPerRead, value: 1)
                .withConnectedSocket(ends[0]) { channel in
                    channel.eventLoop.makeCompletedFuture { try TunnelSocket.attach(to: channel) }
                }
            return (near, ends[1])
        } catch {
            Glibc.close(ends[1])
            throw error
        }
    }

    private static func attach(to channel: any Channel) throws -> TunnelSocket {
        let (events, continuation) = AsyncStream.makeStream(of: Event.self)
        let handler = Handler { event in
            continuation.yield(event)
            if case .closed = event { continuation.finish() }
        }
        try channel.pipeline.syncOperations.addHandler(handler)
        return TunnelSocket(channel, NIOLoopBound(handler, eventLoop: channel.eventLoop), events)
    }

    /// Asks for the next piece.
    func read() { channel.read() }

    /// Closes instead where the other end does not keep up.
    func write(_ bytes: [UInt8]) {
        channel.eventLoop.execute { [channel, handler] in handler.value.write(bytes, to: channel) }
    }

    /// Nothing more comes from this side: closes when the other end has taken all.
    func end() {
        channel.eventLoop.execute { [channel] in channel.close(mode: .output, promise: nil) }
    }

    func close() { channel.close(mode: .all, promise: nil) }

    private final class Handler: ChannelInboundHandler {
        typealias InboundIn = ByteBuffer

        private let deliver: (Event) -> Void
        private var waiting = 0

        init(deliver: @escaping (Event) -> Void) { self.deliver = deliver }

        func channelRead(context: ChannelHandlerContext, data: NIOAny) {
            deliver(.bytes(Array(unwrapInboundIn(data).readableBytesView)))
        }

        func channelInactive(context: ChannelHandlerContext) { deliver(.closed) }

        func errorCaught(context: ChannelHandlerContext, error: any Error) { context.close(mode: .all, promise: nil) }

        func write(_ bytes: [UInt8], to channel: any Channel) {
            waiting += bytes.count
            guard waiting <= TunnelSocket.backlog else { return channel.close(mode: .all, promise: nil) }
            let bound = NIOLoopBound(self, eventLoop: channel.eventLoop)
            channel.writeAndFlush(channel.allocator.buffer(bytes: bytes)).whenComplete { _ in
                bound.value.waiting -= bytes.count
            }
        }
    }
}
