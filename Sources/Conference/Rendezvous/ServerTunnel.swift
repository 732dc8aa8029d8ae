import Logging
import NIOCore

/// A byte stream to one installation through a server, which neither loses nor believes anything: TLS within it tells what
/// was changed, left out or repeated on the way, and whoever speaks TLS closes it then.
///
/// Lives in its client's table until its end.
@MainActor final class ServerTunnel {
    let peer: String
    let session: ConversationIdentifier
    let isOurs: Bool
    /// Kept for as long as somebody is reached through it: a guest's connection ends with its last use.
    let client: RendezvousClient
    private var near: TunnelSocket?
    /// What came before there was a socket to take it.
    private var early: [UInt8] = []
    private var outgoing: [UInt8] = []
    private var hasOpened: Bool
    /// The socket's other end is closed: what is left goes out, then it is over.
    private var isInnerClosed = false
    /// The far side says no more.
    private var isOuterClosed = false
    private var isReading = false
    private var isOver = false

    /// Bytes that may wait for the server, and for the socket.
    private static let outgoingLimit = 256 << 10
    private static let earlyLimit = 256 << 10

    init(_ client: RendezvousClient, peer: String, session: ConversationIdentifier, isOurs: Bool) {
        (self.client, self.peer, self.session, self.isOurs) = (client, peer, session, isOurs)
        hasOpened = !isOurs
    }

    isolated deinit { near?.close() }

    /// The descriptor of a connected socket, whose bytes go through the server from now on. Once.
    ///
    /// - Throws: when the system has none, or all is over already.
    func socket(on eventLoop: any EventLoop) async throws -> CInt {
        let (near, far) = try await TunnelSocket.pair(on: eventLoop)
        self.near = near
        if !early.isEmpty { near.write(early) }
        early = []
        if isOuterClosed { near.end() }
        if isOver { near.close() }
        Task { [weak self, events = near.events] in
            for await event in events { self?.receive(event) }
        }
        readMore()
        return far
    }

    private func readMore() {
        guard !isReading, !isInnerClosed, outgoing.count < Self.outgoingLimit, let near else { return }
        isReading = true
        near.read()
    }

    private func receive(_ event: TunnelSocket.Event) {
        guard !isOver else { return }
        switch event {
        case .bytes(let bytes):
            isReading = false
            outgoing += bytes
            readMore()
        case .closed: isInnerClosed = true
        }
        client.tunnels.hasMore(self)
    }

    // MARK: Out

    /// What goes out next; nil when there is nothing now. After the end it leaves the table.
    func next() -> TunnelParcel? {
        guard !isOver else { return nil }
        if !outgoing.isEmpty {
            let piece = Array(outgoing.prefix(TunnelParcel.payloadLimit))
            outgoing.removeFirst(piece.count)
            defer { hasOpened = true }
            readMore()
            return TunnelParcel(session: session, step: hasOpened ? .data : .open, payload: piece)
        }
        guard isInnerClosed else { return nil }
        finish()
        return hasOpened && !isOuterClosed ? TunnelParcel(session: session, step: .end) : nil
    }

    var hasNext: Bool { !isOver && (!outgoing.isEmpty || isInnerClosed) }

    // MARK: In

    /// False when more came than may wait.
    func receive(_ payload: [UInt8]) -> Bool {
        guard !isOver, !isOuterClosed else { return true }
        if let near {
            near.write(payload)
        } else {
            early += payload
        }
        return early.count <= Self.earlyLimit
    }

    /// The far side says no more: what it said is still taken.
    func ended() {
        isOuterClosed = true
        near?.end()
    }

    // MARK: The end

    /// At once: the server is gone, or the person is gone from there, or nobody takes it.
    func abandon() {
        near?.close()
        finish()
    }

    private func finish() {
        guard !isOver else { return }
        isOver = true
        outgoing = []
        client.tunnels.remove(self)
    }
}
