import Synchronization

/// One running encoder and all streams that send its pictures: four correspondents at one size cost one encoding.
final class VideoEncoding: Sendable {
    private struct State {
        var sinks: [Int: Sink] = [:]
        var next = 0
        var attachment: Int?
        var lastAccepted: Int64 = 0
        var plan = EncodingPlan([:])
    }

    struct Sink: Sendable {
        var isPaused: Bool
        /// It would rather have no picture now. Where others share the encoder, it gets them all the same.
        var isHeld = false
        var wish: EncodingPlan.Wish
        var onFrame: @Sendable (EncodedVideo) -> Void
        /// Each picture that was made for this stream among others, dropped ones, too.
        var onMeasurement: @Sendable (EncoderMeasurement) -> Void
        var onProblem: @Sendable (MediaProblem?) -> Void
    }

    let capture: VideoCapture
    /// What all its streams have in common; bitrate and floor are each one's own.
    let settings: VideoSettings
    private let usage: CPUUsage
    private let queue = BoundedQueue<VideoFrame>(capacity: 2)
    private let state: Mutex<State>
    private let wantsKeyFrame = Atomic<Bool>(true)

    init(capture: VideoCapture, settings: VideoSettings, usage: CPUUsage) {
        self.capture = capture
        self.settings = settings
        state = Mutex(State())
        self.usage = usage
    }

    /// What it was made for; each stream's own bitrate and floor do not matter.
    static func settings(for settings: VideoSettings) -> VideoSettings {
        var common = settings
        common.minimumBitrate = 0
        common.bitrate = 0
        return common
    }

    /// What all streams but one would have, bit/s.
    func bitrates(without sink: Int? = nil) -> [Int] {
        state.withLock { state in state.sinks.filter { $0.key != sink }.map(\.value.wish.bitrate) }
    }

    /// Takes effect with the next picture.
    func setWish(_ wish: EncodingPlan.Wish, sink identifier: Int) {
        state.withLock { state in
            state.sinks[identifier]?.wish = wish
            state.plan = plan(for: state.sinks)
        }
    }

    /// Who is paused waits for nothing.
    private func plan(for sinks: [Int: Sink]) -> EncodingPlan {
        EncodingPlan(sinks.filter { !$0.value.isPaused }.mapValues(\.wish))
    }

    /// Starts the encoder's thread; the engine does this once.
    func start() {
        WorkerThread.start("encoder") { [self] in run() }
        let interval = 1_000_000 / Int64(settings.framesPerSecond)
        let attachment = capture.attach(
            VideoCapture.Sink(
                onFrame: { [weak self] frame in self?.take(frame, interval: interval) },
                onProblem: { [weak self] problem in self?.report(problem) }))
        state.withLock { $0.attachment = attachment }
    }

    func stop() {
        if let attachment = state.withLock({ $0.attachment }) { capture.detach(attachment) }
        queue.close()
    }

    func attach(_ sink: Sink) -> Int {
        requestKeyFrame()
        return state.withLock { state in
            state.next += 1
            state.sinks[state.next] = sink
            state.plan = plan(for: state.sinks)
            return state.next
        }
    }

    /// The number of streams left.
    func detach(_ identifier: Int) -> Int {
        state.withLock { state in
            state.sinks.removeValue(forKey: identifier)
            state.plan = plan(for: state.sinks)
            return state.sinks.count
        }
    }

    func setPaused(_ isPaused: Bool, sink identifier: Int) {
        state.withLock { state in
            state.sinks[identifier]?.isPaused = isPaused
            state.plan = plan(for: state.sinks)
        }
        if !isPaused { requestKeyFrame() }
    }

    /// Pictures that were not made are not missed: the next one needs no key frame.
    func setHeld(_ isHeld: Bool, sink identifier: Int) { state.withLock { $0.sinks[identifier]?.isHeld = isHeld } }

    /// Requests of all streams are merged: the next picture is a key frame once.
    func requestKeyFrame() { wantsKeyFrame.store(true, ordering: .relaxed) }

    /// Camera thread: frames faster than asked are left out, and all of them while nobody wants any.
    private func take(_ frame: VideoFrame, interval: Int64) {
        let isWanted = state.withLock { state in
            guard state.sinks.values.contains(where: { !$0.isPaused && !$0.isHeld }),
                frame.captureTime - state.lastAccepted > interval * 3 / 4
            else { return false }
            state.lastAccepted = frame.captureTime
            return true
        }
        if isWanted { queue.push(frame) }
    }

    private func report(_ problem: MediaProblem?) {
        for sink in state.withLock({ Array($0.sinks.values) }) { sink.onProblem(problem) }
    }

    /// The picture's own size, or as much smaller, in its own proportions, as the settings ask: never larger.
    static func size(for frame: VideoFrame, settings: VideoSettings) -> (width: Int, height: Int) {
        let scale = min(
            1, Double(settings.width) / Double(frame.width), Double(settings.height) / Double(frame.height))
        let even = { (value: Int) in max(16, Int((Double(value) * scale).rounded()) & ~1) }
        return (even(frame.width), even(frame.height))
    }

    private func run() {
        var stage: EncoderStage?
        var cpu = MediaClock.threadCPU
        while let frame = queue.pop() {
            let size = Self.size(for: frame, settings: settings)
            if stage.map({ $0.width != size.width || $0.height != size.height }) ?? true {
                do {
                    stage = try EncoderStage(width: size.width, height: size.height, settings: settings)
                } catch {
                    report(.failed(error.message))
                    return
                }
            }
            if let stage { encode(frame, with: stage) }
            let now = MediaClock.threadCPU
            usage.add(now - cpu, to: .encode)
            cpu = now
        }
    }

    private func encode(_ frame: VideoFrame, with stage: EncoderStage) {
        let (plan, sinks) = state.withLock { ($0.plan, $0.sinks) }
        let began = MediaClock.now
        let forced = wantsKeyFrame.exchange(false, ordering: .relaxed)
        let result = stage.encode(frame, forceKeyFrame: forced, plan: plan)
        if case .skipped = result { return }
        let encoded: EncodedVideo? = if case .encoded(let video) = result { video } else { nil }
        if encoded == nil, forced { requestKeyFrame() }
        let now = MediaClock.now
        let measurement = stage.measure(encoded, of: frame, encodeTime: now - began, plan: plan, at: now)
        for (identifier, sink) in sinks where !sink.isPaused {
            if let encoded, encoded.isKeyFrame || plan.sends(stage.number, to: identifier) { sink.onFrame(encoded) }
            sink.onMeasurement(measurement)
        }
    }
}
