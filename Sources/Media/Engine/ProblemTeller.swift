import Synchronization

/// Tells one stream of its device's problems: each once, and only those of the device that it uses now.
final class ProblemTeller: Sendable {
    private struct State {
        var device = 0
        var problem: MediaProblem?
    }

    private let state = Mutex(State())
    private let onProblem: @Sendable (MediaProblem?) -> Void

    /// - Parameter onProblem: called in order; it must not come back here.
    init(_ onProblem: @escaping @Sendable (MediaProblem?) -> Void) { self.onProblem = onProblem }

    /// The stream takes another device: what the one before tells from now on does not count. Gives what the new one
    /// tells with, and it must tell at once how it stands.
    func begin() -> @Sendable (MediaProblem?) -> Void {
        let device = state.withLock { state in
            state.device += 1
            return state.device
        }
        return { [weak self] problem in self?.tell(problem, of: device) }
    }

    private func tell(_ problem: MediaProblem?, of device: Int) {
        // Under the lock, so that the last one told is the last one heard.
        state.withLock { state in
            guard state.device == device, state.problem != problem else { return }
            state.problem = problem
            onProblem(problem)
        }
    }
}
