/// Notices a flow beside ours that fills the bottleneck's queue whatever we do, as TCP does.
///
/// A queue of our own making is gone some round trips after we send less. One that stays although we gave way several
/// times is another's; giving way further would only starve us (Carlucci et al., MMSys 2016, §4.2).
struct CompetitionDetector: Sendable {
    private static let standingQueue = Duration.milliseconds(50)
    private static let standingTime = Duration.milliseconds(2500)
    private static let reductions = 3
    /// Its waves are seconds apart, and so the state lasts.
    private static let memory = Duration.seconds(20)

    private var standingSince: Instant?
    private var reductionCount = 0
    private var until = Instant.zero

    func isCompeting(at now: Instant) -> Bool { now < until }

    /// Call after each feedback.
    mutating func update(queue: Duration, reduced: Bool, at now: Instant) {
        guard queue > Self.standingQueue else {
            standingSince = nil
            reductionCount = 0
            return
        }
        let since = standingSince ?? now
        standingSince = since
        if reduced { reductionCount += 1 }
        if now - since >= Self.standingTime, reductionCount >= Self.reductions { until = now + Self.memory }
    }
}
