/// One direction between two hosts: decides when, and how often, each datagram arrives.
package struct EmulatedLink: Sendable {
    private var isInLossBurst = false
    /// When the bottleneck has sent all that it holds.
    private var idleAt = Instant.zero
    /// The latest arrival given out to a datagram that keeps its place in the order.
    private var lastArrival = Instant.zero

    /// A datagram's fate; one that is duplicated arrives more than once.
    package enum Outcome: Sendable { case arrives([Instant]), lost, queueFull }

    package init() {}

    /// What becomes of `byteCount` bytes of UDP payload sent at `now`.
    package mutating func carry(
        _ byteCount: Int, _ conditions: LinkConditions, at now: Instant, random: inout RandomSource
    ) -> Outcome {
        var sent = now
        if let rate = conditions.bitsPerSecond, rate > 0 {
            let backlog = max(.zero, idleAt - now).inSeconds * Double(rate) / 8
            if backlog + Double(byteCount + 28) > Double(conditions.queueBytes) { return .queueFull }
            sent = max(now, idleAt) + .microseconds(Int64(Double((byteCount + 28) * 8) / Double(rate) * 1_000_000))
            idleAt = sent
        }
        // Every random number is drawn whatever the outcome, so that one loss does not reshuffle all that follows.
        let isLost = drawLoss(conditions, random: &random)
        let reorders = random.chance(conditions.reordering)
        let duplicates = random.chance(conditions.duplication)
        let arrivals = (0..<2).map { _ in sent + conditions.delay + drawJitter(conditions, random: &random) }
        if isLost { return .lost }
        var first = max(arrivals[0], now)
        if !reorders {
            first = max(first, lastArrival)
            lastArrival = first
        }
        return .arrives(duplicates ? [first, max(arrivals[1], first)] : [first])
    }

    private mutating func drawLoss(_ conditions: LinkConditions, random: inout RandomSource) -> Bool {
        let draw = random.fraction()
        if conditions.loss >= 1 { return true }
        guard conditions.lossBurst > 1, conditions.loss > 0 else { return draw < conditions.loss }
        // Two-state Gilbert model: everything is lost in the bad state, whose mean stay is `lossBurst`.
        let leave = 1 / conditions.lossBurst
        let enter = leave * conditions.loss / (1 - conditions.loss)
        isInLossBurst = isInLossBurst ? draw >= leave : draw < enter
        return isInLossBurst
    }

    private func drawJitter(_ conditions: LinkConditions, random: inout RandomSource) -> Duration {
        let spread = Double(conditions.jitter.wholeMicroseconds)
        return .microseconds(Int64((random.fraction() * 2 - 1) * spread))
    }
}

extension RandomSource {
    /// Evenly spread in 0..<1.
    package mutating func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }

    /// True with the given probability.
    package mutating func chance(_ probability: Double) -> Bool { fraction() < probability }
}
