import NIOCore
import Synchronization

/// One end of a connection: of a client that connected, or of a server that accepted.
///
/// All functions may be called from any task, several at once too: each read gets a whole message, each write sends
/// one. A connection that nobody holds any more is closed.
public final class SocketConnection: Sendable {
    struct State {
        var decoder: MessageDecoder
        var isClosed = false
    }

    /// The peer's numeric address and port; nil for links that have none, as some Bluetooth ones.
    public let peer: SocketEndpoint?

    /// The peer's host name, when ``SocketOptions/peerNames`` asks for it and the address has one; nil behind a proxy.
    public let peerName: String?

    /// The local address and port.
    public let local: SocketEndpoint?

    let channel: any Channel
    let queue: SocketQueue<ByteBuffer>
    let state: Mutex<State>
    let turnstile = Turnstile()

    init(
        channel: any Channel, queue: SocketQueue<ByteBuffer>, peer: SocketEndpoint?, options: SocketOptions,
        mode: TransmissionMode
    ) async {
        self.channel = channel
        self.queue = queue
        self.peer = peer
        local = SocketEndpoint(channel.localAddress)
        let remote = channel.remoteAddress
        peerName = options.peerNames && SocketEndpoint(remote) == peer ? await PeerName.of(remote) : nil
        state = Mutex(State(decoder: MessageDecoder(mode: mode, limit: options.messageLimit)))
    }

    deinit { channel.close(promise: nil) }

    /// Connects to a server by TCP, through a proxy and with TLS where asked.
    ///
    /// - Parameters:
    ///   - host: a name or a numeric address; this computer unless told otherwise.
    ///   - port: 1–65535.
    ///   - mode: how messages are told apart, which must be what the server uses.
    ///   - options: how the socket works.
    ///   - security: TLS, or nil for none.
    ///   - proxy: a SOCKS5 proxy, or nil for none. The name is then looked up there.
    ///   - limit: how long connecting may take; handshakes have `options.handshakeLimit` on top.
    /// - Throws: ``SocketError``: `unknownHost`, `refused`, `unreachable`, `timedOut`, `proxy`, `security`,
    ///   `certificate`, `identity`, `obsoleteVersion`, `cancelled`.
    public static func connect(
        to host: String = "localhost", port: Int, mode: TransmissionMode = .sizeHeader(),
        options: SocketOptions = SocketOptions(), security: SocketSecurity.Client? = nil, proxy: SocketProxy? = nil,
        within limit: Duration = .seconds(20)
    ) async throws(SocketError) -> SocketConnection {
        try mode.check()
        let server = SocketEndpoint(host: host, port: port)
        let dialer = SocketDialer(options: options, proxy: proxy, security: security, limit: limit)
        let (channel, queue) = try await dialer.open(server) { channel in
            let queue = SocketQueue<ByteBuffer>(capacity: options.readAhead)
            try channel.pipeline.syncOperations.addHandler(ConnectionHandler(queue: queue, peer: server))
            return queue
        }
        // Behind a proxy the far end of the link is the proxy: the peer is who was asked for.
        let peer = proxy == nil ? SocketEndpoint(channel.remoteAddress) ?? server : server
        return await SocketConnection(channel: channel, queue: queue, peer: peer, options: options, mode: mode)
    }

    /// True until ``close()``, even if the link has been cut since; see ``isConnected`` and ``clientInformation()``.
    public var exists: Bool { state.withLock { !$0.isClosed } }

    /// Whether the link stands, as far as this end knows: a peer whose cable was pulled is found out by writing only.
    public var isConnected: Bool { exists && queue.endError == nil && channel.isActive }

    /// The peer's address and port, for a link that stands.
    ///
    /// - Throws: why it does not: `closedByPeer`, `closedLocally`, `linkBroken`.
    public func clientInformation() throws(SocketError) -> SocketEndpoint? {
        guard exists else { throw closedLocally }
        if let end = queue.endError { throw end }
        guard channel.isActive else { throw SocketError(.closedByPeer, peer: peer, "the connection is closed") }
        return peer
    }

    /// How messages are told apart, in both directions.
    public var mode: TransmissionMode { state.withLock { $0.decoder.mode } }

    /// Changes how messages are told apart, in both directions, from the next message on.
    ///
    /// What has come and was not read is read in the new mode, by reads that wait already too. The peer must change at
    /// the same place of the conversation.
    ///
    /// - Throws: `invalidArgument` for an empty end marker.
    public func change(mode: TransmissionMode) throws(SocketError) {
        try mode.check()
        state.withLock { $0.decoder.mode = mode }
        queue.wake()
    }

    /// Closes the connection. Reads and writes that wait, and later ones, get `closedLocally`.
    ///
    /// What has been written is sent; what has come and was not read is lost. Where the peer may still be sending, TCP
    /// answers it with a reset, which can cost it the last messages: ``finishWriting()`` and reading to the end spares
    /// them. With TLS the peer's goodbye is awaited, 1 s at most.
    public func close() async {
        state.withLock { $0.isClosed = true }
        queue.discard(closedLocally)
        try? await channel.close().get()
    }

    /// Tells the peer that nothing more will be written; reading goes on.
    ///
    /// - Throws: `closedLocally`, `linkBroken`, `cancelled`.
    public func finishWriting() async throws(SocketError) {
        try await turnstile.enter()
        defer { turnstile.leave() }
        guard exists else { throw closedLocally }
        do {
            try await channel.close(mode: .output).get()
        } catch {
            throw SocketError(cause: error, peer: peer)
        }
    }

    var closedLocally: SocketError { SocketError(.closedLocally, peer: peer, "this program closed the connection") }
}
