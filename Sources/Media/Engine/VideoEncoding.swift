import Synchronization

/// One running encoder and all streams that send its pictures: four correspondents at one size cost one encoding.
final class VideoEncoding: Sendable {
    private struct State {
        var sinks: [Int: Sink] = [:]
        var next = 0
        var attachment: Int?
        var lastAccepted: Int64 = 0
        var settings: VideoSettings
    }

    struct Sink: Sendable {
        var isPaused: Bool
        var onFrame: @Sendable (EncodedVideo) -> Void
        var onProblem: @Sendable (MediaProblem?) -> Void
    }

    let capture: VideoCapture
    private let usage: CPUUsage
    private let queue = BoundedQueue<VideoFrame>(capacity: 2)
    private let state: Mutex<State>
    private let wantsKeyFrame = Atomic<Bool>(true)
    private let framesEncoded = Atomic<Int>(0)
    private let keyFramesEncoded = Atomic<Int>(0)
    private let encodeTime = Atomic<Int64>(0)
    private let width = Atomic<Int>(0)
    private let height = Atomic<Int>(0)

    init(capture: VideoCapture, settings: VideoSettings, usage: CPUUsage) {
        self.capture = capture
        state = Mutex(State(settings: settings))
        self.usage = usage
    }

    /// The size, rate and bitrate of now; the floor is nothing to an encoder.
    var settings: VideoSettings { state.withLock { $0.settings } }

    /// How many streams send its pictures.
    var sinkCount: Int { state.withLock { $0.sinks.count } }

    /// Takes effect with the next picture. bit/s.
    func setBitrate(_ bitrate: Int) { state.withLock { $0.settings.bitrate = bitrate } }

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
            totalEncodeTime: Double(encodeTime.load(ordering: .relaxed)) / 1_000_000,
            frameWidth: width.load(ordering: .relaxed),
            frameHeight: height.load(ordering: .relaxed))
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
            let settings = settings
            let size = Self.size(for: frame, settings: settings)
            if stage.map({ $0.width != size.width || $0.height != size.height }) ?? true {
                do {
                    stage = try EncoderStage(width: size.width, height: size.height, settings: settings)
                } catch {
                    report(.failed(error.message))
                    return
                }
            }
            stage?.setBitrate(settings.bitrate)
            encode(frame, with: stage)
            let now = MediaClock.threadCPU
            usage.add(now - cpu, to: .encode)
            cpu = now
        }
    }

    private func encode(_ frame: VideoFrame, with stage: EncoderStage?) {
        let began = MediaClock.now
        let forced = wantsKeyFrame.exchange(false, ordering: .relaxed)
        guard let encoded = stage?.encode(frame, forceKeyFrame: forced) else {
            if forced { requestKeyFrame() }
            return
        }
        framesEncoded.add(1, ordering: .relaxed)
        if encoded.isKeyFrame { keyFramesEncoded.add(1, ordering: .relaxed) }
        encodeTime.add(MediaClock.now - began, ordering: .relaxed)
        width.store(encoded.width, ordering: .relaxed)
        height.store(encoded.height, ordering: .relaxed)
        for sink in state.withLock({ Array($0.sinks.values) }) where !sink.isPaused { sink.onFrame(encoded) }
    }
}

/// An encoder of one size, and the scaler before it.
private final class EncoderStage {
    let width: Int
    let height: Int
    private let encoder: any PictureEncoder
    private let pool: FramePool
    private var bitrate: Int

    init(width: Int, height: Int, settings: VideoSettings) throws(CodecError) {
        self.width = width
        self.height = height
        encoder = try Self.encoder(width: width, height: height, settings: settings)
        bitrate = settings.bitrate
        pool = FramePool(width: width, height: height, capacity: 4)
    }

    private static func encoder(
        width: Int, height: Int, settings: VideoSettings
    ) throws(CodecError) -> any PictureEncoder {
        guard settings.codec == "vp9" else {
            return try VP8Encoder(
                width: width, height: height, framesPerSecond: settings.framesPerSecond, bitrate: settings.bitrate,
                contentHint: settings.contentHint)
        }
        return try VP9Encoder(
            width: width, height: height, framesPerSecond: settings.framesPerSecond, bitrate: settings.bitrate,
            contentHint: settings.contentHint)
    }

    func setBitrate(_ wanted: Int) {
        guard wanted != bitrate else { return }
        bitrate = wanted
        encoder.setBitrate(wanted)
    }

    func encode(_ frame: VideoFrame, forceKeyFrame: Bool) -> EncodedVideo? {
        let isRightSize = frame.width == width && frame.height == height
        guard let picture = isRightSize ? frame : frame.scaled(width: width, height: height, from: pool) else {
            return nil
        }
        return encoder.encode(picture, forceKeyFrame: forceKeyFrame)
    }
}
