import Synchronization

/// Something that is heard on a speaker.
protocol AudioVoice: AnyObject, Sendable {
    /// Audio thread: adds the next 480 samples to `mix`.
    ///
    /// - Parameter now: on `CLOCK_MONOTONIC`, µs.
    func add(to mix: UnsafeMutablePointer<Int32>, at now: Int64)
}

/// One speaker and the mix of everything that plays on it. `mix` belongs to the audio thread.
final class AudioOutput: @unchecked Sendable {
    // Unchecked: `playing`, `sum` and `result` belong to the audio thread alone.

    private struct State {
        var voices: [Entry] = []
        var problem: MediaProblem?
    }

    private struct Entry {
        var voice: any AudioVoice
        var onProblem: (@Sendable (MediaProblem?) -> Void)?
    }

    private let state = Mutex(State())
    private let isChanged = Atomic<Bool>(false)
    private var playing: [any AudioVoice] = []
    private let sum: UnsafeMutablePointer<Int32>
    private let result: UnsafeMutablePointer<Int16>
    private let onEmpty: @Sendable () -> Void

    init(onEmpty: @escaping @Sendable () -> Void) {
        self.onEmpty = onEmpty
        sum = .allocate(capacity: AudioProcessor.chunk)
        result = .allocate(capacity: AudioProcessor.chunk)
        result.initialize(repeating: 0, count: AudioProcessor.chunk)
    }

    deinit {
        sum.deallocate()
        result.deallocate()
    }

    /// - Parameter onProblem: told at once how the speaker stands, and again when that changes. Called with a lock held.
    func add(_ voice: any AudioVoice, onProblem: (@Sendable (MediaProblem?) -> Void)? = nil) {
        state.withLock { state in
            state.voices.append(Entry(voice: voice, onProblem: onProblem))
            onProblem?(state.problem)
        }
        isChanged.store(true, ordering: .releasing)
    }

    func remove(_ voice: any AudioVoice) {
        let isEmpty = state.withLock { state in
            state.voices.removeAll { $0.voice === voice }
            return state.voices.isEmpty
        }
        isChanged.store(true, ordering: .releasing)
        if isEmpty { onEmpty() }
    }

    /// The speaker is lost (or, nil, there).
    func report(_ problem: MediaProblem?) {
        state.withLock { state in
            guard state.problem != problem else { return }
            state.problem = problem
            for entry in state.voices { entry.onProblem?(problem) }
        }
    }

    /// Audio thread: the next 480 samples, valid until the next call.
    func mix(at now: Int64) -> UnsafePointer<Int16> {
        // Only when the list changed, and then only if nobody is changing it at this very moment.
        if isChanged.load(ordering: .acquiring) {
            let copied: Void? = state.withLockIfAvailable { state in
                playing = state.voices.map(\.voice)
                isChanged.store(false, ordering: .relaxed)
            }
            _ = copied
        }
        sum.update(repeating: 0, count: AudioProcessor.chunk)
        for voice in playing { voice.add(to: sum, at: now) }
        for index in 0..<AudioProcessor.chunk { result[index] = Self.soften(sum[index]) }
        return UnsafePointer(result)
    }

    /// Above three quarters of full scale the curve bends, so that a loud mix never wraps or clips hard.
    private static func soften(_ sample: Int32) -> Int16 {
        let knee: Int32 = 24_576
        let magnitude = sample.magnitude
        guard magnitude > UInt32(knee) else { return Int16(truncatingIfNeeded: sample) }
        let over = Int32(clamping: magnitude) - knee
        let bent = knee + Int32(Int64(over) * 8191 / (Int64(over) + 8191))
        return Int16(clamping: sample < 0 ? -bent : bent)
    }
}
