import Synchronization

/// One running encoder and all streams that send its pictures: four correspondents at one size cost one encoding.
final class VideoEncoding: Sendable {
    private struct State {
        var sinks: [Int: Sink] = [:]
        var next = 0
        var attachment: Int?
        var lastAccepted: Int64 = 0
    }

    struct Sink: Sendable {
        var isPaused: Bool
        var onFrame: @Sendable (EncodedVideo) -> Void
        var onProblem: @Sendable (MediaProblem?) -> Void
    }

    let settings: VideoSettings
    let capture: VideoCapture
    private let usage: CPUUsage
    private let queue = BoundedQueue<VideoFrame>(capacity: 2)
    private let state = Mutex(State())
    private let wantsKeyFrame = Atomic<Bool>(true)
    private let framesEncoded = Atomic<Int>(0)
    private let keyFramesEncoded = Atomic<Int>(0)
    private let encodeTime = Atomic<Int64>(0)

    init(capture: VideoCapture, settings: VideoSettings, usage: CPUUsage) {
        self.capture = capture
        self.settings = settings
        self.usage = usage
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
            return state.next
        }
    }

    /// The number of streams left.
    func detach(_ identifier: Int) -> Int {
        state.withLock { state in
            state.sinks.removeValue(forKey: identifier)
            return state.sinks.count
        }
    }

    func setPaused(_ isPaused: Bool, sink identifier: Int) {
        state.withLock { $0.sinks[identifier]?.isPaused = isPaused }
        if !isPaused { requestKeyFrame() }
    }

    /// Requests of all streams are merged: the next picture is a key frame once.
    func requestKeyFrame() { wantsKeyFrame.store(true, ordering: .relaxed) }

    var statistics: VideoSendStatistics {
        VideoSendStatistics(
            framesEncoded: framesEncoded.load(ordering: .relaxed),
            keyFramesEncoded: keyFramesEncoded.load(ordering: .relaxed),
            totalEncodeTime: Double(encodeTime.load(ordering: .relaxed)) / 1_000_000, frameWidth: settings.width,
            frameHeight: settings.height)
    }

    /// Camera thread: frames faster than asked are left out, and all of them while nobody wants any.
    private func take(_ frame: VideoFrame, interval: Int64) {
        let isWanted = state.withLock { state in
            guard state.sinks.values.contains(where: { !$0.isPaused }),
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

    private func run() {
        let encoder: VP8Encoder
        do {
            encoder = try VP8Encoder(
                width: settings.width, height: settings.height, framesPerSecond: settings.framesPerSecond,
                bitrate: settings.bitrate)
        } catch {
            report(.failed(error.message))
            return
        }
        let pool = FramePool(width: settings.width, height: settings.height, capacity: 4)
        var cpu = MediaClock.threadCPU
        while let frame = queue.pop() {
            let began = MediaClock.now
            let isRightSize = frame.width == settings.width && frame.height == settings.height
            let picture =
                isRightSize ? frame : frame.scaled(width: settings.width, height: settings.height, from: pool)
            let forced = wantsKeyFrame.exchange(false, ordering: .relaxed)
            if let picture, let encoded = encoder.encode(picture, forceKeyFrame: forced) {
                framesEncoded.add(1, ordering: .relaxed)
                if encoded.isKeyFrame { keyFramesEncoded.add(1, ordering: .relaxed) }
                encodeTime.add(MediaClock.now - began, ordering: .relaxed)
                for sink in state.withLock({ Array($0.sinks.values) }) where !sink.isPaused { sink.onFrame(encoded) }
            } else if forced {
                requestKeyFrame()
            }
            let now = MediaClock.threadCPU
            usage.add(now - cpu, to: .encode)
            cpu = now
        }
    }
}
