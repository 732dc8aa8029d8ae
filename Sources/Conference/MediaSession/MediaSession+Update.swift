import Media
import RTC
import Synchronization
import Transport

/// Changes in mid-call.
extension MediaSession {
    /// Applies what differs: devices, qualities and volume at once; directions and codec by asking for a new offer.
    package func update(_ new: MediaSessionConfiguration) async {
        let (old, transport) = state.withLock { state in
            defer { state.configuration = new }
            return (state.configuration, state.transport)
        }
        guard let transport else { return }
        if old.emulation != new.emulation { transport.emulate(new.emulation) }
        updateRelays(from: old.network, to: new.network)
        updateVideo(from: old, to: new)
        updateAudio(from: old, to: new)
        if old.video != new.video || old.audio != new.audio { tellBitrateBounds() }
        let changesCodec = old.video.codec != new.video.codec && state.withLock { $0.canSend(new.video.codec) }
        if changesCodec { transport.post { peer, _ in Self.prefer(new.video.codec, on: peer) } }
        if old.outgoing != new.outgoing || old.incoming != new.incoming || changesCodec {
            openDevices()
            onEvent(.negotiationNeeded)
        }
    }

    /// Credentials for TURN live for hours, some for minutes only: a call that lasts longer takes the new ones over. Other
    /// servers are for calls that begin from now on.
    private func updateRelays(from old: NetworkConfiguration, to new: NetworkConfiguration) {
        guard let transport = state.withLock({ $0.transport }) else { return }
        for relay in new.relays
        where old.relays.contains(where: { $0.uri == relay.uri && $0.credentials != relay.credentials }) {
            transport.post { peer, now in
                peer.setTURNCredentials(relay.credentials, url: relay.uri.description, at: now)
            }
        }
    }

    private func updateVideo(from old: MediaSessionConfiguration, to new: MediaSessionConfiguration) {
        let (sending, preview) = state.withLock { ($0.videoSending, $0.preview) }
        if old.camera != new.camera {
            // What was wrong with the one before is over; the new one tells its own.
            onEvent(.problem(.camera, nil))
            sending?.change(to: new.camera)
            preview?.change(to: new.camera)
        }
        if old.video != new.video {
            let (settings, bitrate) = state.withLock { state in
                state.videoBitrate.setBounds(floor: new.video.minimumBitrate, ceiling: new.video.bitrate)
                return (state.sentVideoSettings, state.videoBitrate.target)
            }
            sending?.update(settings, bitrate: bitrate)
        }
        guard old.outgoing.contains(.video), !new.outgoing.contains(.video) else { return }
        sending?.close()
        preview?.close()
        state.withLock { state in
            state.videoSending = nil
            state.preview = nil
        }
        new.sentVideo.show(nil)
        onEvent(.problem(.camera, nil))
    }

    private func updateAudio(from old: MediaSessionConfiguration, to new: MediaSessionConfiguration) {
        let (sending, receiving) = state.withLock { ($0.audioSending, $0.audioReceiving) }
        if old.microphone != new.microphone { sending?.change(to: new.microphone) }
        if old.speaker != new.speaker { receiving?.change(to: new.speaker) }
        if old.audio != new.audio { sending?.update(state.withLock { $0.sentAudioSettings }) }
        if old.volume != new.volume { receiving?.setVolume(new.volume) }
        if old.outgoing.contains(.audio), !new.outgoing.contains(.audio) {
            sending?.close()
            state.withLock { $0.audioSending = nil }
            onEvent(.problem(.microphone, nil))
        }
        if old.incoming.contains(.audio), !new.incoming.contains(.audio) {
            // It opens again when the two sides have agreed on sound anew.
            receiving?.close()
            state.withLock { state in
                state.audioReceiving = nil
                state.audioSource = nil
            }
            onEvent(.problem(.speaker, nil))
        }
    }

    /// Pauses and resumes each medium in each direction at once, without renegotiation (StreamStop, StreamPlay).
    package func setStopped(sent: MediaSet, received: MediaSet) {
        let (old, sending, receiving, configuration) = state.withLock { state in
            defer {
                state.stoppedSending = sent
                state.stoppedReceiving = received
            }
            return (state.stoppedReceiving, state.audioSending, state.audioReceiving, state.configuration)
        }
        sending?.setMuted(sent.contains(.audio))
        receiving?.setMuted(received.contains(.audio))
        updateSending()
        if sent.contains(.video) {
            state.withLock { $0.preview }?.setPaused(true)
            configuration.sentVideo.show(nil)
        } else {
            state.withLock { $0.preview }?.setPaused(false)
            state.withLock { $0.videoSending }?.requestKeyFrame()
        }
        if received.contains(.video) { configuration.receivedVideo.show(nil) }
        if old.contains(.video), !received.contains(.video) { requestRemoteKeyFrame() }
    }

    /// The user has chosen the speaker of now once more.
    package func speakerChosen() { state.withLock { $0.audioReceiving }?.allowAloud() }

    /// 0...1, for meters.
    package var microphoneLevel: Double { state.withLock { $0.audioSending }?.level ?? 0 }

    /// 0...1, for meters.
    package var speakerLevel: Double { state.withLock { $0.audioReceiving }?.level ?? 0 }
}
