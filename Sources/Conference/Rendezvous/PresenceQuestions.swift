import NIOCore
import RTC

/// How people at a server are, asked of themselves: the server only carries it. What is asked and what is told is signed, so
/// that only contacts learn more than that somebody is there, and nobody else answers. The server could read along.
@MainActor final class PresenceQuestions {
    private struct Question {
        var peer: String
        var expected: DTLSFingerprint
        var answer: CheckedContinuation<Presence.Word?, Never>
    }

    /// Questions of ours that wait, and those of others a second: each costs a signature.
    private static let limit = 64
    private static let answersPerSecond = 10

    private unowned let client: RendezvousClient
    private var open: [String: Question] = [:]
    private var budget = FrameBudget(limit: answersPerSecond)

    init(_ client: RendezvousClient) { self.client = client }

    /// What somebody says of themselves; nil when they do not answer, or it is somebody else.
    func ask(_ peer: String, expected: DTLSFingerprint, within limit: Duration) async -> Presence.Word? {
        guard client.state == .connected, client.users.contains(peer), open.count < Self.limit else { return nil }
        let name = SignalingEnvelope.newCall()
        let deadline = Task { [weak self] in
            if (try? await Task.sleep(for: limit)) != nil { self?.settle(name, nil) }
        }
        defer { deadline.cancel() }
        return await withCheckedContinuation { answer in
            open[name] = Question(peer: peer, expected: expected, answer: answer)
            do { try client.send(.presenceRequest, call: name, to: peer) } catch { settle(name, nil) }
        }
    }

    /// What has come that belongs to no call.
    ///
    /// - Parameter own: what somebody with this key is told of us.
    func receive(_ envelope: SignalingEnvelope, from peer: String, own: (DTLSFingerprint?) -> Presence.Word?) {
        guard let name = envelope.call, envelope.target == client.name else { return }
        switch envelope.message {
        case .presence(let word):
            guard let question = open[name], question.peer == peer else { return }
            // Somebody else under the name: there is nothing to wait for.
            settle(name, (try? envelope.prover()) == question.expected ? word : nil)
        case .presenceRequest:
            guard budget.take(at: .now()), let asking = try? envelope.prover(), let word = own(asking) else { return }
            try? client.send(.presence(word), call: name, to: peer)
        default: break
        }
    }

    func abandonAll() { for name in open.keys { settle(name, nil) } }

    private func settle(_ name: String, _ word: Presence.Word?) {
        open.removeValue(forKey: name)?.answer.resume(returning: word)
    }
}
