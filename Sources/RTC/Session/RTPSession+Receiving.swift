import Wire

/// The way of received packets: whose they are (RFC 9143 §9.2), what they carry, and what is missing.
extension RTPSession {
    /// A decrypted RTP packet. Anything unknown is counted and dropped.
    package mutating func receiveRTP(_ bytes: [UInt8], at now: Instant) {
        guard !isClosed, let packet = try? RTPPacket(parsing: bytes) else { return }
        guard let (mid, isRTX) = section(of: packet), let media = receivers[mid]?.media else {
            unknownPackets &+= 1
            noteTransportSequence(packet, extensions: receivers.values.first?.media.extensions, at: now)
            return
        }
        noteTransportSequence(packet, extensions: media.extensions, at: now)
        if isRTX {
            receiveRetransmission(packet, mid: mid, byteCount: bytes.count, at: now)
        } else {
            receive(packet, mid: mid, isRetransmission: false, byteCount: bytes.count, at: now)
        }
    }

    private mutating func noteTransportSequence(_ packet: RTPPacket, extensions: HeaderExtensionIDs?, at now: Instant) {
        guard let data = packet[extensionID: extensions?.transportWideCC], data.count >= 2 else { return }
        feedbackLog.received(UInt16(data[0]) << 8 | UInt16(data[1]), ssrc: packet.ssrc, at: now)
    }

    /// Known SSRC, then MID, then a payload type that only one section has.
    private mutating func section(of packet: RTPPacket) -> (mid: String, isRTX: Bool)? {
        for (mid, receiver) in receivers {
            if receiver.ssrc == packet.ssrc { return (mid, false) }
            if receiver.rtxSSRC == packet.ssrc { return (mid, true) }
        }
        // Chromium probes on SSRC 0 before it sends anything.
        guard packet.ssrc != 0 else { return nil }
        var candidates: [String] = []
        for (mid, receiver) in receivers {
            if let name = packet[extensionID: receiver.media.extensions.mid], name == Array(mid.utf8) {
                candidates = [mid]
                break
            }
            if receiver.media.codecs.contains(where: {
                $0.payloadType == packet.payloadType || $0.rtxPayloadType == packet.payloadType
            }) {
                candidates.append(mid)
            }
        }
        guard candidates.count == 1, let mid = candidates.first, let codecs = receivers[mid]?.media.codecs else {
            return nil
        }
        let isRTX = codecs.contains { $0.rtxPayloadType == packet.payloadType }
        guard isRTX || codecs.contains(where: { $0.payloadType == packet.payloadType }) else { return nil }
        if isRTX { receivers[mid]?.rtxSSRC = packet.ssrc } else { adopt(packet.ssrc, mid: mid) }
        return (mid, isRTX)
    }

    /// A new sender for a section: a restart over there. Its numbering starts anew.
    private mutating func adopt(_ ssrc: UInt32, mid: String) {
        guard let receiver = receivers[mid], receiver.ssrc != ssrc else { return }
        var fresh = RTPReceiver(media: receiver.media)
        fresh.rtxSSRC = receiver.rtxSSRC
        fresh.ssrc = ssrc
        receivers[mid] = fresh
    }

    private mutating func receiveRetransmission(_ packet: RTPPacket, mid: String, byteCount: Int, at now: Instant) {
        // Without an original number it is padding of a probe.
        guard packet.payload.count > 2,
            let codec = receivers[mid]?.media.codecs.first(where: { $0.rtxPayloadType == packet.payloadType }),
            let ssrc = receivers[mid]?.ssrc
        else { return }
        var original = packet
        original.sequenceNumber = UInt16(packet.payload[0]) << 8 | UInt16(packet.payload[1])
        original.payload = Array(packet.payload.dropFirst(2))
        original.payloadType = codec.payloadType
        original.ssrc = ssrc
        receive(original, mid: mid, isRetransmission: true, byteCount: byteCount, at: now)
    }

    private mutating func receive(
        _ packet: RTPPacket, mid: String, isRetransmission: Bool, byteCount: Int, at now: Instant
    ) {
        guard
            case .new(let number) = receivers[mid]?.receive(
                packet, isRetransmission: isRetransmission, byteCount: byteCount, at: now),
            let media = receivers[mid]?.media
        else { return }
        switch media.kind {
        case .audio:
            guard media.codecs.contains(where: { $0.payloadType == packet.payloadType && $0.name == "opus" }),
                !packet.payload.isEmpty
            else { return }
            if let level = packet[extensionID: media.extensions.audioLevel]?.first {
                receivers[mid]?.audioLevel = level & 0x7F
            }
            events.append(
                .audioPacket(
                    mid: mid,
                    ReceivedAudio(
                        sequenceNumber: number, timestamp: packet.timestamp, payload: packet.payload, arrival: now)))
        case .video:
            receivers[mid]?.nacks.received(number)
            receiveVideo(packet, number: number, mid: mid, at: now)
        }
    }

    private mutating func receiveVideo(_ packet: RTPPacket, number: Int64, mid: String, at now: Instant) {
        guard let frames = receivers[mid]?.assembler.insert(packet, number: number, at: now) else { return }
        for frame in frames {
            receivers[mid]?.framesReceived += 1
            if frame.isKeyFrame { receivers[mid]?.keyFramesReceived += 1 }
            updateLipSync(mid: mid, at: now)
            let playout = frame.completed + lipSync.videoDelay
            held.append(
                (
                    mid,
                    ReceivedVideoFrame(
                        bytes: frame.bytes, isKeyFrame: frame.isKeyFrame, rtpTimestamp: frame.timestamp,
                        playoutTime: playout)
                ))
        }
        if !frames.isEmpty, let next = receivers[mid]?.assembler.nextNumber {
            receivers[mid]?.nacks.forget(before: next)
        }
        releaseHeld(at: now)
        requestMissing(mid: mid, at: now)
    }

    /// Asks for lost packets, or for a key frame where that is the only way on.
    mutating func requestMissing(mid: String, at now: Instant) {
        guard let receiver = receivers[mid], receiver.media.kind == .video, let ssrc = receiver.ssrc else { return }
        let feature = receiver.media.codecs.first
        if feature?.nack == true, let lost = receivers[mid]?.nacks.due(at: now, roundTrip: roundTrip), !lost.isEmpty {
            receivers[mid]?.nackCount += 1
            sendFeedback(.nack(sender: reporter(mid), media: ssrc, lost: lost), mid: mid)
        }
        let isStuck = receiver.assembler.wantsKeyFrame(at: now) || receiver.nacks.isHopeless
        if isStuck, receiver.packetsReceived > 0 { requestKeyFrame(mid: mid, at: now) }
    }

    /// Asks the far side for a key frame (PLI, else FIR), at most every 300 ms.
    package mutating func requestKeyFrame(mid: String, at now: Instant) {
        guard let receiver = receivers[mid], let ssrc = receiver.ssrc, let codec = receiver.media.codecs.first else {
            return
        }
        if let last = receiver.lastPLI, now - last < Self.keyFrameInterval { return }
        receivers[mid]?.lastPLI = now
        receivers[mid]?.pliCount += 1
        if codec.pictureLossIndication {
            sendFeedback(.pictureLoss(sender: reporter(mid), media: ssrc), mid: mid)
        } else if codec.fullIntraRequest {
            let number = UInt8(truncatingIfNeeded: receiver.pliCount)
            sendFeedback(.fullIntraRequest(sender: reporter(mid), targets: [(ssrc, number)]), mid: mid)
        }
    }

    /// The SSRC that speaks for a section in RTCP.
    func reporter(_ mid: String) -> UInt32 { receivers[mid]?.media.localSSRC ?? senders[mid]?.media.localSSRC ?? 1 }

    /// One feedback message; in front of it a report where reduced-size RTCP was not agreed.
    mutating func sendFeedback(_ packet: RTCPPacket, mid: String) {
        guard control.count < Self.unknownCap else { return }
        let isReduced = receivers[mid]?.media.reducedSizeRTCP ?? true
        let prefix =
            isReduced
            ? []
            : RTCPPacket.receiverReport(ssrc: reporter(mid), []).serialized()
                + RTCPPacket.sourceDescription(ssrc: reporter(mid), cname: cname).serialized()
        control.append(prefix + packet.serialized())
    }

    private mutating func updateLipSync(mid: String, at now: Instant) {
        guard let video = receivers[mid], let audio = receivers.values.first(where: { $0.media.kind == .audio }),
            let newestVideo = video.newest, let newestAudio = audio.newest,
            let videoCapture = video.captureTime(of: newestVideo.timestamp),
            let audioCapture = audio.captureTime(of: newestAudio.timestamp)
        else { return }
        lipSync.update(
            audio: (audioCapture, newestAudio.arrival, audioPlayoutDelay), video: (videoCapture, newestVideo.arrival),
            at: now)
    }
}
