import Synchronization

/// What a speaker wants from each voice.
struct AudioMixPiece {
    /// Samples, 1...480.
    var count: Int
    /// Samples that the speaker wants altogether at this moment, at least `count`.
    var wanted: Int
    /// On `CLOCK_MONOTONIC`, µs.
    var now: Int64
    /// The number of the output; a voice on its way to another speaker is on two.
    var output: Int
}

/// Something that is heard on a speaker.
protocol AudioVoice: AnyObject, Sendable {
    /// Audio thread: adds the next samples to `mix`.
    func add(to mix: UnsafeMutablePointer<Int32>, _ piece: AudioMixPiece)
}

/// One speaker and the mix of everything that plays on it. `mix` belongs to the audio thread.
///
/// A call that was heard by one person alone does not go on aloud when its headset is gone: its voice is held back, which
/// costs it no time, until there is a headset again or the user has chosen the loudspeaker.
final class AudioOutput: @unchecked Sendable {
    // Unchecked: `playing`, `sum`, `unheard` and `result` belong to the audio thread alone.

    /// Who hears what is played.
    enum Place: Equatable {
        /// Nobody, or nobody knows.
        case unknown
        /// One person: a headset or the like.
        case personal
        /// Everybody in the room; the loudspeaker's name for people.
        case aloud(String)
    }

    private struct State {
        var voices: [Entry] = []
        var problem: MediaProblem?
        var place = Place.unknown
        var isReady: Bool
        /// Voices that are about to be added.
        var reservations: Int
        /// The last voice has gone, and with it the device.
        var isClosed = false
    }

    private struct Entry {
        var voice: any AudioVoice
        /// Nil for what is no call, and may be heard anywhere.
        var onProblem: (@Sendable (MediaProblem?) -> Void)?
        var onReady: (@Sendable () -> Void)?
        var wasPersonal = false
        var isHeldBack = false
    }

    private struct Playing {
        var voice: any AudioVoice
        var isHeldBack: Bool
    }

    private static let count = Atomic<Int>(0)

    /// Of no other output.
    let number = AudioOutput.count.add(1, ordering: .relaxed).newValue
    /// How long a sample takes from here to the ear, ms, by the server's own account.
    let latency = Atomic<Int>(0)
    private let state: Mutex<State>
    private let isChanged = Atomic<Bool>(false)
    private var playing: [Playing] = []
    private let sum: UnsafeMutablePointer<Int32>
    private let unheard: UnsafeMutablePointer<Int32>
    private let result: UnsafeMutablePointer<Int16>
    private let onEmpty: @Sendable () -> Void

    /// - Parameters:
    ///   - isReady: whether it is known already what becomes of the speaker.
    ///   - reservations: voices that are about to be added.
    init(isReady: Bool = true, reservations: Int = 0, onEmpty: @escaping @Sendable () -> Void) {
        state = Mutex(State(isReady: isReady, reservations: reservations))
        self.onEmpty = onEmpty
        sum = .allocate(capacity: AudioProcessor.chunk)
        unheard = .allocate(capacity: AudioProcessor.chunk)
        unheard.initialize(repeating: 0, count: AudioProcessor.chunk)
        result = .allocate(capacity: AudioProcessor.chunk)
        result.initialize(repeating: 0, count: AudioProcessor.chunk)
    }

    deinit {
        sum.deallocate()
        unheard.deallocate()
        result.deallocate()
    }

    /// Keeps it open for a voice that is about to be added; false when it is closed already.
    func reserve() -> Bool {
        state.withLock { state in
            if !state.isClosed { state.reservations += 1 }
            return !state.isClosed
        }
    }

    /// - Parameter onProblem: told at once how the speaker stands, and again when that changes; nil for what is no call.
    ///   Called with a lock held, as is `onReady`: once, when the speaker plays or is known not to.
    func add(
        _ voice: any AudioVoice, onProblem: (@Sendable (MediaProblem?) -> Void)? = nil,
        onReady: (@Sendable () -> Void)? = nil
    ) {
        state.withLock { state in
            // One that comes back before it was gone begins anew.
            state.voices.removeAll { $0.voice === voice }
            state.reservations = max(0, state.reservations - 1)
            state.voices.append(
                Entry(
                    voice: voice, onProblem: onProblem, onReady: state.isReady ? nil : onReady,
                    wasPersonal: onProblem != nil && state.place == .personal))
            onProblem?(state.problem)
            if state.isReady { onReady?() }
        }
        isChanged.store(true, ordering: .releasing)
    }

    var isClosed: Bool { state.withLock { $0.isClosed } }

    func remove(_ voice: any AudioVoice) {
        let isEmpty = state.withLock { state in
            state.voices.removeAll { $0.voice === voice }
            guard !state.isClosed, state.voices.isEmpty, state.reservations == 0 else { return false }
            state.isClosed = true
            return true
        }
        isChanged.store(true, ordering: .releasing)
        if isEmpty { onEmpty() }
    }

    /// The speaker plays, or is known not to.
    func becomeReady() {
        state.withLock { state in
            guard !state.isReady else { return }
            state.isReady = true
            for index in state.voices.indices {
                state.voices[index].onReady?()
                state.voices[index].onReady = nil
            }
        }
    }

    /// The speaker is lost (or, nil, there).
    func report(_ problem: MediaProblem?) {
        state.withLock { state in
            guard state.problem != problem else { return }
            state.problem = problem
            Self.tell(state)
        }
    }

    private static func tell(_ state: borrowing State) {
        for entry in state.voices {
            if entry.isHeldBack, case .aloud(let name) = state.place {
                entry.onProblem?(.heldBack(name))
            } else {
                entry.onProblem?(state.problem)
            }
        }
    }

    // MARK: Privacy

    var place: Place { state.withLock { $0.place } }
    /// Whether a voice was heard by one person alone, and nobody has allowed more.
    var isPersonal: Bool { state.withLock { $0.voices.contains(where: \.wasPersonal) } }
    var isHoldingBack: Bool { state.withLock { $0.voices.contains(where: \.isHeldBack) } }

    /// The sound goes somewhere else, or the same speaker has another way out.
    func setPlace(_ place: Place) {
        state.withLock { state in
            guard state.place != place else { return }
            state.place = place
            for index in state.voices.indices where state.voices[index].onProblem != nil {
                if place == .personal { state.voices[index].wasPersonal = true }
                state.voices[index].isHeldBack = place != .personal && state.voices[index].wasPersonal
            }
            Self.tell(state)
        }
        isChanged.store(true, ordering: .releasing)
    }

    /// The user has chosen this speaker for a voice: it is heard, whoever hears it.
    ///
    /// - Parameter isReserved: whether the speaker was reserved for it once more.
    func allow(_ voice: any AudioVoice, isReserved: Bool = false) {
        state.withLock { state in
            if isReserved { state.reservations = max(0, state.reservations - 1) }
            for index in state.voices.indices where state.voices[index].voice === voice {
                state.voices[index].wasPersonal = state.place == .personal
                state.voices[index].isHeldBack = false
            }
            Self.tell(state)
        }
        isChanged.store(true, ordering: .releasing)
    }

    // MARK: Audio thread

    /// Audio thread: the next samples, valid until the next call.
    ///
    /// - Parameters:
    ///   - count: 1...480. No more than the device wants now: what is mixed early is heard late.
    ///   - wanted: samples that the device wants altogether now, where that is more.
    func mix(_ count: Int = AudioProcessor.chunk, of wanted: Int = 0, at now: Int64) -> UnsafePointer<Int16> {
        // Only when the list changed, and then only if nobody is changing it at this very moment.
        if isChanged.load(ordering: .acquiring) {
            let copied: Void? = state.withLockIfAvailable { state in
                playing = state.voices.map { Playing(voice: $0.voice, isHeldBack: $0.isHeldBack) }
                isChanged.store(false, ordering: .relaxed)
            }
            _ = copied
        }
        sum.update(repeating: 0, count: count)
        let piece = AudioMixPiece(count: count, wanted: max(wanted, count), now: now, output: number)
        for entry in playing { entry.voice.add(to: entry.isHeldBack ? unheard : sum, piece) }
        for index in 0..<count { result[index] = Self.soften(sum[index]) }
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
