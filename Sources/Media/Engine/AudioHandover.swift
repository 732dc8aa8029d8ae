import Synchronization

/// The way from one microphone to the next in mid-stream: the former one is sent until the new one comes, and no moment
/// is sent twice. Belongs to one stream.
final class AudioHandover: Sendable {
    private struct State {
        var newest = 0
        /// Whose sound is sent.
        var current = 0
        /// Whose sound has come, and is sent from the end of what was sent.
        var arrived = 0
        /// Where what was sent ends, µs on the clock of capture.
        var end = Int64.min
    }

    private let state = Mutex(State())

    /// The number of a new microphone.
    func begin() -> Int {
        state.withLock { state in
            state.newest += 1
            return state.newest
        }
    }

    /// Whether a frame is to be sent; and whether its microphone takes over with it.
    func admit(_ frame: EncodedAudio, of microphone: Int) -> (isSent: Bool, takesOver: Bool) {
        state.withLock { state in
            guard microphone >= max(state.current, state.arrived) else { return (false, false) }
            state.arrived = microphone
            let duration = Int64(frame.sampleCount) * 1000 / 48
            let takesOver = microphone > state.current
            // More than half of it has been sent already.
            if takesOver, state.end > frame.captureTime + duration / 2 { return (false, false) }
            state.current = microphone
            state.end = frame.captureTime + duration
            return (true, takesOver)
        }
    }

    /// From now on nothing of earlier microphones is sent.
    func cut(to microphone: Int) {
        state.withLock { $0.arrived = max($0.arrived, microphone) }
    }
}
