import Wire

/// From encoded media to packets.
extension RTPSession {
    /// Sends one packet of sound at once.
    ///
    /// - Parameters:
    ///   - sampleCount: samples a channel at the codec's RTP clock (48 kHz for Opus).
    ///   - captureTime: when its first sample was recorded.
    ///   - level: -dBov, 0...127 (RFC 6464).
    package mutating func sendAudio(
        mid: String, payload: [UInt8], sampleCount: Int, captureTime: Instant, level: UInt8, voiceActivity: Bool,
        at now: Instant
    ) {
        guard isReady, !isClosed, let index = index(of: mid), sections[index].media.kind == .audio else { return }
        let stored = sections[index].sender?.packetizeAudio(
            payload, captureTime: captureTime, sampleCount: sampleCount,
            level: AudioLevel(level: level, voiceActivity: voiceActivity))
        guard let stored else { return }
        pacer.enqueueAudio(
            Pacer.Entry(
                section: sections[index].identifier, sequenceNumber: stored.sequenceNumber,
                byteCount: stored.byteCount, isRetransmission: false, queued: now))
    }

    /// Sends one compressed picture. It is dropped when a key frame must come first, or, without congestion control,
    /// when the pacer is two seconds behind; a key frame is then asked for. With congestion control the queue is drained
    /// within those two seconds whatever the rate, and the encoder asked for less.
    ///
    /// A picture of an upper temporal layer is left out while others wait for their turn: nothing is made from it.
    ///
    /// - Parameters:
    ///   - codec: what the picture is compressed with; nil for what was agreed. Any other is dropped: the encoder of before
    ///     may not have heard yet.
    ///   - temporalLayer: 0 for what later pictures are made from.
    ///   - captureTime: when the picture was taken.
    package mutating func sendVideo(
        mid: String, frame: [UInt8], codec: VideoCodec? = nil, isKeyFrame: Bool, temporalLayer: UInt8 = 0,
        captureTime: Instant, at now: Instant
    ) {
        guard isReady, !isClosed, let index = index(of: mid), sections[index].media.kind == .video,
            sections[index].sender?.isActive == true, !audioOnly.isActive
        else { return }
        // Others share the encoder, or it has not heard yet: what can wait a little does.
        if pacer.isHeld, sections[index].sender?.awaitsKeyFrame == true || pacer.queueTime > Self.heldQueueLimit {
            sections[index].sender?.counters.framesDropped += 1
            sections[index].sender?.skipToKeyFrame()
            return
        }
        if temporalLayer > 0, pacer.queueTime > Self.upperLayerQueueLimit {
            sections[index].sender?.counters.framesDropped += 1
            return
        }
        if congestion == nil, pacer.queueTime > Pacer.maximumQueueTime {
            sections[index].sender?.counters.framesDropped += 1
            sections[index].sender?.requireKeyFrame(at: now)
            grantKeyFrames(at: now)
            return
        }
        let packets = sections[index].sender?.packetizeVideo(
            frame, codec: codec, isKeyFrame: isKeyFrame, temporalLayer: temporalLayer, captureTime: captureTime)
        guard let packets else {
            // A key frame was asked for and has not come: ask again, as the first wish may have been lost on the way.
            sections[index].sender?.counters.framesDropped += 1
            sections[index].sender?.requireKeyFrame(at: now)
            grantKeyFrames(at: now)
            return
        }
        if isKeyFrame { sections[index].sender?.throttle.keyFrameSent(at: now) }
        for packet in packets {
            pacer.enqueueVideo(
                Pacer.Entry(
                    section: sections[index].identifier, sequenceNumber: packet.sequenceNumber,
                    byteCount: packet.byteCount, isRetransmission: false, queued: now))
        }
        congestion?.begin(at: now)
        let rtt = roundTripTime
        sections[index].sender?.history.removeExpired(at: now, roundTripTime: rtt, keepsSent: true)
    }

    /// With a longer queue in the pacer, pictures that can be left out are.
    private static let upperLayerQueueLimit = Duration.milliseconds(100)
    /// What is held back and longer than this is of no use any more.
    private static let heldQueueLimit = Duration.milliseconds(80)

    /// Puts a queued packet into bytes; nil when it is gone or its section was paused.
    mutating func write(_ entry: Pacer.Entry, probe: Int32, at now: Instant) -> OutgoingPacket? {
        guard let index = index(ofSection: entry.section), sections[index].sender?.isActive == true else { return nil }
        if entry.isRetransmission, isNeedless(entry.sequenceNumber, section: index) {
            sections[index].sender?.history.cancelResend(entry.sequenceNumber)
            pacer.refund(entry)
            return nil
        }
        let sent = sections[index].sender?.packet(
            entry.sequenceNumber, isRetransmission: entry.isRetransmission,
            transportSequence: sendLog.nextSequenceNumber, at: now)
        guard let sent else { return nil }
        sections[index].sender?.counters.totalPacketSendDelay += now - entry.queued
        let video: DepartureKind = entry.isRetransmission ? .retransmission : .video
        let media = sent.isProtection ? DepartureKind.protection : video
        let kind = sections[index].media.kind == .audio ? DepartureKind.audio : media
        return departed(sent, kind: kind, probe: probe, at: now)
    }

    /// A repetition from before the newest key frame, or from before one that must come first: that makes it good, and a path
    /// that lost so much has no room for both.
    private func isNeedless(_ sequenceNumber: Int64, section index: Int) -> Bool {
        guard congestion != nil, let sender = sections[index].sender, sender.kind == .video else { return false }
        return sender.awaitsKeyFrame || sequenceNumber < sender.lastKeyFrameStart
    }

    /// Something for a probe that the far side can do without; nil when no stream has anything.
    mutating func writePadding(byteCount: Int, probe: Int32, at now: Instant) -> OutgoingPacket? {
        for index in sections.indices
        where sections[index].media.kind == .video && sections[index].sender?.isActive == true {
            let sent = sections[index].sender?.padding(
                byteCount: byteCount, transportSequence: sendLog.nextSequenceNumber, at: now)
            if let sent { return departed(sent, kind: .padding, probe: probe, at: now) }
        }
        return nil
    }

    private mutating func departed(
        _ sent: SentRTPPacket, kind: DepartureKind, probe: Int32, at now: Instant
    ) -> OutgoingPacket {
        if sent.usesTransportSequence {
            sendLog.record(ssrc: sent.ssrc, byteCount: sent.bytes.count, probe: probe, at: now)
        }
        recordDeparture(sent, kind: kind, at: now)
        return OutgoingPacket(bytes: sent.bytes, isRTCP: false)
    }

    /// Lets waiting key-frame requests through where the throttle allows it.
    mutating func grantKeyFrames(at now: Instant) {
        for index in sections.indices where sections[index].sender?.isActive == true {
            if sections[index].sender?.throttle.grant(at: now) == true {
                emit(.keyFrameRequested(mid: sections[index].mid))
            }
        }
    }

    mutating func retransmit(_ numbers: [UInt16], section index: Int, at now: Instant) {
        // Pictures that are stopped are not repeated either.
        guard !audioOnly.isActive || sections[index].media.kind == .audio else { return }
        let rtt = roundTripTime
        let packets = sections[index].sender?.packetsToRetransmit(numbers, roundTripTime: rtt, at: now) ?? []
        for packet in packets {
            congestion?.missed(byteCount: packet.byteCount)
            // A key frame makes it good, and is not to wait for it.
            if isNeedless(packet.sequenceNumber, section: index) {
                sections[index].sender?.history.cancelResend(packet.sequenceNumber)
                continue
            }
            let isTaken = pacer.enqueueRetransmission(
                Pacer.Entry(
                    section: sections[index].identifier, sequenceNumber: packet.sequenceNumber,
                    byteCount: packet.byteCount, isRetransmission: true, queued: now))
            if !isTaken { sections[index].sender?.history.cancelResend(packet.sequenceNumber) }
        }
    }
}
