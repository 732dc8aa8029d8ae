import Wire

/// Media sections and what goes through them.
extension PeerConnection {
    /// The sections that exist or will with the next offer.
    package var transceivers: [Transceiver] { jsep.transceivers }

    /// The section that carries a medium, once agreed.
    package func mid(of kind: MediaKind) -> String? {
        negotiated?.media.first { $0.kind == kind && $0.direction != .inactive }?.mid
    }

    /// Adds a section for one medium to the next offer.
    package func addTransceiver(_ kind: MediaKind, direction: TransceiverDirection) {
        jsep.addTransceiver(kind, direction: direction)
    }

    /// What a section does from the next description on.
    package func setDirection(_ direction: TransceiverDirection, index: Int) {
        jsep.setDirection(direction, index: index)
    }

    /// Puts a video codec first in the next offer; what is sent from then on follows the answer. Nothing when we do not speak it.
    package func preferCodec(_ codec: VideoCodec, index: Int) { jsep.preferCodec(codec, index: index) }

    /// Adds the data section to the next offer, once.
    package func addDataSection() { jsep.addDataSection() }

    /// One encoded piece of sound. Dropped while there is no connection or the section does not send.
    package func sendAudio(
        mid: String, payload: [UInt8], sampleCount: Int, captureTime: Instant, level: UInt8, voiceActivity: Bool,
        at now: Instant
    ) {
        guard !isClosed, outboundSRTP != nil else { return }
        rtp.sendAudio(
            mid: mid, payload: payload, sampleCount: sampleCount, captureTime: captureTime, level: level,
            voiceActivity: voiceActivity, at: now)
    }

    /// One encoded picture. Dropped while there is no connection, the section does not send, or another codec than this was
    /// agreed on (nil: it is the one).
    ///
    /// - Parameter temporalLayer: 0 for what later pictures are made from.
    package func sendVideo(
        mid: String, frame: [UInt8], codec: VideoCodec? = nil, isKeyFrame: Bool, temporalLayer: UInt8 = 0,
        captureTime: Instant, at now: Instant
    ) {
        guard !isClosed, outboundSRTP != nil else { return }
        rtp.sendVideo(
            mid: mid, frame: frame, codec: codec, isKeyFrame: isKeyFrame, temporalLayer: temporalLayer,
            captureTime: captureTime, at: now)
    }

    /// Asks the far side for a key frame; more often than useful is ignored.
    package func requestKeyFrame(mid: String, at now: Instant) {
        guard !isClosed else { return }
        rtp.requestKeyFrame(mid: mid, at: now)
    }

    /// What the section's encoder may be asked for, bit/s, from now on; `targetBitrateChanged` keeps to it.
    package func setVideoBitrateBounds(mid: String, floor: Int, ceiling: Int, at now: Instant) {
        guard !isClosed else { return }
        rtp.setVideoBitrateBounds(mid: mid, floor: floor, ceiling: ceiling, at: now)
    }

    /// What the section's sound needs at most, bit/s, packet headers included: kept free of video.
    package func setAudioBitrateMaximum(mid: String, _ maximum: Int, at now: Instant) {
        guard !isClosed else { return }
        rtp.setAudioBitrateMaximum(mid: mid, maximum, at: now)
    }

    /// Bounds of what all streams together may send, bit/s.
    package func setBitrateBounds(minimum: Int, maximum: Int, at now: Instant) {
        guard !isClosed else { return }
        rtp.setBitrateBounds(minimum: minimum, maximum: maximum, at: now)
    }

    /// What one of several video sections should make now, bit/s; nil while it does not send.
    package func videoTargetBitrate(mid: String) -> Int? { rtp.videoTargetBitrate(mid: mid) }

    /// How long received sound waits until it is played, so that pictures wait with it.
    package func setAudioPlayoutDelay(_ delay: Duration) { rtp.setAudioPlayoutDelay(delay) }

    /// How long received sound should at least wait from its arrival to the loudspeaker, so that it does not come before a
    /// picture that takes longer; zero in most calls.
    package func audioPlayoutFloor(mid: String) -> Duration { rtp.audioPlayoutFloor(mid: mid) }
}
