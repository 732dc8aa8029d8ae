import Logging
import Synchronization

/// All devices and codecs of the process, shared by all streams of all windows.
///
/// A device opens when the first stream wants it and closes when the last one leaves; one encoder serves every stream
/// with the same camera and settings.
package final class MediaEngine: Sendable {
    private struct State {
        var encodings: [VideoEncoding] = []
        var microphones: [MicrophoneSource: Microphone] = [:]
        var outputs: [SpeakerSource: Output] = [:]
    }

    private struct Microphone {
        var capture: AudioCapture
        var device: any AudioDevice
    }

    private struct Output {
        var output: AudioOutput
        var device: any AudioDevice
    }

    package let usage = CPUUsage()
    let logger: Logger
    private let soundServer: SoundServer
    private let cameras: CameraList
    private let cameraWatch: CameraWatch
    private let captures: VideoCaptures
    private let state = Mutex(State())

    /// - Parameters:
    ///   - deviceFolder: where the nodes of cameras are; another one in tests.
    ///   - soundServer: its address, as in `PULSE_SERVER`; nil for the desktop's own.
    package init(logger: Logger, deviceFolder: String = "/dev", soundServer address: String? = nil) {
        self.logger = logger
        cameras = CameraList(folder: deviceFolder)
        cameraWatch = CameraWatch(list: cameras)
        captures = VideoCaptures(cameras: cameras, usage: usage)
        soundServer = SoundServer(logger: logger, address: address)
    }

    /// What is plugged in now. Connects to the sound server on first use.
    package func devices() -> [MediaDevice] { cameras.cameras() + soundServer.devices() }

    /// Calls `handler`, on some thread, when cameras or sound devices come and go.
    package func observeDevices(_ handler: @escaping @Sendable () -> Void) {
        soundServer.observe(handler)
        cameraWatch.observe(handler)
    }

    /// What takes the place of a named device that is missing: of each kind, what was chosen, the last first.
    package func setPreferredDevices(_ names: [MediaDevice.Kind: [String]]) {
        soundServer.setPreferred(names)
        captures.setPreferred(names[.camera] ?? [])
    }

    // MARK: Pictures

    /// - Parameter bitrate: what the network carries now, bit/s; nil for the settings' own.
    package func sendVideo(
        from source: CameraSource, settings: VideoSettings, bitrate: Int? = nil,
        onFrame: @escaping @Sendable (EncodedVideo) -> Void,
        onProblem: @escaping @Sendable (MediaProblem?) -> Void
    ) -> VideoSending {
        VideoSending(
            engine: self, source: source, settings: settings, bitrate: bitrate, onFrame: onFrame, onProblem: onProblem)
    }

    package func preview(
        from source: CameraSource, width: Int, height: Int, framesPerSecond: Int,
        onFrame: @escaping @Sendable (VideoFrame) -> Void, onProblem: @escaping @Sendable (MediaProblem?) -> Void
    ) -> VideoPreview {
        VideoPreview(
            engine: self, source: source,
            format: VideoSettings(width: width, height: height, framesPerSecond: framesPerSecond),
            sink: VideoCapture.Sink(onFrame: onFrame, onProblem: onProblem))
    }

    package func receiveVideo(
        onFrame: @escaping @Sendable (VideoFrame) -> Void,
        onKeyFrameNeeded: @escaping @Sendable () -> Void
    ) -> VideoReceiving {
        let receiving = VideoReceiving(usage: usage, onFrame: onFrame, onKeyFrameNeeded: onKeyFrameNeeded)
        receiving.start()
        return receiving
    }

    /// Encoders running now; for tests of encode-once.
    package var encoderCount: Int { state.withLock { $0.encodings.count } }

    func capture(of source: CameraSource, format: VideoSettings) -> VideoCapture {
        captures.capture(of: source, format: format)
    }

    /// Joins an encoder that suits the stream, or starts one.
    ///
    /// - Parameter format: the size at which the camera opens when nobody looks through it yet.
    func encoding(
        of source: CameraSource, settings: VideoSettings, format: VideoSettings, sink: VideoEncoding.Sink
    ) -> (VideoEncoding, Int) {
        let settings = VideoEncoding.settings(for: settings)
        let capture = capture(of: source, format: format)
        return state.withLock { state in
            if let running = Self.encoding(
                in: state, capture: capture, settings: settings, bitrate: sink.wish.bitrate)
            {
                return (running, running.attach(sink))
            }
            let encoding = VideoEncoding(capture: capture, settings: settings, usage: usage)
            state.encodings.append(encoding)
            let attachment = encoding.attach(sink)
            encoding.start()
            return (encoding, attachment)
        }
    }

    private static func encoding(
        in state: State, capture: VideoCapture, settings: VideoSettings, bitrate: Int,
        except other: VideoEncoding? = nil
    ) -> VideoEncoding? {
        state.encodings.first { encoding in
            encoding !== other && encoding.capture === capture && encoding.settings == settings
                && EncodingPlan.canShare(encoding.bitrates() + [bitrate], for: settings.contentHint)
        }
    }

    /// Gives a stream other pictures of the encoder that it has; false when it needs another encoder: when more than its
    /// bitrate differs, when it would not suit the others who use this one, or when it is alone here and could join others.
    func retune(_ encoding: VideoEncoding, sink: Int, to settings: VideoSettings, wish: EncodingPlan.Wish) -> Bool {
        let wanted = VideoEncoding.settings(for: settings)
        return state.withLock { state in
            let others = encoding.bitrates(without: sink)
            guard encoding.settings == wanted,
                EncodingPlan.canShare(others + [wish.bitrate], for: wanted.contentHint)
            else { return false }
            let company = Self.encoding(
                in: state, capture: encoding.capture, settings: wanted, bitrate: wish.bitrate, except: encoding)
            guard company == nil || !others.isEmpty else { return false }
            encoding.setWish(wish, sink: sink)
            return true
        }
    }

    func release(_ encoding: VideoEncoding, sink: Int) {
        let isLast = state.withLock { state in
            guard encoding.detach(sink) == 0 else { return false }
            state.encodings.removeAll { $0 === encoding }
            return true
        }
        if isLast { encoding.stop() }
    }

    // MARK: Sound

    package func sendAudio(
        from source: MicrophoneSource, settings: AudioSettings, onFrame: @escaping @Sendable (EncodedAudio) -> Void,
        onProblem: @escaping @Sendable (MediaProblem?) -> Void
    ) -> AudioSending {
        AudioSending(engine: self, source: source, settings: settings, onFrame: onFrame, onProblem: onProblem)
    }

    package func receiveAudio(
        to speaker: SpeakerSource, packets: any AudioPacketSource,
        onProblem: @escaping @Sendable (MediaProblem?) -> Void
    ) -> AudioReceiving {
        let receiving = AudioReceiving(engine: self, packets: packets, onProblem: onProblem)
        receiving.join(output(speaker))
        return receiving
    }

    /// Plays one of the sounds around a call.
    package func play(_ tone: CallTone, on speaker: SpeakerSource) -> TonePlayback {
        TonePlayback(tone, on: output(speaker))
    }

    func microphone(_ source: MicrophoneSource, sink: AudioCapture.Sink) -> (AudioCapture, Int) {
        state.withLock { state in
            if let running = state.microphones[source] { return (running.capture, running.capture.attach(sink)) }
            let isReal = if case .testTone = source { false } else { source != .none }
            let capture = AudioCapture(isReal: isReal, usage: usage)
            let attachment = capture.attach(sink)
            capture.start()
            let device: any AudioDevice =
                switch source {
                case .none: NoMicrophone(capture: capture)
                case .testTone(let hertz): ToneGenerator(hertz: hertz, capture: capture)
                case .systemDefault: soundServer.record(from: nil, into: capture)
                case .device(let name): soundServer.record(from: name, into: capture)
                }
            state.microphones[source] = Microphone(capture: capture, device: device)
            return (capture, attachment)
        }
    }

    func release(_ capture: AudioCapture, sink: Int) {
        let device = state.withLock { state -> (any AudioDevice)? in
            guard capture.detach(sink) == 0,
                let entry = state.microphones.first(where: { $0.value.capture === capture })
            else { return nil }
            state.microphones.removeValue(forKey: entry.key)
            return entry.value.device
        }
        guard let device else { return }
        device.stop()
        capture.stop()
    }

    /// A speaker's mix, kept open for a voice that is added at once.
    func output(_ speaker: SpeakerSource) -> AudioOutput {
        let (output, closed) = state.withLock { state -> (AudioOutput, (any AudioDevice)?) in
            let running = state.outputs[speaker]
            if let running, running.output.reserve() { return (running.output, nil) }
            let output = AudioOutput(
                isReady: speaker == .none, reservations: 1,
                onEmpty: { [weak self] in self?.closeIfEmpty(speaker) })
            let device: any AudioDevice =
                switch speaker {
                case .none: SilentPlayer(output: output, usage: usage)
                case .systemDefault: soundServer.play(output, on: nil, usage: usage)
                case .device(let name): soundServer.play(output, on: name, usage: usage)
                }
            state.outputs[speaker] = Output(output: output, device: device)
            return (output, running?.device)
        }
        // Its last voice was just going.
        closed?.stop()
        return output
    }

    /// Another one may have taken its place already.
    private func closeIfEmpty(_ speaker: SpeakerSource) {
        let closed = state.withLock { state -> Output? in
            guard state.outputs[speaker]?.output.isClosed == true else { return nil }
            return state.outputs.removeValue(forKey: speaker)
        }
        closed?.device.stop()
    }
}

/// An open microphone or speaker.
protocol AudioDevice: Sendable {
    func stop()
}
