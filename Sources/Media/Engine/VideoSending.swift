import Synchronization

/// Figures of sent pictures, by W3C names.
package struct VideoSendStatistics: Sendable {
    package var framesEncoded: Int
    package var keyFramesEncoded: Int
    /// Seconds.
    package var totalEncodeTime: Double
    package var frameWidth: Int
    package var frameHeight: Int
}

/// One stream's share of a camera and an encoder.
package final class VideoSending: Sendable {
    private struct State {
        var source: CameraSource
        var settings: VideoSettings
        var isPaused = false
        var encoding: VideoEncoding?
        var attachment = 0
        var isClosed = false
    }

    private let engine: MediaEngine
    private let onFrame: @Sendable (EncodedVideo) -> Void
    private let onProblem: @Sendable (MediaProblem?) -> Void
    private let state: Mutex<State>

    init(
        engine: MediaEngine, source: CameraSource, settings: VideoSettings,
        onFrame: @escaping @Sendable (EncodedVideo) -> Void, onProblem: @escaping @Sendable (MediaProblem?) -> Void
    ) {
        self.engine = engine
        self.onFrame = onFrame
        self.onProblem = onProblem
        state = Mutex(State(source: source, settings: settings))
        connect()
    }

    deinit { close() }

    /// The next picture will be a key frame.
    package func requestKeyFrame() { state.withLock { $0.encoding }?.requestKeyFrame() }

    /// Size, rate and bitrate; takes effect within a picture or two.
    package func update(_ settings: VideoSettings) {
        let encoding = state.withLock { state in
            state.settings = settings
            return state.encoding
        }
        if let encoding, engine.retune(encoding, to: settings) { return }
        connect()
    }

    /// Another camera, without a word to the far side.
    package func change(to source: CameraSource) {
        state.withLock { $0.source = source }
        connect()
    }

    /// A paused stream costs no encoding, but keeps its camera open.
    package func setPaused(_ isPaused: Bool) {
        let (encoding, attachment) = state.withLock { state in
            state.isPaused = isPaused
            return (state.encoding, state.attachment)
        }
        encoding?.setPaused(isPaused, sink: attachment)
    }

    package var statistics: VideoSendStatistics? { state.withLock { $0.encoding }?.statistics }

    /// Lets go of camera and encoder. Later calls do nothing.
    package func close() {
        let (encoding, attachment) = state.withLock { state in
            defer {
                state.encoding = nil
                state.isClosed = true
            }
            return (state.encoding, state.attachment)
        }
        if let encoding { engine.release(encoding, sink: attachment) }
    }

    /// Joins the encoder for the source and settings of now, and leaves the one before.
    private func connect() {
        let (source, settings, isPaused, isClosed) = state.withLock {
            ($0.source, $0.settings, $0.isPaused, $0.isClosed)
        }
        guard !isClosed else { return }
        let (encoding, attachment) = engine.encoding(
            of: source, settings: settings,
            sink: VideoEncoding.Sink(isPaused: isPaused, onFrame: onFrame, onProblem: onProblem))
        let (old, oldAttachment) = state.withLock { state in
            defer {
                state.encoding = encoding
                state.attachment = attachment
            }
            return (state.encoding, state.attachment)
        }
        if let old { engine.release(old, sink: oldAttachment) }
    }
}

/// A look through a camera without sending: the self-view.
package final class VideoPreview: Sendable {
    private struct State {
        var capture: VideoCapture?
        var attachment = 0
        var isPaused = false
    }

    private let engine: MediaEngine
    private let format: VideoSettings
    private let sink: VideoCapture.Sink
    private let state = Mutex(State())

    init(engine: MediaEngine, source: CameraSource, format: VideoSettings, sink: VideoCapture.Sink) {
        self.engine = engine
        self.format = format
        self.sink = sink
        change(to: source)
    }

    deinit { close() }

    package func change(to source: CameraSource) {
        close()
        let capture = engine.capture(of: source, format: format)
        let attachment = capture.attach(
            VideoCapture.Sink(
                onFrame: { [weak self, sink] frame in
                    if self?.isPaused == false { sink.onFrame(frame) }
                }, onProblem: sink.onProblem))
        state.withLock { state in
            state.capture = capture
            state.attachment = attachment
        }
    }

    package func setPaused(_ isPaused: Bool) { state.withLock { $0.isPaused = isPaused } }

    private var isPaused: Bool { state.withLock { $0.isPaused } }

    package func close() {
        let (capture, attachment) = state.withLock { state in
            defer { state.capture = nil }
            return (state.capture, state.attachment)
        }
        capture?.detach(attachment)
    }
}
