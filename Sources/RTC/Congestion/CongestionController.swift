/// How much may be sent: Google congestion control, send side (draft-ietf-rmcat-gcc-02 with transport-wide feedback;
/// Carlucci et al., MMSys 2016; parameters of webrtc.md §3.1).
///
/// The estimate is the least of what delay, loss and bounds allow. A far side without transport-wide feedback is served
/// by its receiver reports and REMB instead.
struct CongestionController: Sendable {
    /// Sent without an answer for this long (or three round trips): the estimate falls, step by step (RFC 8083 would
    /// stop altogether a little later).
    private static let stallTime = Duration.milliseconds(1500)
    private static let stallInterval = Duration.seconds(1)
    private static let stallFactor = 0.7
    private static let processInterval = Duration.milliseconds(50)
    /// Probes are no use, and an evil, on a path that loses this much.
    private static let probingLossLimit = 0.1
    private static let probingQueueLimit = Duration.milliseconds(50)
    private static let defaultRoundTripTime = Duration.milliseconds(200)
    /// After a hold of this length, what was lost before it is not sent again when that would take longer than the other,
    /// seconds: a key frame is there sooner.
    private static let longHold = Duration.milliseconds(150)
    private static let repairTime = 0.15

    private(set) var configuration: CongestionConfiguration
    /// The far side sends transport-wide feedback.
    var usesTransportFeedback = true

    /// Since when less is sent than could be, because it would not suffice; probes find out when it does.
    var heldBackSince: Instant?

    private var delay: DelayController
    private var loss: LossController
    private var reported: ReportedLossControl
    private var acknowledged = AcknowledgedBitrate()
    private var probes: ProbeController
    private var probeEstimator = ProbeEstimator()
    private var application = ApplicationLimitDetector()
    private var waitingProbes = FIFO<Probe>(capacity: 4)
    /// First packet sent since the last feedback.
    private var unansweredSince: Instant?
    private var lastStallStep: Instant?
    /// What was known of the path before answers stayed away.
    private var estimateBeforeStall: Double?
    private var lastProcess: Instant?
    private var lastSent: Instant?
    /// What was sent before went another way: it says nothing of this one.
    private var pathSince = Instant.zero
    /// From sending to feedback, the least of late: an upper bound of the round trip.
    private var feedbackDelay: Duration?
    private var flight = FlightWindow()
    /// When nothing but sound should leave, or last should, and the time before that; what was sent since, and asked for once
    /// more.
    private var hold: Hold?
    private var holdBefore: Hold?
    private var byteCountSinceHold = 0
    private var missedByteCount = 0

    /// What all streams together may send, bit/s.
    private(set) var estimate: Double

    init(_ configuration: CongestionConfiguration) {
        self.configuration = configuration
        let start = Double(configuration.start)
        delay = DelayController(start: start, range: configuration.range)
        loss = LossController(start: start, minimum: configuration.range.lowerBound)
        reported = ReportedLossControl(start: start, range: configuration.range)
        probes = ProbeController(maximum: configuration.range.upperBound)
        estimate = start
    }

    mutating func setBounds(minimum: Int, maximum: Int) {
        configuration = CongestionConfiguration(start: configuration.start, minimum: minimum, maximum: maximum)
        delay.setRange(configuration.range)
        reported.setRange(configuration.range)
        probes.setMaximum(configuration.range.upperBound)
        refresh()
    }

    /// A queue after a fall of the capacity is being emptied: pace, do not burst.
    var isDraining: Bool { usesTransportFeedback && delay.isDraining }
    var usage: PathUsage { delay.usage }
    var queue: Duration { delay.queue }

    /// Media goes another way from now on: nothing that is known of the old one holds. It begins as carefully as a call does,
    /// with less still if the old way carried less, and the next picture is followed by the probes of a beginning.
    mutating func changePath(at now: Instant) {
        var next = CongestionController(configuration)
        next.usesTransportFeedback = usesTransportFeedback
        let start = min(Double(configuration.start), estimateBeforeStall ?? estimate)
        next.delay = DelayController(start: start, range: configuration.range)
        next.loss = LossController(start: start, minimum: configuration.range.lowerBound)
        next.reported = reported
        next.probes = probes.restarted()
        next.estimate = start
        next.pathSince = now
        (next.lastSent, next.lastProcess) = (lastSent, lastProcess)
        self = next
        refresh()
    }

    /// Answers stay away: what falls then is a precaution, not a measurement.
    var isStalled: Bool { lastStallStep != nil }

    /// So much is on its way without an answer that more would only wait.
    var isHeld: Bool { flight.isFull }

    /// Takes what is on its way, bytes. Gives what to do about it.
    mutating func follow(outstanding: Int, at now: Instant) -> FlightChange? {
        guard usesTransportFeedback else {
            defer { flight = FlightWindow() }
            return isHeld ? .release(needsKeyFrame: false) : nil
        }
        guard let since = hold?.since, isHeld else {
            guard flight.update(outstanding: outstanding, estimate: estimate) else { return nil }
            holdBefore = hold
            hold = Hold(since: now)
            byteCountSinceHold = 0
            missedByteCount = 0
            return .hold
        }
        // Only when all is told of what was sent before is it known what the path has become.
        let isLong = now - since >= Self.longHold
        guard !isLong || outstanding <= byteCountSinceHold,
            flight.update(outstanding: outstanding, estimate: estimate)
        else { return nil }
        hold?.until = now
        let isLossy = Double(missedByteCount * 8) > estimate * Self.repairTime
        guard isLong, isLossy || delay.isDraining else { return .release(needsKeyFrame: false) }
        delay.forgetTrend()
        acknowledged.forgetPackets()
        guard isLossy else { return .release(needsKeyFrame: false) }
        // That loss was the queue's, which is gone.
        loss = LossController(start: delay.bitrate, minimum: configuration.range.lowerBound)
        refresh()
        return .release(needsKeyFrame: true)
    }

    /// The far side misses a picture's packet.
    mutating func missed(byteCount: Int) { missedByteCount += byteCount }

    /// Sent while pictures were held back: its rate says nothing of the path's.
    private func isOfHold(_ sent: Instant) -> Bool {
        hold.map { $0.contains(sent) } ?? false || holdBefore.map { $0.contains(sent) } ?? false
    }

    // MARK: Input

    /// The first video is about to leave: time to find out what the path carries.
    mutating func begin(at now: Instant) {
        guard usesTransportFeedback else { return }
        enqueue(probes.start(estimate, at: now))
    }

    mutating func sent(byteCount: Int, at now: Instant) {
        application.record(byteCount: byteCount, estimate: estimate, at: now)
        lastSent = now
        byteCountSinceHold += byteCount
        if unansweredSince == nil { unansweredSince = now }
    }

    /// Takes one feedback's news, in order of sending.
    mutating func receive(_ results: [TransportSendLog.Result], roundTripTime: Duration?, at now: Instant) {
        unansweredSince = nil
        lastStallStep = nil
        estimateBeforeStall = nil
        var probed: Double?
        var newest: Instant?
        for result in results where result.sent >= pathSince {
            loss.add(byteCount: result.byteCount, isLost: result.arrival == nil, sent: result.sent)
            guard let arrival = result.arrival else { continue }
            newest = result.sent
            if !isOfHold(result.sent) {
                acknowledged.add(byteCount: result.byteCount, sent: result.sent, arrival: arrival)
            }
            delay.add(sent: result.sent, arrival: arrival, at: now)
            if result.probe != 0,
                let rate = probeEstimator.add(
                    identifier: result.probe, byteCount: result.byteCount, sent: result.sent, arrival: arrival)
            {
                probed = rate
            }
        }
        if let newest {
            let measured = now - newest
            feedbackDelay = feedbackDelay.map { min($0 * 65 / 64, measured) } ?? measured
            flight.receive(newest: newest, at: now)
        }
        acknowledged.update()
        let rtt = roundTripTime ?? feedbackDelay ?? Self.defaultRoundTripTime
        delay.update(acknowledged: acknowledged.bitrate, probed: probed, roundTripTime: rtt, at: now)
        if let probed { loss.setProbed(min(probed, delay.bitrate)) }
        loss.update(ceiling: delay.bitrate, acknowledged: acknowledged.bitrate, at: now)
        refresh()
        if let probed, delay.usage == .normal { enqueue(probes.probed(max(probed, estimate), at: now)) }
        process(at: now)
    }

    /// Loss of a receiver report; counts only without transport-wide feedback.
    mutating func receiveReport(fractionLost: Double, at now: Instant) {
        guard !usesTransportFeedback else { return }
        reported.report(fractionLost: fractionLost, at: now)
        refresh()
    }

    /// REMB; counts only without transport-wide feedback.
    mutating func setRemoteLimit(_ bitrate: Double) {
        reported.setRemoteLimit(bitrate)
        refresh()
    }

    // MARK: Time

    /// Does what is due; cheap when called too often. True when answers have stayed away too long: those that were awaited
    /// are given up.
    @discardableResult mutating func process(at now: Instant) -> Bool {
        if let lastProcess, now - lastProcess < Self.processInterval { return false }
        lastProcess = now
        application.record(byteCount: 0, estimate: estimate, at: now)
        guard usesTransportFeedback else { return false }
        if let unansweredSince, now - max(unansweredSince, lastStallStep ?? .zero) > stallTimeout {
            lastStallStep = now
            estimateBeforeStall = estimateBeforeStall ?? estimate
            delay.fall(to: estimate * Self.stallFactor, at: now)
            refresh()
            return true
        }
        let isClear =
            delay.usage == .normal && delay.queue < Self.probingQueueLimit && loss.averageLoss < Self.probingLossLimit
            && unansweredSince.map { now - $0 < .milliseconds(500) } ?? true
        let limited = application.since ?? heldBackSince
        enqueue(
            probes.process(
                estimate, isClear: isClear, limitedSince: limited, outgrown: delay.outgrown, at: now))
        return false
    }

    /// Nil while nothing has been sent for some seconds: a silent session does not wake anyone.
    var nextTimeout: Instant? {
        guard let lastSent else { return nil }
        let next = (lastProcess ?? lastSent) + Self.processInterval
        return next - lastSent < .seconds(3) ? next : nil
    }

    /// A probe that the pacer should send next.
    mutating func nextProbe() -> Probe? { waitingProbes.popFirst() }

    private var stallTimeout: Duration {
        lastStallStep == nil ? max(Self.stallTime, (feedbackDelay ?? .zero) * 3) : Self.stallInterval
    }

    private mutating func enqueue(_ fresh: [Probe]) {
        for probe in fresh {
            probeEstimator.begin(probe)
            waitingProbes.append(probe)
        }
    }

    private mutating func refresh() {
        let wanted = usesTransportFeedback ? min(delay.bitrate, loss.bitrate) : reported.bitrate
        let range = configuration.range
        estimate = min(max(wanted, range.lowerBound), range.upperBound)
    }
}

/// The time in which nothing but sound was to leave.
private struct Hold: Sendable {
    let since: Instant
    /// Nil while it lasts.
    var until: Instant?

    func contains(_ moment: Instant) -> Bool { moment >= since && until.map { moment < $0 } ?? true }
}

/// What `CongestionController.follow` says.
enum FlightChange: Hashable, Sendable {
    case hold
    /// - needsKeyFrame: too much was lost to be sent again.
    case release(needsKeyFrame: Bool)
}
