import Synchronization

/// One result that one task waits for and others give; the first counts, and cancelling is one of them.
final class Answer<Value: Sendable>: Sendable {
    private typealias Waiting = CheckedContinuation<Result<Value, SocketError>, Never>

    private enum State {
        case open
        case awaited(Waiting)
        case given(Result<Value, SocketError>)
    }

    private let state = Mutex(State.open)

    /// True when this result is the one that counts.
    @discardableResult
    func give(_ result: Result<Value, SocketError>) -> Bool {
        let (counts, waiting) = state.withLock { state -> (Bool, Waiting?) in
            switch state {
            case .given: return (false, nil)
            case .open:
                state = .given(result)
                return (true, nil)
            case .awaited(let continuation):
                state = .given(result)
                return (true, continuation)
            }
        }
        waiting?.resume(returning: result)
        return counts
    }

    func wait() async throws(SocketError) -> Value {
        let result = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let given = state.withLock { state -> Result<Value, SocketError>? in
                    if case .given(let result) = state { return result }
                    state = .awaited(continuation)
                    return nil
                }
                if let given { continuation.resume(returning: given) }
            }
        } onCancel: {
            give(.failure(SocketError(.cancelled, "the task was cancelled")))
        }
        return try result.get()
    }
}
