import Synchronization

/// One microphone (or tone) and all streams that send its sound: treated once and encoded once for equal settings.
///
/// An audio callback or the tone's clock pushes 10 ms chunks into a ring; a worker does everything else.
final class AudioCapture: Sendable {
    struct Sink: Sendable {
        var settings: AudioSettings
        var expectedLoss = ExpectedLoss()
        var isMuted: Bool
        var onFrame: @Sendable (EncodedAudio) -> Void
        /// Told at once how the microphone stands, and again when that changes. Called with a lock held.
        var onProblem: @Sendable (MediaProblem?) -> Void
    }

    private struct State {
        var sinks: [Int: Sink] = [:]
        var next = 0
        var isChanged = false
        var problem: MediaProblem?
        var echo: EchoFigures?
    }

    /// Chunks from one look at the canceller's figures to the next: they change once a second.
    private static let measuringInterval = 100

    let ring = PCMRing()
    let meter = AudioMeter()
    /// How old a sample is when it comes here, ms, by the device's own account.
    let delay = Atomic<Int>(0)
    /// Counts what happened to microphone and speakers that changes the way of an echo.
    private let echoPaths = Atomic<Int>(0)
    private let usage: CPUUsage
    private let isReal: Bool
    private let state = Mutex(State())

    /// - Parameter isReal: whether this is a real microphone, whose sound wants echo cancellation and the like.
    init(isReal: Bool, usage: CPUUsage) {
        self.isReal = isReal
        self.usage = usage
    }

    func start() {
        WorkerThread.start("sound") { [self] in work() }
    }

    func stop() { ring.close() }

    func attach(_ sink: Sink) -> Int {
        state.withLock { state in
            state.next += 1
            state.sinks[state.next] = sink
            state.isChanged = true
            sink.onProblem(state.problem)
            return state.next
        }
    }

    /// The number of streams left.
    func detach(_ identifier: Int) -> Int {
        state.withLock { state in
            state.sinks.removeValue(forKey: identifier)
            state.isChanged = true
            return state.sinks.count
        }
    }

    func change(_ identifier: Int, _ body: (inout Sink) -> Void) {
        state.withLock { state in
            guard var sink = state.sinks[identifier] else { return }
            body(&sink)
            state.sinks[identifier] = sink
            state.isChanged = true
        }
    }

    func report(_ problem: MediaProblem?) {
        state.withLock { state in
            guard state.problem != problem else { return }
            state.problem = problem
            for sink in state.sinks.values { sink.onProblem(problem) }
        }
    }

    /// Audio thread: the microphone or a speaker is another one now; the canceller starts anew.
    func realignEcho() { echoPaths.add(1, ordering: .relaxed) }

    /// As it was measured last, about once a second.
    var echo: EchoFigures? { state.withLock { $0.echo } }

    /// All streams, when there is a change since the last time.
    private func changedSinks() -> [(identifier: Int, sink: Sink)]? {
        state.withLock { state in
            guard state.isChanged else { return nil }
            state.isChanged = false
            return state.sinks.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
        }
    }

    private func work() {
        let treatments = AudioTreatments(isReal: isReal)
        var cpu = MediaClock.threadCPU
        var (echoPath, untilMeasured) = (0, Self.measuringInterval)
        while ring.pop({ chunk in
            let newPath = echoPaths.load(ordering: .relaxed)
            if newPath != echoPath {
                echoPath = newPath
                treatments.realign()
            }
            if let sinks = changedSinks() { treatments.reconcile(with: sinks) }
            switch chunk.kind {
            case .far: treatments.hear(chunk.samples)
            case .near: treatments.take(chunk, meter: meter)
            }
            untilMeasured -= 1
            if untilMeasured == 0 {
                untilMeasured = Self.measuringInterval
                let echo = treatments.echo
                state.withLock { $0.echo = echo }
            }
        }) {
            let now = MediaClock.threadCPU
            usage.add(now - cpu, to: .sound)
            cpu = now
        }
    }
}
