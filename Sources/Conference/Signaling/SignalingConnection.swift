import NIOCore
import NIOWebSocket
import RTC
import Transport
import Wire

/// A WebSocket over TLS with another installation: open from the beginning, until `closed` comes.
final class SignalingConnection: Sendable {
    /// What is told, in order. For one reader.
    let events: AsyncStream<SignalingEvent>
    /// Of the certificate that the far side showed, and has the key of.
    let remoteIdentity: DTLSFingerprint
    let remoteAddress: TransportAddress?
    private let handler: NIOLoopBound<SignalingHandler>
    let channel: any Channel

    /// Messages that may wait for a reader that is busy.
    private static let backlog = 1024

    /// Puts itself at the end of a channel that has just become a WebSocket. On the channel's event loop.
    init(channel: any Channel, isServer: Bool, identity: PresentedIdentity, timing: SignalingTiming) throws {
        // Without a certificate there is no handshake; so this never is nil, but must not trap either.
        guard let remoteIdentity = identity.fingerprint else { throw SignalingError("no certificate") }
        self.remoteIdentity = remoteIdentity
        self.channel = channel
        remoteAddress = channel.remoteAddress.flatMap(TransportAddress.init)?.withoutMapping
        let (events, continuation) = AsyncStream.makeStream(
            of: SignalingEvent.self, bufferingPolicy: .bufferingOldest(Self.backlog))
        self.events = events
        let handler = SignalingHandler(isServer: isServer, timing: timing) { event in
            let result = continuation.yield(event)
            if case .closed = event { continuation.finish() }
            if case .dropped = result { return false }
            return true
        }
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        try channel.pipeline.syncOperations.addHandlers(
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 1, maxAccumulatedFrameCount: 64,
                maxAccumulatedFrameSize: SignalingMessage.frameLimit),
            handler)
    }

    /// Sends a message, after those before it. Nothing happens when the connection is closed.
    func send(_ message: SignalingMessage) throws { try send(SignalingEnvelope(message)) }

    func send(_ envelope: SignalingEnvelope) throws {
        let bytes = try envelope.frame()
        guard !bytes.isEmpty else { return }
        channel.eventLoop.execute { [handler] in handler.value.send(bytes) }
    }

    /// Closes when all is sent.
    func close() {
        channel.eventLoop.execute { [handler] in handler.value.close() }
    }

    /// Returns when the connection is closed.
    func waitUntilClosed() async { try? await channel.closeFuture.get() }
}

extension TransportAddress {
    /// An IPv4 address that a dual-stack socket wrote as IPv6 (RFC 4291 §2.5.5.2) as what it is.
    var withoutMapping: TransportAddress {
        guard case .v6(0, let low) = ip, low >> 32 == 0xFFFF else { return self }
        return TransportAddress(.v4(UInt32(truncatingIfNeeded: low)), port: port)
    }
}
