import Logging
import Media
import RTC
import Synchronization
import Transport

/// Cameras, microphones and speakers of a call: opened once, changed while it runs.
extension MediaSession {
    /// Opens what the stream sends, and its own picture. Encoding waits until the connection stands.
    func openDevices() {
        let (configuration, isConnected, isClosed) = state.withLock { ($0.configuration, $0.isConnected, $0.isClosed) }
        guard !isClosed else { return }
        if configuration.outgoing.contains(.video) { openCamera(configuration, isConnected: isConnected) }
        if configuration.outgoing.contains(.audio) { openMicrophone(configuration) }
    }

    private func openCamera(_ configuration: MediaSessionConfiguration, isConnected: Bool) {
        guard state.withLock({ $0.videoSending == nil }) else { return }
        let sending = engine.sendVideo(
            from: configuration.camera, settings: state.withLock { $0.sentVideoSettings },
            bitrate: state.withLock { $0.videoBitrate.target },
            onFrame: { [weak self] frame in self?.send(frame) },
            onProblem: { [onEvent] problem in onEvent(.problem(.camera, problem)) })
        sending.setPaused(!isConnected)
        let outlet = configuration.sentVideo
        let preview = engine.preview(
            from: configuration.camera, width: configuration.video.width, height: configuration.video.height,
            framesPerSecond: configuration.video.framesPerSecond, onFrame: { frame in outlet.show(frame) },
            onProblem: { problem in if problem != nil { outlet.show(nil) } })
        let isClosed = state.withLock { state in
            if !state.isClosed {
                state.videoSending = sending
                state.preview = preview
            }
            return state.isClosed
        }
        if isClosed {
            sending.close()
            preview.close()
        }
    }

    private func openMicrophone(_ configuration: MediaSessionConfiguration) {
        guard state.withLock({ $0.audioSending == nil }) else { return }
        let sending = engine.sendAudio(
            from: configuration.microphone, settings: state.withLock { $0.sentAudioSettings },
            onFrame: { [weak self] frame in self?.send(frame) },
            onProblem: { [onEvent] problem in onEvent(.problem(.microphone, problem)) })
        sending.setMuted(state.withLock { $0.stoppedSending.contains(.audio) })
        let isClosed = state.withLock { state in
            if !state.isClosed { state.audioSending = sending }
            return state.isClosed
        }
        if isClosed { sending.close() }
    }

    /// Opens the speaker and the decoder for what the far side sends, when the first description says that it does.
    func openReceivers(for media: [NegotiatedMedia]) {
        let configuration = state.withLock { $0.configuration }
        for section in media where section.direction.receives {
            switch section.kind {
            case .audio: openSpeaker(configuration)
            case .video: openDecoder(configuration, section: section)
            }
        }
    }

    private func openSpeaker(_ configuration: MediaSessionConfiguration) {
        guard state.withLock({ $0.audioReceiving == nil && !$0.isClosed }) else { return }
        let source = ReceivedAudioSource()
        let receiving = engine.receiveAudio(
            to: configuration.speaker, packets: source,
            onProblem: { [onEvent] problem in onEvent(.problem(.speaker, problem)) })
        receiving.setVolume(configuration.volume)
        state.withLock { state in
            state.audioSource = source
            state.audioReceiving = receiving
        }
    }

    private func openDecoder(_ configuration: MediaSessionConfiguration, section: NegotiatedMedia) {
        guard state.withLock({ $0.videoReceiving == nil && !$0.isClosed }) else { return }
        let outlet = configuration.receivedVideo
        let receiving = engine.receiveVideo(
            onFrame: { [weak self] frame in
                outlet.show(frame)
                self?.remoteMediaArrived()
            },
            onKeyFrameNeeded: { [weak self] in self?.requestRemoteKeyFrame() })
        state.withLock { $0.videoReceiving = receiving }
    }

    /// Told once a call, for `setupTime`.
    func remoteMediaArrived() {
        let isFirst = state.withLock { state in
            defer { state.sawRemoteMedia = true }
            return !state.sawRemoteMedia
        }
        if isFirst { onEvent(.firstRemoteFrame) }
    }
}
