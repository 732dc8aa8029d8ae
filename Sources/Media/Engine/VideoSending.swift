import Synchronization

/// One stream's share of a camera and an encoder, in the size and at the rate that its network and the processor allow.
package final class VideoSending: Sendable {
    private struct State {
        var source: CameraSource
        /// As the stream would have it.
        var settings: VideoSettings
        var adaptation: PictureAdaptation
        var isPaused = false
        var encoding: VideoEncoding?
        var attachment = 0
        var handover = EncodingHandover()
        var figures: VideoSendFigures
        var isClosed = false

        var limitation: QualityLimitation {
            let limitation = adaptation.limitation
            let isPoor = adaptation.settings.bitrate < settings.bitrate
            return limitation == .none && isPoor ? .bandwidth : limitation
        }

        mutating func update(bitrate: Int, at now: Int64) {
            var available = settings
            available.bitrate = bitrate
            adaptation.update(available, at: now)
            figures.setLimitation(limitation, at: now)
        }
    }

    private let engine: MediaEngine
    private let onFrame: @Sendable (EncodedVideo) -> Void
    private let onProblem: @Sendable (MediaProblem?) -> Void
    private let state: Mutex<State>
    /// Held while an encoder is chosen: the network's thread and the encoder's both do.
    private let choice = Mutex(())

    init(
        engine: MediaEngine, source: CameraSource, settings: VideoSettings, bitrate: Int?,
        onFrame: @escaping @Sendable (EncodedVideo) -> Void, onProblem: @escaping @Sendable (MediaProblem?) -> Void
    ) {
        self.engine = engine
        self.onFrame = onFrame
        self.onProblem = onProblem
        var available = settings
        available.bitrate = bitrate ?? settings.bitrate
        state = Mutex(
            State(
                source: source, settings: settings, adaptation: PictureAdaptation(available),
                figures: VideoSendFigures(at: MediaClock.now)))
        connect()
    }

    deinit { close() }

    /// The next picture will be a key frame.
    package func requestKeyFrame() { state.withLock { $0.encoding }?.requestKeyFrame() }

    /// Size, rate and ceiling; takes effect within a picture or two.
    ///
    /// - Parameter bitrate: what the network carries now, bit/s; nil for the ceiling.
    package func update(_ settings: VideoSettings, bitrate: Int? = nil) {
        state.withLock { state in
            state.settings = settings
            state.update(bitrate: bitrate ?? settings.bitrate, at: MediaClock.now)
        }
        follow()
    }

    /// Another camera, without a word to the far side.
    package func change(to source: CameraSource) {
        state.withLock { $0.source = source }
        choice.withLock { _ in connect() }
    }

    /// A paused stream costs no encoding, but keeps its camera open.
    package func setPaused(_ isPaused: Bool) {
        let (encoding, attachment) = state.withLock { state in
            state.isPaused = isPaused
            return (state.encoding, state.attachment)
        }
        encoding?.setPaused(isPaused, sink: attachment)
    }

    /// For tenths of a second the network takes nothing: pictures are left out, and go on from the last one then.
    package func setHeld(_ isHeld: Bool) {
        let (encoding, attachment) = state.withLock { ($0.encoding, $0.attachment) }
        encoding?.setHeld(isHeld, sink: attachment)
    }

    /// Nil before the first picture.
    package var statistics: VideoSendStatistics? {
        state.withLock { $0.figures.statistics(limitation: $0.limitation, at: MediaClock.now) }
    }

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

    /// Carries what adaptation says to the encoder, or to another one.
    private func follow() {
        choice.withLock { _ in
            let (encoding, attachment, adaptation) = state.withLock { ($0.encoding, $0.attachment, $0.adaptation) }
            if let encoding,
                engine.retune(encoding, sink: attachment, to: adaptation.encoderSettings, wish: adaptation.wish)
            {
                return
            }
            connect()
        }
    }

    /// Joins the encoder for the source and settings of now, and leaves the one before.
    private func connect() {
        let (source, settings, adaptation, isPaused) = state.withLock {
            ($0.source, $0.settings, $0.adaptation, $0.isPaused)
        }
        guard !state.withLock({ $0.isClosed }) else { return }
        let number = state.withLock { $0.handover.begin() }
        let (encoding, attachment) = engine.encoding(
            of: source, settings: adaptation.encoderSettings, format: settings,
            sink: VideoEncoding.Sink(
                isPaused: isPaused, wish: adaptation.wish,
                onFrame: { [weak self] frame in self?.take(frame, of: number) },
                onMeasurement: { [weak self] measurement in self?.take(measurement, of: number) },
                onProblem: onProblem))
        let (old, oldAttachment, isStillPaused) = state.withLock { state -> (VideoEncoding?, Int, Bool) in
            if state.isClosed { return (encoding, attachment, isPaused) }
            defer {
                state.encoding = encoding
                state.attachment = attachment
            }
            return (state.encoding, state.attachment, state.isPaused)
        }
        // It may have been paused meanwhile.
        if isStillPaused != isPaused { encoding.setPaused(isStillPaused, sink: attachment) }
        if let old { engine.release(old, sink: oldAttachment) }
    }

    /// Encoder thread.
    private func take(_ frame: EncodedVideo, of number: Int) {
        let isAdmitted = state.withLock { state in
            guard state.handover.admit(frame, of: number) else { return false }
            state.figures.record(frame, at: MediaClock.now)
            return true
        }
        if isAdmitted { onFrame(frame) }
    }

    /// Encoder thread.
    private func take(_ measurement: EncoderMeasurement, of number: Int) {
        let hasChanged = state.withLock { state in
            guard state.handover.isCurrent(number) else { return false }
            let before = state.adaptation.step
            state.adaptation.record(measurement)
            state.figures.record(measurement)
            state.figures.setLimitation(state.limitation, at: measurement.time)
            guard state.adaptation.step != before else { return false }
            state.figures.countChange()
            return true
        }
        if hasChanged { follow() }
    }
}

extension PictureAdaptation {
    fileprivate var wish: EncodingPlan.Wish { EncodingPlan.Wish(bitrate: settings.bitrate, divisor: step.divisor) }
}

/// From one encoder to the next: pictures of the former one, until the first key frame of the new one.
struct EncodingHandover: Sendable {
    private var newest = 0
    private var admitted = 0

    /// The number of a new encoder.
    mutating func begin() -> Int {
        newest += 1
        return newest
    }

    func isCurrent(_ number: Int) -> Bool { number == newest }

    /// Whether a picture goes out.
    mutating func admit(_ frame: EncodedVideo, of number: Int) -> Bool {
        if number > admitted, frame.isKeyFrame { admitted = number }
        return number == admitted
    }
}
