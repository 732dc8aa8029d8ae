import Wire

/// What one media section receives: reception statistics, retransmission requests, frame assembly, and the times at
/// which frames leave.
struct RTPReceiver: Sendable {
    /// What comes out of a packet or of the passing of time.
    enum Output: Sendable {
        case audio(ReceivedAudio)
        case video(ReceivedVideoFrame)
        /// The sequence numbering began anew: a jitter buffer must forget what it has.
        case restarted
    }

    /// More held frames than this are handed out at once: memory is worth more than lip-sync.
    static let maximumHeldFrameCount = 90

    /// After so long without a packet, what was missed is too old to be sent again.
    private static let outage = Duration.milliseconds(500)

    let kind: MediaKind
    private(set) var media: NegotiatedMedia
    /// The source that is played now, and its retransmission stream.
    private(set) var ssrc: UInt32?
    var rtxSSRC: UInt32?
    private(set) var cname: [UInt8]?

    private(set) var reception: ReceptionStatistics
    private(set) var rtxReception: ReceptionStatistics
    var nacks = NACKRegister()
    var assembler = VideoFrameAssembler()
    var protection = ULPFECDecoder()
    var requester = KeyFrameRequester()
    private(set) var clock: SenderClock
    var lipSync = LipSync()
    var timestamps = TimestampUnwrapper()
    var audioArrivals = AudioArrivals()
    private var held = FIFO<ReceivedVideoFrame>(capacity: 4)
    private(set) var lastPacket: Instant?
    var lastPayloadType: UInt8?
    /// Mean delay from capture to arrival of sound, microseconds; nil before a sender report.
    var audioTransit: Double?
    /// Arrival to loudspeaker, as the audio side tells it.
    var audioPlayoutDelay = Duration.zero
    var counters = RTPReceiverCounters()
    var remote: SenderReport?
    var remoteReportCount: Int64 = 0

    init(_ media: NegotiatedMedia) {
        self.media = media
        kind = media.kind
        let clockRate = media.codecs.first?.clockRate ?? (media.kind == .audio ? 48_000 : 90_000)
        reception = ReceptionStatistics(clockRate: clockRate)
        rtxReception = ReceptionStatistics(clockRate: clockRate)
        clock = SenderClock(clockRate: clockRate)
    }

    mutating func update(_ media: NegotiatedMedia) { self.media = media }

    mutating func setName(_ cname: [UInt8]?) { self.cname = cname }

    /// Binds the section to a source. Another one than before begins from nothing; true then.
    mutating func bind(ssrc: UInt32) -> Bool {
        guard self.ssrc != ssrc else { return false }
        let hadSource = self.ssrc != nil
        self.ssrc = ssrc
        if hadSource { startAnew() }
        return hadSource
    }

    private mutating func startAnew() {
        reception = ReceptionStatistics(clockRate: reception.clockRate, after: reception)
        rtxReception = ReceptionStatistics(clockRate: reception.clockRate)
        clock.reset()
        cname = nil
        remote = nil
        forgetStream()
    }

    private mutating func forgetStream() {
        nacks = NACKRegister()
        assembler.reset()
        protection = ULPFECDecoder()
        lipSync = LipSync()
        timestamps = TimestampUnwrapper()
        audioArrivals = AudioArrivals()
        held.removeAll()
        audioTransit = nil
    }

    // MARK: Packets

    /// Takes a packet of the section's media stream, first sent or restored from a retransmission.
    mutating func receive(
        _ packet: RTPPacket, isRetransmission: Bool, byteCount: Int, at now: Instant, output: (Output) -> Void
    ) {
        let number: Int64
        if isRetransmission {
            guard reception.hasPackets else { return }
            number = reception.extended(packet.sequenceNumber)
        } else {
            switch reception.record(packet.sequenceNumber, timestamp: packet.timestamp, arrival: now) {
            case .ignored: return
            case .accepted(let extended): number = extended
            case .restarted(let extended):
                number = extended
                forgetStream()
                output(.restarted)
            }
        }
        counters.record(packet, byteCount: byteCount, isRetransmission: isRetransmission)
        let wasSilent = lastPacket.map { now - $0 > Self.outage } ?? false
        lastPacket = now
        if packet.payloadType != media.protection?.redPayloadType { lastPayloadType = packet.payloadType }
        switch kind {
        case .audio: receiveAudio(packet, number: number, at: now, output: output)
        case .video:
            receiveVideo(packet, number: number, isRetransmission, afterOutage: wasSilent, at: now)
            deliver(at: now, output: output)
        }
    }

    /// Counts a packet of the retransmission stream itself, so that reports on it can be made.
    mutating func recordRTX(_ packet: RTPPacket, at now: Instant) {
        _ = rtxReception.record(packet.sequenceNumber, timestamp: packet.timestamp, arrival: now)
    }

    private mutating func receiveVideo(
        _ packet: RTPPacket, number: Int64, _ isRetransmission: Bool, afterOutage: Bool, at now: Instant
    ) {
        if usesNACK {
            switch nacks.record(number, isRetransmission: isRetransmission, afterOutage: afterOutage, at: now) {
            case .new, .recovered: break
            case .duplicateOrLate: counters.packetsDuplicated += 1
            case .overflow: assembler.requireKeyFrame()
            }
        }
        if let form = media.protection, packet.payloadType == form.redPayloadType {
            receiveProtected(packet, form: form, number: number, isRetransmission, at: now)
        } else {
            assemble(packet, number: number, at: now)
        }
    }

    mutating func assemble(_ packet: RTPPacket, number: Int64, at now: Instant) {
        if packet.payload.isEmpty {
            assembler.insertPadding(number)
        } else if let codec = media.videoCodec(payloadType: packet.payloadType),
            let payload = try? VideoPayload(codec, parsing: packet.payload)
        {
            let orientation = media.extensions.videoOrientation.flatMap { packet.extensions[$0] }
                .flatMap(VideoOrientation.init(parsing:))
            let isWithinCaps = assembler.insert(
                payload, sequenceNumber: number, timestamp: timestamps.unwrap(packet.timestamp),
                marker: packet.marker, orientation: orientation, arrival: now)
            if !isWithinCaps { nacks.removeAll() }
        } else {
            counters.malformedPackets += 1
        }
    }

    var usesNACK: Bool { media.codecs.contains { $0.nack } }

    // MARK: Frames

    /// Hands out what is complete and due. Call after each packet and at `nextTimeout`.
    mutating func deliver(at now: Instant, output: (Output) -> Void) {
        if let oldest = assembler.oldestArrival, now - oldest > KeyFrameRequester.stallLimit {
            assembler.dropStalled(before: now - KeyFrameRequester.stallLimit)
            nacks.removeAll()
        }
        while let frame = assembler.nextFrame(at: now) {
            nacks.removeAll(through: frame.lastSequenceNumber)
            requester.frameDelivered(isKeyFrame: frame.isKeyFrame)
            counters.record(frame)
            held.append(received(frame, at: now))
        }
        while let first = held.first, first.playoutTime <= now || held.count > Self.maximumHeldFrameCount {
            guard let frame = held.popFirst() else { break }
            counters.jitterBufferEmittedCount += 1
            counters.jitterBufferDelay += now - frame.firstArrival
            output(.video(frame))
        }
    }

    private mutating func received(_ frame: VideoFrameAssembler.Frame, at now: Instant) -> ReceivedVideoFrame {
        let captured = captureMicroseconds(frame.timestamp)
        if let captured { lipSync.recordVideo(completion: frame.completion, captureMicroseconds: captured) }
        // Order is kept whatever the hold does meanwhile.
        let earliestTime = held.count > 0 ? held[held.count - 1]?.playoutTime ?? now : now
        return ReceivedVideoFrame(
            codec: frame.codec, bytes: frame.bytes, isKeyFrame: frame.isKeyFrame,
            rtpTimestamp: UInt32(truncatingIfNeeded: frame.timestamp),
            captureTime: clock.captureTime(of: frame.timestamp), firstArrival: frame.firstArrival,
            completion: frame.completion,
            playoutTime: max(lipSync.playoutTime(captureMicroseconds: captured, at: now), earliestTime),
            orientation: frame.orientation)
    }

    /// Capture time in microseconds of the sender's wall clock; the origin is the NTP era, the same for all streams.
    func captureMicroseconds(_ timestamp: Int64) -> Int64? {
        clock.captureTime(of: timestamp)?.microseconds(since: NTPTime(0xE000_0000 << 32))
    }

    // MARK: Control

    mutating func receive(_ report: SenderReport, at now: Instant) {
        clock.record(ntpTime: report.ntpTime, timestamp: timestamps.peek(report.rtpTimestamp), at: now)
        remote = report
        remoteReportCount += 1
    }

    /// Sequence numbers to ask for now.
    mutating func missingPackets(roundTripTime: Duration?, at now: Instant) -> [UInt16] {
        guard usesNACK else { return [] }
        let numbers = nacks.due(at: now, roundTripTime: roundTripTime)
        if !numbers.isEmpty { counters.nackCount += 1 }
        return numbers.map { UInt16(truncatingIfNeeded: $0) }
    }

    /// True when a key frame should be asked for now.
    mutating func shouldRequestKeyFrame(roundTripTime: Duration?, at now: Instant) -> Bool {
        guard kind == .video else { return false }
        return requester.shouldRequest(
            lacksKeyFrame: assembler.lacksKeyFrame, oldestWaiting: assembler.oldestArrival, lastPacket: lastPacket,
            roundTripTime: roundTripTime, at: now)
    }

    /// Report blocks on the media stream and on its retransmissions.
    mutating func reportBlocks(at now: Instant) -> [ReportBlock] {
        var blocks: [ReportBlock] = []
        if let ssrc, reception.hasPackets {
            let last = clock.lastReport
            let delay = last.map { NTPTime.compact(ofMicroseconds: (now - $0.arrival).wholeMicroseconds) }
            blocks.append(
                reception.reportBlock(
                    ssrc: ssrc, lastSenderReport: last?.compact ?? 0, delaySinceLastSenderReport: delay ?? 0))
        }
        if let rtxSSRC, rtxReception.hasPackets {
            blocks.append(
                rtxReception.reportBlock(ssrc: rtxSSRC, lastSenderReport: 0, delaySinceLastSenderReport: 0))
        }
        return blocks
    }

    var nextTimeout: Instant? {
        guard kind == .video, ssrc != nil else { return nil }
        let frames = earliest(held.first?.playoutTime, requester.nextTimeout)
        let stall = assembler.oldestArrival.map { $0 + KeyFrameRequester.stallLimit + .microseconds(1) }
        return earliest(earliest(frames, stall), usesNACK ? nacks.nextTimeout : nil)
    }
}
