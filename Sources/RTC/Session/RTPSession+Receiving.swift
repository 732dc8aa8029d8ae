import Wire

/// From packets to encoded media.
extension RTPSession {
    /// Takes one decrypted RTP packet. Whatever it holds, nothing worse happens than that it is counted and dropped.
    package mutating func receiveRTP(_ bytes: [UInt8], at now: Instant) {
        guard isReady, !isClosed else { return }
        guard let packet = try? RTPPacket(parsing: bytes) else {
            discardedPacketCount += 1
            return
        }
        recordArrival(packet, at: now)
        // Chrome probes the path with packets of SSRC 0 before it has media (webrtc.md M8): they count above only.
        guard packet.ssrc != 0,
            let identifier = demultiplexer.section(for: packet, in: sections, at: now),
            let index = index(ofSection: identifier),
            let (codec, form) = sections[index].codec(payloadType: packet.payloadType),
            sections[index].media.direction.receives
        else {
            if packet.ssrc != 0 { discardedPacketCount += 1 }
            return
        }
        if form == .retransmission {
            receiveRTX(packet, codec: codec, section: index, byteCount: bytes.count, at: now)
        } else {
            receiveMedia(packet, section: index, byteCount: bytes.count, at: now)
        }
        sendFeedback(at: now)
    }

    private mutating func recordArrival(_ packet: RTPPacket, at now: Instant) {
        // The id is the same in all sections of a bundle (RFC 9143 §9.2).
        guard let section = sections.first(where: { $0.usesTransportWideCC }),
            let id = section.media.extensions.transportWideCC, let data = packet.extensions[id], data.count >= 2
        else { return }
        arrivalLog.record(UInt16(data[data.startIndex]) << 8 | UInt16(data[data.startIndex + 1]), at: now)
    }

    private mutating func receiveMedia(_ packet: RTPPacket, section index: Int, byteCount: Int, at now: Instant) {
        let previous = sections[index].receiver.ssrc
        if sections[index].receiver.bind(ssrc: packet.ssrc) {
            if let previous { demultiplexer.retire(previous, at: now) }
            emit(.sourceChanged(mid: sections[index].mid))
        }
        withReceiver(index) { receiver, output in
            receiver.receive(packet, isRetransmission: false, byteCount: byteCount, at: now, output: output)
        }
    }

    /// Restores the original (RFC 4588 §4); padding-only probes on this stream hold none.
    private mutating func receiveRTX(
        _ packet: RTPPacket, codec: NegotiatedCodec, section index: Int, byteCount: Int, at now: Instant
    ) {
        if sections[index].receiver.rtxSSRC != packet.ssrc { sections[index].receiver.rtxSSRC = packet.ssrc }
        sections[index].receiver.recordRTX(packet, at: now)
        guard let ssrc = sections[index].receiver.ssrc ?? sections[index].media.remoteSSRC,
            let original = packet.restoringOriginal(ssrc: ssrc, payloadType: codec.payloadType)
        else { return }
        withReceiver(index) { receiver, output in
            receiver.receive(original, isRetransmission: true, byteCount: byteCount, at: now, output: output)
        }
    }

    /// Hands out held frames that are due.
    mutating func deliverVideo(_ index: Int, at now: Instant) {
        guard sections[index].media.kind == .video else { return }
        withReceiver(index) { receiver, output in receiver.deliver(at: now, output: output) }
    }

    private mutating func withReceiver(
        _ index: Int, _ body: (inout RTPReceiver, (RTPReceiver.Output) -> Void) -> Void
    ) {
        let mid = sections[index].mid
        // Gathered first: the receiver is part of `self` and cannot emit while it is changed.
        var outputs: [RTPReceiver.Output] = []
        body(&sections[index].receiver) { outputs.append($0) }
        for output in outputs {
            switch output {
            case .audio(let packet): emit(.audioPacket(mid: mid, packet))
            case .video(let frame): emit(.videoFrame(mid: mid, frame))
            case .restarted: emit(.sourceChanged(mid: mid))
            }
        }
    }

    // MARK: Lip-sync

    /// Tells how long a packet of sound takes from its arrival to the loudspeaker, on average: what it waits in the
    /// jitter buffer plus the latency of the sound device. Call about once a second.
    package mutating func setAudioPlayoutDelay(mid: String, _ delay: Duration) {
        guard let index = index(of: mid) else { return }
        sections[index].receiver.audioPlayoutDelay = min(max(delay, .zero), .seconds(10))
    }

    /// As above, for every section with sound.
    package mutating func setAudioPlayoutDelay(_ delay: Duration) {
        for index in sections.indices where sections[index].media.kind == .audio {
            sections[index].receiver.audioPlayoutDelay = min(max(delay, .zero), .seconds(10))
        }
    }

    /// How long the sound of this section should at least take from its arrival to the loudspeaker, so that it does not
    /// come before its picture; zero in most calls.
    package func audioPlayoutFloor(mid: String) -> Duration {
        guard let index = index(of: mid), let transit = sections[index].receiver.audioTransit else { return .zero }
        return sections.first { $0.media.kind == .video && audioSection(pairedWith: $0)?.mid == mid }?
            .receiver.lipSync.audioFloor(audioTransit: transit) ?? .zero
    }

    mutating func updateLipSync(_ index: Int, at now: Instant) {
        guard sections[index].media.kind == .video else { return }
        let delay = audioSection(pairedWith: sections[index]).flatMap { audioDelay($0.receiver) }
        sections[index].receiver.lipSync.update(audioDelay: delay, at: now)
    }

    /// Capture to loudspeaker, microseconds; nil while sound does not flow or its clock is unknown.
    private func audioDelay(_ receiver: RTPReceiver) -> Double? {
        guard let transit = receiver.audioTransit, receiver.audioPlayoutDelay > .zero else { return nil }
        return transit + Double(receiver.audioPlayoutDelay.wholeMicroseconds)
    }

    /// The sound that belongs to a picture: of the same stream (msid), else of the same CNAME.
    private func audioSection(pairedWith video: MediaSection) -> MediaSection? {
        let audio = sections.filter { $0.media.kind == .audio && $0.receiver.reception.hasPackets }
        if let stream = video.media.remoteStreamID,
            let match = audio.first(where: { $0.media.remoteStreamID == stream })
        {
            return match
        }
        guard let name = video.receiver.cname else { return nil }
        return audio.first { $0.receiver.cname == name }
    }
}
