import Wire

/// Everything between SRTP and encoded media for one BUNDLE transport (RFC 3550, RFC 9143): packets, feedback,
/// retransmission, pacing, frame assembly, reports and statistics.
///
/// Sans-I/O: change it, then drain `pollPacket` and `pollEvent` until both give nil, then wait until `nextTimeout`.
/// All instants, capture times among them, count from one origin.
package struct RTPSession: Sendable {
    /// Sections over this are ignored.
    package static let maximumSectionCount = 32
    /// From the first moment with keys to the first report: long enough to have something to say.
    static let firstReportDelay = Duration.milliseconds(300)
    static let maximumEventCount = 4096
    static let maximumControlQueueCount = 256

    let cname: [UInt8]
    var random: RandomSource
    /// Wall clock at `Instant.zero`.
    let ntpOffset: NTPTime

    var sections: [MediaSection] = []
    var demultiplexer = RTPDemultiplexer()
    var pacer: Pacer
    var arrivalLog = TransportArrivalLog()
    var sendLog = TransportSendLog()
    var control = FIFO<OutgoingPacket>()
    var events = FIFO<RTPSessionEvent>()
    var roundTripTime: Duration?
    var referenceTimes = ReceiverReferenceTimes()
    var remoteBitrateLimit: UInt64?
    /// Nil when the caller sets the rate.
    var congestion: CongestionController?
    var targetThrottle = TargetBitrateThrottle()
    var audioOnly = AudioOnlyFloor()
    var soundReserve = SoundReserve()
    var retransmissionRate = RateMeter()
    /// Of what may be sent, smoothed, what goes into retransmissions and protection.
    var retransmissionShare = 0.0
    /// Of the bytes of video packets, smoothed, what is not header.
    var videoPayloadShare = 0.97
    /// Packets that no section wanted, or that could not be read.
    var discardedPacketCount: Int64 = 0
    var isReady = false
    var isClosed = false
    private var nextIdentifier = 0

    /// - Parameters:
    ///   - cname: the canonical name in our SDES (RFC 7022); the same for all sessions of one call.
    ///   - ntpOffset: NTP time, 32.32 fixed point, at `Instant.zero`.
    ///   - targetBitrate: what all streams together are meant to send, bit/s; the pacer's rate is a multiple of it.
    ///   - congestion: bounds of an estimate that takes the place of `targetBitrate`; nil to keep that fixed.
    package init(
        cname: String, random: RandomSource, ntpOffset: UInt64, targetBitrate: Int = 2_000_000,
        congestion: CongestionConfiguration? = nil
    ) {
        self.cname = Array(cname.utf8.prefix(255))
        self.random = random
        self.ntpOffset = NTPTime(ntpOffset)
        pacer = Pacer(targetBitrate: congestion?.start ?? targetBitrate)
        pacer.isControlled = congestion != nil
        self.congestion = congestion.map(CongestionController.init)
    }

    /// What all streams together are meant to send, bit/s. Under congestion control, the next feedback overwrites it.
    package var targetBitrate: Int {
        get { pacer.targetBitrate }
        set { pacer.targetBitrate = newValue }
    }

    /// Takes the result of an offer and its answer. Sections that were there before (same mid, same SSRC) go on; those
    /// that begin to send ask for a key frame.
    package mutating func configure(_ media: [NegotiatedMedia], at now: Instant) {
        guard !isClosed else { return }
        var kept: [MediaSection] = []
        for description in media.prefix(Self.maximumSectionCount) {
            let known = sections.first {
                $0.mid == description.mid && $0.media.localSSRC == description.localSSRC
                    && $0.media.kind == description.kind
            }
            guard var section = known ?? newSection(description) else { continue }
            if description.codecs.isEmpty {
                // Rejected: kept all the same, because an SSRC that comes back must go on counting, or SRTP at the far
                // side would take its packets for replayed ones.
                section.media.direction = .inactive
            } else {
                section.media = description
            }
            section.receiver.update(section.media)
            configureSender(of: &section, at: now)
            kept.append(section)
        }
        for section in sections where !kept.contains(where: { $0.identifier == section.identifier }) {
            demultiplexer.forgetSection(section.identifier)
        }
        sections = kept
        congestion?.usesTransportFeedback = sections.contains { $0.usesTransportWideCC }
        followFlight(at: now)
        updateBitrates(at: now, tellsAnyChange: true)
        grantKeyFrames(at: now)
    }

    private mutating func newSection(_ description: NegotiatedMedia) -> MediaSection? {
        guard !description.codecs.isEmpty else { return nil }
        nextIdentifier += 1
        return MediaSection(identifier: nextIdentifier, media: description)
    }

    /// SRTP keys exist: from now on media may be sent. Before, `sendAudio` and `sendVideo` are ignored.
    package mutating func transportReady(at now: Instant) {
        guard !isReady, !isClosed else { return }
        isReady = true
        for index in sections.indices {
            sections[index].nextReport = now + Self.firstReportDelay
            guard sections[index].media.kind == .video else { continue }
            sections[index].sender?.requireKeyFrame(at: now)
        }
        updateBitrates(at: now)
        grantKeyFrames(at: now)
    }

    private mutating func configureSender(of section: inout MediaSection, at now: Instant) {
        guard let codec = section.media.codecs.first else { return }
        let sends = section.media.direction.sends
        if var sender = section.sender {
            sender.update(section.media, codec: codec, at: now)
            section.sender = sender
        } else if sends {
            section.sender = RTPSender(section.media, codec: codec, random: &random)
        }
        let began = sends && section.sender?.isActive == false
        section.sender?.isActive = sends
        if began, section.media.kind == .video, isReady { section.sender?.requireKeyFrame(at: now) }
        if section.nextReport == nil { section.nextReport = now + Self.firstReportDelay }
    }

    /// Ends the session: what is queued is dropped, and a BYE for all our streams is the last packet to poll.
    package mutating func close(at now: Instant) {
        guard !isClosed else { return }
        pacer.removeAll()
        control.removeAll()
        if isReady { sendGoodbye(at: now) }
        isClosed = true
    }

    // MARK: Time

    /// Does what is due at `now`.
    package mutating func handleTimeout(at now: Instant) {
        guard !isClosed else { return }
        for index in sections.indices {
            deliverVideo(index, at: now)
            updateLipSync(index, at: now)
        }
        sendFeedback(at: now)
        sendDueReports(at: now)
        if congestion != nil {
            if congestion?.process(at: now) == true {
                sendLog.giveUpOutstanding()
                followFlight(at: now)
            }
            updateBitrates(at: now)
        }
        grantKeyFrames(at: now)
    }

    /// When `handleTimeout` or `pollPacket` has something to do next; may lie in the past: at once.
    package var nextTimeout: Instant? {
        guard !isClosed else { return nil }
        var next: Instant?
        for section in sections {
            guard isReady else { continue }
            if section.media.direction.receives { next = earliest(next, section.receiver.nextTimeout) }
            next = earliest(next, section.nextReport)
            next = earliest(next, section.sender?.throttle.nextTimeout)
        }
        guard isReady else { return next }
        next = earliest(next, congestion?.nextTimeout)
        return earliest(earliest(next, pacer.nextTimeout), arrivalLog.nextTimeout)
    }

    /// The next packet that may leave now; nil when there is none, or the pacer wants to wait (see `nextTimeout`).
    package mutating func pollPacket(at now: Instant) -> OutgoingPacket? {
        if let packet = control.popFirst() { return packet }
        guard isReady, !isClosed else { return nil }
        while true {
            if !pacer.isProbing, !pacer.isHeld, let probe = congestion?.nextProbe() { pacer.begin(probe, at: now) }
            guard let departure = pacer.next(at: now) else { return nil }
            switch departure {
            case .packet(let entry, let probe):
                if let packet = write(entry, probe: probe, at: now) { return packet }
            case .padding(let byteCount, let probe):
                if let packet = writePadding(byteCount: byteCount, probe: probe, at: now) {
                    pacer.paddingSent(packet.bytes.count)
                    return packet
                }
                // Nothing to pad with: a probe of nothing would be waited for in vain.
                pacer.abandonProbe()
            }
        }
    }

    /// What happened since the last call, in order.
    package mutating func pollEvent() -> RTPSessionEvent? { events.popFirst() }

    /// Events that nobody fetches are dropped from the oldest on.
    mutating func emit(_ event: RTPSessionEvent) {
        if events.count >= Self.maximumEventCount { _ = events.popFirst() }
        events.append(event)
    }

    func index(of mid: String) -> Int? { sections.firstIndex { $0.mid == mid } }

    func index(ofSection identifier: Int) -> Int? { sections.firstIndex { $0.identifier == identifier } }

    /// Wall clock at `now`.
    func ntpTime(at now: Instant) -> NTPTime { ntpOffset.advanced(byMicroseconds: now.microseconds) }
}
