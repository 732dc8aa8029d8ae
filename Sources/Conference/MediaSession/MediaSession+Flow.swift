import Logging
import Media
import RTC
import Synchronization
import Transport
import Wire

/// The way of frames between the media threads and the network thread.
extension MediaSession {
    /// Encoder thread: one compressed picture of ours.
    func send(_ frame: EncodedVideo) {
        let (transport, mid) = state.withLock { ($0.transport, Self.sendingSection(.video, in: $0)) }
        guard let transport, let mid else { return }
        transport.post { peer, now in
            peer.sendVideo(
                mid: mid, frame: frame.bytes, codec: VideoCodec(rawValue: frame.codec), isKeyFrame: frame.isKeyFrame,
                temporalLayer: frame.temporalLayer,
                captureTime: Instant(microseconds: frame.captureTime), at: now)
        }
    }

    /// Uplink thread: one compressed piece of our sound.
    func send(_ frame: EncodedAudio) {
        let (transport, mid) = state.withLock { ($0.transport, Self.sendingSection(.audio, in: $0)) }
        guard let transport, let mid else { return }
        transport.post { peer, now in
            peer.sendAudio(
                mid: mid, payload: frame.bytes, sampleCount: frame.sampleCount,
                captureTime: Instant(microseconds: frame.captureTime), level: frame.level,
                voiceActivity: frame.voiceActivity, at: now)
        }
    }

    private static func sendingSection(_ kind: MediaKind, in state: State) -> String? {
        guard state.isConnected, !state.stoppedSending.contains(MediaSet(kind)),
            kind == .audio || !(state.isWayLost || state.isVideoSuspended)
        else { return nil }
        return state.media.first { $0.kind == kind && $0.direction.sends }?.mid
    }

    /// Network thread.
    func handle(_ event: PeerConnectionEvent) {
        switch event {
        case .localCandidate(let candidate): onEvent(.localCandidate(candidate))
        case .endOfCandidates(let fragment): onEvent(.endOfCandidates(usernameFragment: fragment))
        case .restartNeeded: onEvent(.negotiationNeeded)
        case .connectionStateChanged(let connection): connectionChanged(connection)
        case .mediaReady: mediaReady()
        case .negotiated(let media): agreed(on: media)
        case .audio(let mid, let audio): receive(audio, of: mid)
        case .video(let mid, let frame): receive(frame, of: mid)
        case .keyFrameRequested: state.withLock { $0.videoSending }?.requestKeyFrame()
        case .targetBitrateChanged(let video, let total):
            encode(at: video)
            let hasPictures = video > 0 && state.withLock { $0.hasPictures }
            adaptSound { $0.update(available: total, besidePictures: hasPictures) }
        case .videoSuspended(let isSuspended): suspendVideo(isSuspended)
        case .videoHeld(let isHeld): state.withLock { $0.videoSending }?.setHeld(isHeld)
        case .lossReported(let mid, let fraction): protectSound(of: mid, against: fraction)
        case .dataChannel(let event): receive(event)
        // Names are the transport's own affair.
        case .bye, .resolve: break
        }
    }

    /// The encoder changes over to the codec that comes first now.
    private func agreed(on media: [NegotiatedMedia]) {
        let (sending, settings, bitrate, shown, showsNow) = state.withLock { state in
            let (before, shown) = (state.sentVideoSettings, state.receivingSection(.video))
            state.media = media
            let settings = state.sentVideoSettings
            return (
                before == settings ? nil : state.videoSending, settings, state.videoBitrate.target, shown,
                state.receivingSection(.video)
            )
        }
        sending?.update(settings, bitrate: bitrate)
        tellBitrateBounds()
        openReceivers(for: media)
        updateSending()
        // What the decoder knows of one section's pictures is of no use for another's.
        if shown != nil, showsNow != shown { requestRemoteKeyFrame() }
    }

    /// Asks the far side for a key frame of the picture that is shown.
    func requestRemoteKeyFrame() {
        let (transport, mid) = state.withLock { ($0.transport, $0.receivingSection(.video)) }
        guard let mid else { return }
        transport?.post { peer, now in peer.requestKeyFrame(mid: mid, at: now) }
    }

    /// What is sent now arrives, though the connection may not have heard so yet.
    private func mediaReady() {
        state.withLock { $0.isConnected = true }
        updateSending()
        state.withLock { $0.videoSending }?.requestKeyFrame()
    }

    /// While the way is lost, sound goes on: it is little, and may still arrive. Pictures wait: they would only fill the
    /// network that comes back, and the first one after it has to be a key frame anyway.
    private func connectionChanged(_ connection: PeerConnectionState) {
        let wasSending = state.withLock { state in
            defer {
                state.isConnected = connection == .connected || (state.isConnected && connection == .disconnected)
                state.isWayLost = connection == .disconnected
            }
            return state.isConnected && !state.isWayLost
        }
        updateSending()
        if connection == .connected, !wasSending { state.withLock { $0.videoSending }?.requestKeyFrame() }
        onEvent(.connectionStateChanged(connection))
    }

    /// The picture follows what the network carries.
    private func encode(at available: Int) {
        let (sending, settings, bitrate) = state.withLock { state -> (VideoSending?, VideoSettings, Int) in
            let before = state.videoBitrate.target
            state.videoBitrate.available = available
            let target = state.videoBitrate.target
            return (target != before ? state.videoSending : nil, state.sentVideoSettings, target)
        }
        sending?.update(settings, bitrate: bitrate)
    }

    /// So does the sound.
    private func adaptSound(_ update: (inout SoundAdaptation) -> Void) {
        let (sending, settings) = state.withLock { state -> (AudioSending?, AudioSettings?) in
            let before = state.sentAudioSettings
            update(&state.sound)
            let after = state.sentAudioSettings
            return (state.audioSending, before == after ? nil : after)
        }
        guard let settings else { return }
        sending?.update(settings)
        tellBitrateBounds()
    }

    /// The network carries only sound, or pictures again: they begin with a key frame, for which the session asks.
    private func suspendVideo(_ isSuspended: Bool) {
        state.withLock { $0.isVideoSuspended = isSuspended }
        updateSending()
        onEvent(.suspended(isSuspended ? .video : []))
    }

    /// The encoder of our sound learns what the far side misses of it.
    private func protectSound(of mid: String, against loss: Double) {
        let sending = state.withLock { state in
            state.media.contains { $0.mid == mid && $0.kind == .audio } ? state.audioSending : nil
        }
        guard let sending else { return }
        sending.setExpectedLoss(loss)
        adaptSound { $0.update(loss: loss) }
    }

    /// What a packet of sound has around it: RTP with its extensions, SRTP's tag, UDP and IP.
    private static let packetOverhead = 90

    /// Says between what the estimate of the network should share itself out.
    func tellBitrateBounds() {
        let (transport, media) = state.withLock { ($0.transport, $0.media) }
        let (video, audio) = state.withLock { ($0.configuration.video, $0.sentAudioSettings) }
        let overhead = Self.packetOverhead * 8 * 1000 / max(audio.frameDuration, 10)
        transport?.post { peer, now in
            for section in media where section.direction.sends {
                switch section.kind {
                case .audio: peer.setAudioBitrateMaximum(mid: section.mid, audio.bitrate + overhead, at: now)
                case .video:
                    peer.setVideoBitrateBounds(
                        mid: section.mid, floor: video.minimumBitrate, ceiling: video.bitrate, at: now)
                }
            }
        }
    }

    /// The encoder rests while nothing can be sent.
    func updateSending() {
        let (sending, isWanted) = state.withLock { ($0.videoSending, Self.sendingSection(.video, in: $0) != nil) }
        sending?.setPaused(!isWanted)
    }

    private func receive(_ audio: ReceivedAudio, of mid: String) {
        let (source, isWanted, hasVideo) = state.withLock { state in
            (
                state.audioSource,
                !state.stoppedReceiving.contains(.audio) && state.receivingSection(.audio) == mid,
                state.receivingSection(.video) != nil
            )
        }
        guard isWanted else { return }
        source?.receive(audio)
        if !hasVideo { remoteMediaArrived() }
        // About once a second: the picture waits as long as the sound does.
        if audio.sequenceNumber.isMultiple(of: 50), let source { tellPlayoutDelay(of: source, mid: mid) }
    }

    private func tellPlayoutDelay(of source: ReceivedAudioSource, mid: String) {
        let speaker = state.withLock { $0.audioReceiving }?.playoutDelay ?? 0
        let delay = Duration.microseconds(Int64((source.snapshot.currentDelay + speaker) * 1000))
        state.withLock { $0.transport }?.post { peer, _ in
            peer.setAudioPlayoutDelay(delay)
            // And the sound as long as a slow picture does.
            source.setMinimumDelay(peer.audioPlayoutFloor(mid: mid) - .microseconds(Int64(speaker * 1000)))
        }
    }

    /// Pictures of a further section, a shared screen's, are received and counted, but nobody shows them.
    private func receive(_ frame: ReceivedVideoFrame, of mid: String) {
        let (receiving, isWanted) = state.withLock { state in
            (
                state.videoReceiving,
                !state.stoppedReceiving.contains(.video) && state.receivingSection(.video) == mid
            )
        }
        guard isWanted else { return }
        receiving?.decode(
            frame.bytes, codec: frame.codec.rawValue, isKeyFrame: frame.isKeyFrame,
            arrival: frame.firstArrival.microseconds)
    }
}
