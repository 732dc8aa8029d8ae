/// The delay-based half of Google congestion control: groups, trend, detector and rate control in a row
/// (draft-ietf-rmcat-gcc-02 §5), and the emptying of a queue that a sudden fall of the capacity has left.
struct DelayController: Sendable {
    /// What arrives, over the estimate of the last second: below it the path has changed, not filled up slowly.
    private static let collapseShare = 0.75
    /// The queue that such a fall leaves is to be gone after this time, seconds, and counts as gone below the limit.
    private static let drainTime = 0.7
    private static let drainedQueue = Duration.milliseconds(30)
    private static let maximumDrain = Duration.milliseconds(1500)
    private static let leastDrainShare = 0.3
    /// A queue that did not go away was not ours: no further attempt for this long.
    private static let drainPause = Duration.seconds(20)

    private var groups = ArrivalGroups()
    private var trend = TrendlineFilter()
    private var detector = OveruseDetector()
    private var rate: AIMDRateControl
    private var path = PathDelay()
    /// Highest rate since a second or two.
    private var peak: (bitrate: Double, since: Instant)?
    private var drainingSince: Instant?
    private var mayDrainFrom = Instant.zero
    private var competition = CompetitionDetector()

    init(start: Double, range: ClosedRange<Double>) {
        rate = AIMDRateControl(start: start, range: range)
    }

    /// Bit/s.
    var bitrate: Double {
        guard drainingSince != nil else { return rate.bitrate }
        let carried = rate.bitrate / AIMDRateControl.decreaseFactor
        let share = max(1 - path.queue.inSeconds / Self.drainTime, Self.leastDrainShare)
        return min(rate.bitrate, carried * share)
    }

    var usage: PathUsage { detector.usage }
    var queue: Duration { path.queue }
    var isDraining: Bool { drainingSince != nil }
    /// When more arrived than the path was believed to carry.
    var outgrown: Instant? { rate.outgrown }

    mutating func setRange(_ range: ClosedRange<Double>) { rate.setRange(range) }

    /// Takes one packet that arrived, in order of sending.
    mutating func add(sent: Instant, arrival: Int64, at now: Instant) {
        path.add(sent: sent, arrival: arrival)
        guard let step = groups.add(sent: sent, arrival: arrival, at: now) else { return }
        trend.add(step)
        detector.update(
            trend: trend.modifiedTrend, slope: trend.slope, sendDelta: step.sendDelta, arrivalTime: step.arrivalTime)
    }

    /// Call after the packets of one feedback.
    ///
    /// - Parameters:
    ///   - acknowledged: what arrived lately, bit/s.
    ///   - probed: what a probe in this feedback has shown, bit/s.
    mutating func update(acknowledged: Double?, probed: Double?, roundTripTime: Duration, at now: Instant) {
        path.update(at: now)
        detector.isCompeting = competition.isCompeting(at: now)
        let before = rate.bitrate
        if peak.map({ $0.bitrate <= before || now - $0.since > .seconds(1) }) ?? true { peak = (before, now) }
        rate.update(
            detector.usage, acknowledged: acknowledged, queue: path.queue, roundTripTime: roundTripTime, at: now)
        if let probed, detector.usage != .overusing, probed > rate.bitrate { rate.setProbed(probed, at: now) }
        if rate.bitrate < before, now >= mayDrainFrom, !detector.isCompeting, let acknowledged, let peak,
            acknowledged < peak.bitrate * Self.collapseShare
        {
            drainingSince = drainingSince ?? now
        }
        competition.update(queue: path.queue, reduced: rate.bitrate < before, at: now)
        guard let since = drainingSince else { return }
        if path.queue < Self.drainedQueue {
            drainingSince = nil
        } else if now - since > Self.maximumDrain {
            drainingSince = nil
            mayDrainFrom = now + Self.drainPause
        }
    }

    /// Nothing but sound was sent for a while, and the queue is another one now.
    mutating func forgetTrend() {
        (groups, trend, detector) = (ArrivalGroups(), TrendlineFilter(), OveruseDetector())
    }

    /// Feedback stays away.
    mutating func fall(to bitrate: Double, at now: Instant) { rate.fall(to: bitrate, at: now) }
}
