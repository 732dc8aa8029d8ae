import Dispatch
import Synchronization

/// Figures of one stream's sent sound.
package struct AudioSendStatistics: Sendable {
    package var packetsEncoded: Int
    /// Seconds.
    package var totalEncodeTime: Double
}

/// One stream's share of a microphone.
package final class AudioSending: Sendable {
    private struct Share {
        var capture: AudioCapture
        var attachment: Int
        /// Of the handover.
        var number: Int
    }

    private struct State {
        var source: MicrophoneSource
        var settings: AudioSettings
        var expectedLoss = ExpectedLoss()
        var isMuted = false
        var share: Share?
        /// Goes on until the new microphone's sound comes.
        var former: Share?
        var isClosed = false
    }

    /// How long a new microphone may take before the former one is let go all the same.
    private static let patience = DispatchTimeInterval.seconds(1)

    private let engine: MediaEngine
    private let onFrame: @Sendable (EncodedAudio) -> Void
    private let problems: ProblemTeller
    private let handover = AudioHandover()
    private let state: Mutex<State>
    private let work = Work()

    /// Of the encoder, for this stream. Shared with the capture, which must not keep the stream alive.
    private final class Work: Sendable {
        let packets = Atomic<Int>(0)
        /// µs
        let time = Atomic<Int64>(0)
    }

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

    /// Takes other settings, from the next frame on.
    package func update(_ settings: AudioSettings) {
        let shares = state.withLock { state in
            state.settings = settings
            return [state.former, state.share]
        }
        for case .some(let share) in shares { share.capture.change(share.attachment) { $0.settings = settings } }
    }

    /// What the far side misses of the sound, 0...1, as it was measured last; decides on error correction.
    package func setExpectedLoss(_ fraction: Double) {
        let shares = state.withLock { state -> [Share?] in
            guard state.expectedLoss.record(fraction) else { return [] }
            return [state.former, state.share]
        }
        let loss = state.withLock { $0.expectedLoss }
        for case .some(let share) in shares { share.capture.change(share.attachment) { $0.expectedLoss = loss } }
    }

    /// While muted, nothing of the microphone is sent.
    package func setMuted(_ isMuted: Bool) {
        let share = state.withLock { state in
            state.isMuted = isMuted
            return state.share
        }
        share?.capture.change(share?.attachment ?? 0) { $0.isMuted = isMuted }
        // Nobody hears a gap now; and what is muted is muted everywhere.
        if isMuted, let share { letFormerGo(for: share.number) }
    }

    /// Another microphone, without a word to the far side, and without a gap.
    package func change(to source: MicrophoneSource) {
        state.withLock { $0.source = source }
        connect()
    }

    /// 0...1; 0 while muted.
    package var level: Double {
        let (capture, isMuted) = state.withLock { ($0.share?.capture, $0.isMuted) }
        return isMuted ? 0 : capture?.meter.level ?? 0
    }

    /// From the mouth to the packet, ms; nil without a microphone.
    package var captureDelay: Double? {
        state.withLock { state in
            guard state.source != .none, let capture = state.share?.capture else { return nil }
            return Double(capture.delay.load(ordering: .relaxed) + state.settings.frameDuration)
        }
    }

    package var statistics: AudioSendStatistics {
        AudioSendStatistics(
            packetsEncoded: work.packets.load(ordering: .relaxed),
            totalEncodeTime: Double(work.time.load(ordering: .relaxed)) / 1_000_000)
    }

    /// What the echo canceller of its microphone has measured; nil without one, and while nothing was heard.
    package var echo: EchoFigures? { state.withLock { $0.share?.capture }?.echo }

    package func close() {
        let shares = state.withLock { state in
            defer {
                state.share = nil
                state.former = nil
                state.isClosed = true
            }
            return [state.former, state.share]
        }
        for case .some(let share) in shares { engine.release(share.capture, sink: share.attachment) }
    }

    private func connect() {
        let (source, settings, isMuted, isClosed) = state.withLock { ($0.source, $0.settings, $0.isMuted, $0.isClosed) }
        let expectedLoss = state.withLock { $0.expectedLoss }
        guard !isClosed else { return }
        let number = handover.begin()
        let tell = problems.begin()
        let letGo: @Sendable () -> Void = { [weak self] in
            // Away from the threads of sound: letting a device go takes its time.
            DispatchQueue.global(qos: .userInitiated).async { [weak self] in self?.letFormerGo(for: number) }
        }
        let sink = AudioCapture.Sink(
            settings: settings, expectedLoss: expectedLoss, isMuted: isMuted,
            onFrame: { [handover, onFrame, work] frame in
                let (isSent, takesOver) = handover.admit(frame, of: number)
                if isSent {
                    work.packets.add(1, ordering: .relaxed)
                    work.time.add(frame.encodeTime, ordering: .relaxed)
                    onFrame(frame)
                }
                if takesOver { letGo() }
            },
            onProblem: { problem in
                tell(problem)
                if problem != nil { letGo() }
            })
        let (capture, attachment) = engine.microphone(source, sink: sink)
        replaceShare(by: Share(capture: capture, attachment: attachment, number: number))
        if source == .none || isMuted { return letFormerGo(for: number) }
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + Self.patience, execute: letGo)
    }

    private func replaceShare(by share: Share) {
        let (unused, isMuted) = state.withLock { state -> (Share?, Bool) in
            if state.isClosed { return (share, state.isMuted) }
            defer {
                state.former = state.share
                state.share = share
            }
            return (state.former, state.isMuted)
        }
        // It may have been muted, or set anew, meanwhile.
        let (settings, expectedLoss) = state.withLock { ($0.settings, $0.expectedLoss) }
        share.capture.change(share.attachment) { sink in
            sink.isMuted = isMuted
            sink.settings = settings
            sink.expectedLoss = expectedLoss
        }
        if let unused { engine.release(unused.capture, sink: unused.attachment) }
    }

    /// The new microphone's sound is there, or nobody waits for it any longer.
    private func letFormerGo(for number: Int) {
        let former = state.withLock { state -> Share? in
            guard state.share?.number == number else { return nil }
            defer { state.former = nil }
            return state.former
        }
        guard let former else { return }
        handover.cut(to: number)
        engine.release(former.capture, sink: former.attachment)
    }
}
