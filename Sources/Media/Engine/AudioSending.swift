import Synchronization

/// One microphone (or tone) and all streams that send its sound: processed once, encoded once for equal settings.
///
/// An audio callback or the tone's clock pushes 10 ms chunks into a ring; a worker does everything else.
final class AudioCapture: Sendable {
    struct Sink: Sendable {
        var settings: AudioSettings
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
    }

    let ring = PCMRing()
    let meter = AudioMeter()
    private let usage: CPUUsage
    private let processes: Bool
    private let state = Mutex(State())

    /// - Parameter processes: whether this is a real microphone, whose sound wants echo cancellation and the like.
    init(processes: Bool, usage: CPUUsage) {
        self.processes = processes
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

    private func work() {
        let processor = processes ? AudioProcessor() : nil
        var encodings: [AudioEncoding] = []
        var cpu = MediaClock.threadCPU
        while ring.pop({ chunk in
            if let sinks = state.withLock({ state -> [Sink]? in
                defer { state.isChanged = false }
                return state.isChanged ? Array(state.sinks.values) : nil
            }) {
                encodings = AudioEncoding.reconcile(encodings, with: sinks)
                if let first = sinks.first { processor?.configure(first.settings) }
            }
            switch chunk.kind {
            case .far: processor?.reverse(chunk.samples)
            case .near:
                processor?.process(chunk.samples, delayMilliseconds: chunk.delayMilliseconds)
                let samples = UnsafeBufferPointer(start: chunk.samples, count: AudioProcessor.chunk)
                let energy = meter.record(samples)
                for encoding in encodings { encoding.take(samples, time: chunk.time, meanSquare: energy) }
            }
        }) {
            let now = MediaClock.threadCPU
            usage.add(now - cpu, to: .sound)
            cpu = now
        }
    }
}

/// One Opus encoder and the streams with the same settings. Lives on the capture's worker.
private final class AudioEncoding {
    private var settings: AudioSettings
    private var sinks: [AudioCapture.Sink]
    private let encoder: OpusEncoding?
    private var pending: [Int16] = []
    private var pendingTime: Int64 = 0
    private var energy = 0.0

    init(settings: AudioSettings) {
        self.settings = settings
        sinks = []
        encoder = try? OpusEncoding(settings: settings)
        pending.reserveCapacity(settings.frameDuration * 48 + AudioProcessor.chunk)
    }

    /// Keeps the encoders whose settings are still in use, so that their sound does not break.
    static func reconcile(_ old: [AudioEncoding], with sinks: [AudioCapture.Sink]) -> [AudioEncoding] {
        var encodings: [AudioEncoding] = []
        for sink in sinks {
            let encoding =
                encodings.first { $0.settings == sink.settings }
                ?? {
                    let kept = old.first { $0.settings == sink.settings } ?? AudioEncoding(settings: sink.settings)
                    kept.sinks = []
                    encodings.append(kept)
                    return kept
                }()
            encoding.sinks.append(sink)
        }
        return encodings
    }

    func take(_ samples: UnsafeBufferPointer<Int16>, time: Int64, meanSquare: Double) {
        if pending.isEmpty {
            pendingTime = time
            energy = 0
        }
        pending.append(contentsOf: samples)
        energy = max(energy, meanSquare)
        let wanted = settings.frameDuration * 48
        guard pending.count >= wanted else { return }
        let packet = pending.withUnsafeBufferPointer { buffer in
            encoder?.encode(UnsafeBufferPointer(rebasing: buffer[..<wanted])).map(Array.init)
        }
        pending.removeAll(keepingCapacity: true)
        guard let packet else { return }
        let level = AudioMeter.decibels(meanSquare: energy)
        let frame = EncodedAudio(
            bytes: packet, sampleCount: wanted, captureTime: pendingTime, level: level, voiceActivity: level < 50)
        for sink in sinks where !sink.isMuted { sink.onFrame(frame) }
    }
}

/// One stream's share of a microphone.
package final class AudioSending: Sendable {
    private struct State {
        var source: MicrophoneSource
        var settings: AudioSettings
        var isMuted = false
        var capture: AudioCapture?
        var attachment = 0
        var isClosed = false
    }

    private let engine: MediaEngine
    private let onFrame: @Sendable (EncodedAudio) -> Void
    private let problems: ProblemTeller
    private let state: Mutex<State>

    init(
        engine: MediaEngine, source: MicrophoneSource, settings: AudioSettings,
        onFrame: @escaping @Sendable (EncodedAudio) -> Void, onProblem: @escaping @Sendable (MediaProblem?) -> Void
    ) {
        self.engine = engine
        self.onFrame = onFrame
        problems = ProblemTeller(onProblem)
        state = Mutex(State(source: source, settings: settings))
        connect()
    }

    deinit { close() }

    package func update(_ settings: AudioSettings) {
        let (capture, attachment) = state.withLock { state in
            state.settings = settings
            return (state.capture, state.attachment)
        }
        capture?.change(attachment) { $0.settings = settings }
    }

    package func setMuted(_ isMuted: Bool) {
        let (capture, attachment) = state.withLock { state in
            state.isMuted = isMuted
            return (state.capture, state.attachment)
        }
        capture?.change(attachment) { $0.isMuted = isMuted }
    }

    /// Another microphone, without a word to the far side.
    package func change(to source: MicrophoneSource) {
        state.withLock { $0.source = source }
        connect()
    }

    /// 0...1; 0 while muted.
    package var level: Double {
        let (capture, isMuted) = state.withLock { ($0.capture, $0.isMuted) }
        return isMuted ? 0 : capture?.meter.level ?? 0
    }

    package func close() {
        let (capture, attachment) = state.withLock { state in
            defer {
                state.capture = nil
                state.isClosed = true
            }
            return (state.capture, state.attachment)
        }
        if let capture { engine.release(capture, sink: attachment) }
    }

    private func connect() {
        let (source, settings, isMuted, isClosed) = state.withLock { ($0.source, $0.settings, $0.isMuted, $0.isClosed) }
        guard !isClosed else { return }
        let (capture, attachment) = engine.microphone(
            source,
            sink: AudioCapture.Sink(
                settings: settings, isMuted: isMuted, onFrame: onFrame, onProblem: problems.begin()))
        let (old, oldAttachment) = state.withLock { state in
            defer {
                state.capture = capture
                state.attachment = attachment
            }
            return (state.capture, state.attachment)
        }
        if let old { engine.release(old, sink: oldAttachment) }
    }
}
