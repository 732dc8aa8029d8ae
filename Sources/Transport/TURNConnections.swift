import Logging
import NIOCore
import NIOPosix
import NIOSSL
import NIOTLS
import RTC
import Wire

/// What a connection to a TURN server tells. After `ended` nothing more.
enum TURNConnectionEvent: Sendable {
    case opened
    case received([UInt8])
    case batchEnded
    /// With the reason, when it could not be opened.
    case ended((any Error)?)
}

/// The TCP and TLS connections of one peer connection to its TURN servers. Lives on the event loop.
final class TURNConnections {
    private struct Entry {
        /// Nil while being opened.
        var channel: (any Channel)?
        let onEvent: (TURNConnectionEvent) -> Void
    }

    /// For TCP and TLS each.
    private static let openingTimeout = TimeAmount.seconds(8)
    /// Beyond this, what is written is dropped: over a relay that is slower than the media, late is worse than never.
    private static let writeLimit = 256 << 10

    private let options: TransportOptions
    private let eventLoop: any EventLoop
    private let logger: Logger
    private var entries: [TURNConnectionID: Entry] = [:]
    /// Made with the first TLS connection: loading the system's roots takes a while.
    private var tlsContext: NIOSSLContext?

    init(options: TransportOptions, eventLoop: any EventLoop, logger: Logger) {
        self.options = options
        self.eventLoop = eventLoop
        self.logger = logger
    }

    func open(_ id: TURNConnectionID, to endpoint: TURNEndpoint, onEvent: @escaping (TURNConnectionEvent) -> Void) {
        entries[id] = Entry(channel: nil, onEvent: onEvent)
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        connect(id, to: endpoint).whenComplete { result in
            switch result {
            case .success(let channel): bound.value.opened(id, channel)
            case .failure(let error): bound.value.failed(id, endpoint, error)
            }
        }
    }

    private func connect(_ id: TURNConnectionID, to endpoint: TURNEndpoint) -> EventLoopFuture<any Channel> {
        guard let address = endpoint.address.socketAddress else {
            return eventLoop.makeFailedFuture(SocketAddressError.unsupported)
        }
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        let ready = eventLoop.makePromise(of: Void.self)
        return ClientBootstrap(group: eventLoop)
            .connectTimeout(Self.openingTimeout)
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.writeBufferWaterMark, value: .init(low: Self.writeLimit / 2, high: Self.writeLimit))
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    channel.hideFromChildProcesses()
                    let pipeline = channel.pipeline.syncOperations
                    if endpoint.usesTLS { try pipeline.addHandler(bound.value.makeTLSHandler(endpoint)) }
                    try pipeline.addHandler(
                        TURNStreamHandler(waitsForTLS: endpoint.usesTLS, ready: ready) { event in
                            bound.value.entries[id]?.onEvent(event)
                        })
                }
            }
            .connect(to: address)
            .flatMapErrorThrowing { error in
                ready.fail(error)
                throw error
            }
            .flatMap { channel in
                // A server that accepts and then says nothing would hold gathering up for ever.
                let timeout = channel.eventLoop.scheduleTask(in: Self.openingTimeout) {
                    ready.fail(ChannelError.connectTimeout(Self.openingTimeout))
                }
                return ready.futureResult.map { channel }.always { result in
                    timeout.cancel()
                    if case .failure = result { channel.close(promise: nil) }
                }
            }
    }

    /// The certificate must be for the name that was configured, or else for the address.
    private func makeTLSHandler(_ endpoint: TURNEndpoint) throws -> NIOSSLClientHandler {
        let context: NIOSSLContext
        if let tlsContext {
            context = tlsContext
        } else {
            var configuration = TLSConfiguration.makeClientConfiguration()
            configuration.minimumTLSVersion = .tlsv12
            configuration.trustRoots = options.trustRoots
            context = try NIOSSLContext(configuration: configuration)
            tlsContext = context
        }
        // An address is no server name (RFC 6066 §3); without a name NIOSSL checks the certificate against the address.
        let name = endpoint.hostName.flatMap { IPAddress($0) == nil ? $0 : nil }
        return try NIOSSLClientHandler(context: context, serverHostname: name)
    }

    private func opened(_ id: TURNConnectionID, _ channel: any Channel) {
        guard let entry = entries[id] else {
            channel.close(promise: nil)
            return
        }
        entries[id]?.channel = channel
        let bound = NIOLoopBound(self, eventLoop: eventLoop)
        channel.closeFuture.whenComplete { _ in bound.value.ended(id, nil) }
        entry.onEvent(.opened)
    }

    private func failed(_ id: TURNConnectionID, _ endpoint: TURNEndpoint, _ error: any Error) {
        logger.info("no connection to the TURN server at \(endpoint.address): \(error)")
        ended(id, error)
    }

    private func ended(_ id: TURNConnectionID, _ reason: (any Error)?) {
        entries.removeValue(forKey: id)?.onEvent(.ended(reason))
    }

    func write(_ bytes: [UInt8], to id: TURNConnectionID) {
        guard let channel = entries[id]?.channel, channel.isWritable else { return }
        channel.write(channel.allocator.buffer(bytes: bytes), promise: nil)
    }

    func flush() {
        for entry in entries.values { entry.channel?.flush() }
    }

    /// What has been written still goes out. Nothing more is told.
    func close(_ id: TURNConnectionID) {
        guard let channel = entries.removeValue(forKey: id)?.channel else { return }
        channel.flush()
        channel.close(promise: nil)
    }

    /// Connections from an address that has gone would be found dead in minutes only.
    func localAddressLost(_ address: IPAddress) {
        for entry in entries.values
        where entry.channel?.localAddress.flatMap(TransportAddress.init)?.ip == address {
            entry.channel?.close(promise: nil)
        }
    }

    func closeAll() {
        for id in Array(entries.keys) { close(id) }
    }
}

/// Tells of one connection's opening, through TLS where there is any, and of what it reads.
private final class TURNStreamHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let waitsForTLS: Bool
    private let ready: EventLoopPromise<Void>
    private let onEvent: (TURNConnectionEvent) -> Void

    init(waitsForTLS: Bool, ready: EventLoopPromise<Void>, onEvent: @escaping (TURNConnectionEvent) -> Void) {
        self.waitsForTLS = waitsForTLS
        self.ready = ready
        self.onEvent = onEvent
    }

    func channelActive(context: ChannelHandlerContext) {
        if !waitsForTLS { ready.succeed(()) }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case TLSUserEvent.handshakeCompleted = event { ready.succeed(()) }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        onEvent(.received(Array(unwrapInboundIn(data).readableBytesView)))
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        onEvent(.batchEnded)
    }

    /// A failed handshake, a reset: either way the connection is of no more use.
    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        ready.fail(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        ready.fail(ChannelError.eof)
    }
}
