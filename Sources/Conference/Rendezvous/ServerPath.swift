import NIOCore
import RTC
import Wire

/// A call's way through a server: what goes to one person there, and comes from them.
@MainActor final class ServerPath: MessagePath {
    var onEvent: ((SignalingEvent) -> Void)?
    let client: RendezvousClient
    let peer: String
    /// Of the call; nil for one that the far side did not name.
    let call: String?
    let remoteAddress: IPAddress? = nil
    /// Whether messages without an identifier are of this call: the far side is a browser, or has not spoken yet.
    private(set) var takesUnnamed: Bool
    private var budget = FrameBudget()

    init(_ client: RendezvousClient, peer: String, call: String?, takesUnnamed: Bool) {
        self.client = client
        self.peer = peer
        self.call = call
        self.takesUnnamed = takesUnnamed
        client.add(self)
    }

    isolated deinit { client.remove(self) }

    func send(_ envelope: SignalingEnvelope) throws {
        var envelope = envelope
        envelope.target = peer
        envelope.proof = try client.identity?.proof(of: envelope)
        try client.send(envelope)
    }

    func identity(behind envelope: SignalingEnvelope) throws(SignalingError) -> DTLSFingerprint? {
        guard let prover = try envelope.prover() else { return nil }
        guard envelope.target == client.name else { throw SignalingError("a description for somebody else") }
        return prover
    }

    func close() {
        onEvent = nil
        client.remove(self)
    }

    func waitUntilClosed() async { await client.outbox.flush() }

    // MARK: What the client brings

    func deliver(_ result: Result<SignalingEnvelope, SignalingError>) {
        guard budget.take(at: .now()) else {
            return end(.violation("more than \(FrameBudget.limit) frames a second"))
        }
        switch result {
        case .success(let envelope):
            if envelope.call != nil { takesUnnamed = false }
            onEvent?(.message(envelope))
        case .failure(let error): end(.violation("\(error)"))
        }
    }

    /// The connection to the server broke, or the person is gone from there.
    func end(_ closure: SignalingClosure) {
        client.remove(self)
        onEvent?(.closed(closure))
    }
}
