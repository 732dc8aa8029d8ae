/// How much of the one-way delay is queue: the delay of now over the least of the last seconds.
///
/// The clocks of both ends need not agree, only run alike; what drifts within the memory is far below a millisecond.
struct PathDelay: Sendable {
    private static let memory = Duration.seconds(10)

    /// Least one-way delay of this and the last span of memory, microseconds with an unknown offset.
    private var least: Int64?
    private var leastBefore: Int64?
    private var spanBegan: Instant?
    /// Of the newest feedback: its least, since the packets of one picture queue behind each other in any case.
    private(set) var queue = Duration.zero
    private var leastOfFeedback: Int64?

    mutating func add(sent: Instant, arrival: Int64) {
        let delay = arrival &- sent.microseconds
        leastOfFeedback = leastOfFeedback.map { min($0, delay) } ?? delay
    }

    /// Call after the packets of one feedback.
    mutating func update(at now: Instant) {
        guard let current = leastOfFeedback else { return }
        leastOfFeedback = nil
        if spanBegan.map({ now - $0 > Self.memory }) ?? true {
            spanBegan = now
            leastBefore = least
            least = nil
        }
        least = least.map { min($0, current) } ?? current
        let floor = min(least ?? current, leastBefore ?? current)
        queue = .microseconds(current &- floor)
    }
}
