import Synchronization

/// Lets one task through at a time, in the order in which they came.
final class Turnstile: Sendable {
    private struct State {
        var isTaken = false
        var waiting: [Answer<Void>] = []
    }

    private let state = Mutex(State())

    /// - Throws: `cancelled`, and then the task has not gone through.
    func enter() async throws(SocketError) {
        let answer = Answer<Void>()
        let isFree = state.withLock { state in
            defer { state.isTaken = true }
            if state.isTaken { state.waiting.append(answer) }
            return !state.isTaken
        }
        if isFree { return }
        do {
            try await answer.wait()
        } catch {
            state.withLock { $0.waiting.removeAll { $0 === answer } }
            throw error
        }
    }

    func leave() {
        while true {
            let next = state.withLock { state -> Answer<Void>? in
                guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
                state.isTaken = false
                return nil
            }
            // A task that was cancelled meanwhile does not take its turn.
            guard let next, !next.give(.success(())) else { return }
        }
    }
}
