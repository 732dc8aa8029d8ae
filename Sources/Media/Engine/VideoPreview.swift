import Synchronization

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

    /// Shows another camera from now on.
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

    /// While paused, no picture is shown; the camera stays open.
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
