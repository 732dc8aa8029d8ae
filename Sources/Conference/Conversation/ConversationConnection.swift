import NIOCore
import NIOWebSocket
import RTC
import Transport
import Wire

/// A WebSocket over TLS with another installation that carries a conversation.
final class ConversationConnection: Sendable {
    /// What is told, in order. For one reader.
    let events: AsyncStream<ConversationHandler.Event>
    let remoteIdentity: DTLSFingerprint
    let remoteAddress: TransportAddress?
    private let handler: NIOLoopBound<ConversationHandler>
    let channel: any Channel

    /// Events that may wait for a reader that is busy.
    private static let backlog = 4096

    /// Puts itself at the end of a channel that has just become a WebSocket. On the channel's event loop.
    init(channel: any Channel, isServer: Bool, identity: PresentedIdentity, timing: SignalingTiming) throws {
        guard let remoteIdentity = identity.fingerprint else { throw SignalingError("no certificate") }
        self.remoteIdentity = remoteIdentity
        self.channel = channel
        remoteAddress = channel.remoteAddress.flatMap(TransportAddress.init)?.withoutMapping
        let (events, continuation) = AsyncStream.makeStream(
            of: ConversationHandler.Event.self, bufferingPolicy: .bufferingOldest(Self.backlog))
        self.events = events
        let handler = ConversationHandler(isServer: isServer, timing: timing) { event in
            let result = continuation.yield(event)
            if case .closed = event { continuation.finish() }
            if case .dropped = result { return false }
            return true
        }
        self.handler = NIOLoopBound(handler, eventLoop: channel.eventLoop)
        try channel.pipeline.syncOperations.addHandlers(
            NIOWebSocketFrameAggregator(
                minNonFinalFragmentSize: 1, maxAccumulatedFrameCount: 64,
                maxAccumulatedFrameSize: ConversationFrame.sizeLimit),
            handler)
    }

    func send(_ bytes: [UInt8]) {
        channel.eventLoop.execute { [handler] in handler.value.send(bytes) }
    }

    /// Closes when all is sent.
    func close() {
        channel.eventLoop.execute { [handler] in handler.value.close() }
    }
}

/// A way of its own, without a call.
@MainActor final class DirectLink: ConversationLink {
    var onEvent: ((ConversationLinkEvent) -> Void)?
    let origin: ConversationLinkOrigin
    let connection: ConversationConnection
    private(set) var bufferedAmount = 0

    init(_ connection: ConversationConnection, _ origin: ConversationLinkOrigin) {
        self.connection = connection
        self.origin = origin
        Task { [weak self, events = connection.events] in
            for await event in events { self?.receive(event) }
        }
    }

    isolated deinit { connection.close() }

    private func receive(_ event: ConversationHandler.Event) {
        switch event {
        case .frames(let frames): onEvent?(.frames(frames))
        case .sent(let count):
            bufferedAmount -= count
            onEvent?(.drained)
        case .closed(let violation): onEvent?(.closed(violation: violation))
        }
    }

    var remoteIdentity: DTLSFingerprint { connection.remoteIdentity }
    var remoteAddress: IPAddress? { connection.remoteAddress?.ip }

    func send(_ frame: ConversationFrame) {
        let bytes = frame.bytes
        bufferedAmount += bytes.count
        connection.send(bytes)
    }

    func close() { connection.close() }
}
