import Synchronization

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
