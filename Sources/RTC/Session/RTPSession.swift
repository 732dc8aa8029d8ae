import Wire

/// Everything between SRTP and the encoded frames, for all media sections of one BUNDLE (RFC 3550, RFC 9143).
package struct RTPSession: Sendable {
    static let videoReportInterval = Duration.seconds(1)
    static let unknownCap = 64
    /// Between two requests for a key frame.
    static let keyFrameInterval = Duration.milliseconds(300)

    let cname: String
    var random: RandomSource
    let ntpOffset: UInt64
    var senders: [String: RTPSender] = [:]
    var receivers: [String: RTPReceiver] = [:]
    /// Senders of sections that do not send now. Their SSRC may come back, and must not begin a new numbering then: the
    /// far side's SRTP would take its packets for replayed ones.
    var restingSenders: [String: RTPSender] = [:]
    /// Sections in the order of the description.
    var order: [String] = []
    var pacer = Pacer()
    var feedbackLog = TransportFeedbackLog()
    var lipSync = LipSync()
    var audioPlayoutDelay = Duration.zero
    var transportSequence: UInt16 = 0
    /// RTCP that is ready to leave.
    var control: [[UInt8]] = []
    var events: [RTPSessionEvent] = []
    /// Pictures that wait for their sound.
    var held: [(mid: String, frame: ReceivedVideoFrame)] = []
    var nextReport: Instant?
    var roundTrip = Duration.milliseconds(100)
    var isClosed = false
    /// Packets whose section is not known; counted, never kept.
    var unknownPackets = 0

    /// - Parameter ntpOffset: NTP time (32.32) at `Instant.zero`.
    package init(cname: String, random: RandomSource, ntpOffset: UInt64) {
        self.cname = cname
        self.random = random
        self.ntpOffset = ntpOffset
    }

    /// After each offer and answer. Sections that go on keep their numbering and figures.
    package mutating func configure(_ media: [NegotiatedMedia], at now: Instant) {
        order = media.map(\.mid)
        for section in media {
            if section.direction.sends, !section.codecs.isEmpty {
                let earlier = senders[section.mid] ?? restingSenders.removeValue(forKey: section.mid)
                senders[section.mid] = earlier?.renegotiated(section) ?? RTPSender(media: section, random: &random)
            } else if let resting = senders.removeValue(forKey: section.mid) {
                restingSenders[section.mid] = resting
            }
            if section.direction.receives, !section.codecs.isEmpty {
                var receiver = receivers[section.mid] ?? RTPReceiver(media: section)
                receiver.media = section
                receiver.ssrc = section.remoteSSRC ?? receiver.ssrc
                receiver.rtxSSRC = section.remoteRTXSSRC ?? receiver.rtxSSRC
                receivers[section.mid] = receiver
            } else {
                receivers[section.mid] = nil
            }
        }
        senders = senders.filter { order.contains($0.key) }
        restingSenders = restingSenders.filter { order.contains($0.key) }
        receivers = receivers.filter { order.contains($0.key) }
        if nextReport == nil, !senders.isEmpty || !receivers.isEmpty { nextReport = now + .milliseconds(200) }
    }

    // MARK: Sending

    package mutating func sendAudio(
        mid: String, payload: [UInt8], sampleCount: Int, captureTime: Instant, level: UInt8, voiceActivity: Bool,
        at now: Instant
    ) {
        guard !isClosed,
            let packet = senders[mid]?.packetizeAudio(payload, capture: captureTime, level: level, voice: voiceActivity)
        else { return }
        pacer.enqueue(packet, .audio, at: now)
    }

    package mutating func sendVideo(
        mid: String, frame: [UInt8], isKeyFrame: Bool, captureTime: Instant, at now: Instant
    ) {
        guard !isClosed, let packets = senders[mid]?.packetizeVideo(frame, isKeyFrame: isKeyFrame, capture: captureTime)
        else { return }
        for packet in packets { pacer.enqueue(packet, .video, at: now) }
    }

    /// The next packet that may leave now; nil when nothing may.
    package mutating func pollPacket(at now: Instant) -> OutgoingPacket? {
        if !control.isEmpty { return OutgoingPacket(bytes: control.removeFirst(), isRTCP: true) }
        guard !isClosed, let (packet, priority) = pacer.next(at: now) else { return nil }
        return OutgoingPacket(bytes: stamp(packet, priority: priority, at: now), isRTCP: false)
    }

    /// Adds what depends on the moment of sending: the transport-wide number and the send time.
    private mutating func stamp(_ packet: RTPPacket, priority: Pacer.Priority, at now: Instant) -> [UInt8] {
        var packet = packet
        guard
            let mid = senders.first(where: {
                $0.value.media.localSSRC == packet.ssrc || $0.value.media.localRTXSSRC == packet.ssrc
            })?.key, let extensions = senders[mid]?.media.extensions
        else { return packet.serialized(spare: 148) }
        if let id = extensions.absoluteSendTime {
            let time = UInt32(truncatingIfNeeded: now.microseconds * 262_144 / 1_000_000) & 0xFF_FFFF
            packet.extensions.append(
                RTPPacket.Extension(
                    id: id, data: [UInt8(time >> 16), UInt8(time >> 8 & 0xFF), UInt8(time & 0xFF)]))
        }
        if let id = extensions.transportWideCC {
            transportSequence &+= 1
            packet.extensions.append(
                RTPPacket.Extension(
                    id: id, data: [UInt8(transportSequence >> 8), UInt8(transportSequence & 0xFF)]))
        }
        let bytes = packet.serialized(spare: 148)
        senders[mid]?.sent(packet, byteCount: bytes.count, isRetransmission: priority == .retransmission)
        return bytes
    }

    /// The next thing that happened, in order.
    package mutating func pollEvent() -> RTPSessionEvent? { events.isEmpty ? nil : events.removeFirst() }

    /// How long received sound waits until it is played; pictures wait with it.
    package mutating func setAudioPlayoutDelay(_ delay: Duration) { audioPlayoutDelay = delay }

    /// Says BYE for every sender.
    package mutating func close(at now: Instant) {
        guard !isClosed else { return }
        isClosed = true
        let sources = senders.values.map(\.media.localSSRC)
        guard let first = sources.first else { return }
        control.append(
            RTCPPacket.receiverReport(ssrc: first, []).serialized()
                + RTCPPacket.sourceDescription(ssrc: first, cname: cname).serialized()
                + RTCPPacket.goodbye(sources).serialized())
    }

    // MARK: Time

    package var nextTimeout: Instant? {
        guard !isClosed else { return nil }
        var next = earliest(nextReport, pacer.nextTime)
        next = earliest(next, feedbackLog.nextTime)
        next = earliest(next, held.first?.frame.playoutTime)
        for receiver in receivers.values where receiver.media.kind == .video {
            next = earliest(next, receiver.nacks.nextTime(roundTrip: roundTrip))
            if let stalled = receiver.assembler.stallDeadline {
                // Once asked for, a key frame is asked for again only after a while.
                let again = receiver.lastPLI.map { $0 + Self.keyFrameInterval } ?? stalled
                next = earliest(next, max(stalled, again))
            }
        }
        return next
    }

    package mutating func handleTimeout(at now: Instant) {
        guard !isClosed else { return }
        releaseHeld(at: now)
        for mid in receivers.keys { requestMissing(mid: mid, at: now) }
        sendTransportFeedback(at: now)
        if let nextReport, nextReport <= now { sendReports(at: now) }
    }

    mutating func releaseHeld(at now: Instant) {
        while let first = held.first, first.frame.playoutTime <= now {
            events.append(.videoFrame(mid: first.mid, first.frame))
            held.removeFirst()
        }
    }
}
