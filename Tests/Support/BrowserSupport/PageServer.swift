import Foundation
import LinkSupport
import NIOCore
import NIOHTTP1
import NIOPosix
import NIOWebSocket

/// Serves one page on localhost and holds a WebSocket to it, over which a test runs scripts in the page.
public final class PageServer: Sendable {
    public let port: Int
    private let channel: any Channel
    let control: PageControl

    /// Listens on a free port of 127.0.0.1.
    ///
    /// - Parameter network: whose 127.0.0.1, as for `NetworkThread`; this process's own without.
    public static func start(page: String, in network: String? = nil) async throws -> PageServer {
        let control = PageControl()
        let upgrader = NIOWebSocketServerUpgrader(
            maxFrameSize: 1 << 24,
            shouldUpgrade: { channel, _ in channel.eventLoop.makeSucceededFuture(HTTPHeaders()) },
            upgradePipelineHandler: { channel, _ in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        NIOWebSocketFrameAggregator(
                            minNonFinalFragmentSize: 0, maxAccumulatedFrameCount: 1024, maxAccumulatedFrameSize: 1 << 24
                        ))
                    try channel.pipeline.syncOperations.addHandler(ControlHandler(control: control))
                }
            })
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelInitializer { channel in
                let handler = NIOLoopBound(PageHandler(page: page), eventLoop: channel.eventLoop)
                return channel.pipeline.configureHTTPServerPipeline(
                    withServerUpgrade: (
                        upgraders: [upgrader],
                        completionHandler: { context in
                            context.pipeline.syncOperations.removeHandler(handler.value, promise: nil)
                        }
                    )
                ).flatMapThrowing { try channel.pipeline.syncOperations.addHandler(handler.value) }
            }
        let channel =
            if let network {
                try await bootstrap.withBoundSocket(listen(in: network)).get()
            } else {
                try await bootstrap.bind(host: "127.0.0.1", port: 0).get()
            }
        return PageServer(port: channel.localAddress?.port ?? 0, channel: channel, control: control)
    }

    struct NotListening: Error { let code: Int32 }

    private static func listen(in network: String) async throws -> Int32 {
        try await NetworkThread.run(in: network) {
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
            let isBound = withUnsafePointer(to: address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
                }
            }
            guard isBound else { throw NotListening(code: errno) }
            return descriptor
        }
    }

    private init(port: Int, channel: any Channel, control: PageControl) {
        self.port = port
        self.channel = channel
        self.control = control
    }

    public func stop() async {
        try? await channel.close()
    }
}

/// Answers every plain request with the page.
private final class PageHandler: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias OutboundOut = HTTPServerResponsePart

    private let page: String

    init(page: String) { self.page = page }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .end = unwrapInboundIn(data) else { return }
        let body = context.channel.allocator.buffer(string: page)
        let headers = HTTPHeaders([
            ("Content-Type", "text/html; charset=utf-8"), ("Content-Length", String(body.readableBytes)),
        ])
        let head = HTTPResponseHead(version: .http1_1, status: .ok, headers: headers)
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }
}

/// The page's end of the control channel.
private final class ControlHandler: ChannelInboundHandler {
    typealias InboundIn = WebSocketFrame
    typealias OutboundOut = WebSocketFrame

    private let control: PageControl

    init(control: PageControl) { self.control = control }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        control.connected { text in
            let frame = WebSocketFrame(fin: true, opcode: .text, data: channel.allocator.buffer(string: text))
            channel.writeAndFlush(frame, promise: nil)
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = unwrapInboundIn(data)
        guard frame.opcode == .text else { return }
        control.received(String(buffer: frame.unmaskedData))
    }
}
