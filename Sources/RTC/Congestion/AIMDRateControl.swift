/// The rate that the delay allows: additive or multiplicative increase, multiplicative decrease
/// (draft-ietf-rmcat-gcc-02 §5.5).
struct AIMDRateControl: Sendable {
    /// After overuse, this share of what arrived (draft §5.5 "beta").
    static let decreaseFactor = 0.85
    /// Of the known capacity: below it, growth is multiplicative as well, since that much has been carried before.
    private static let nearShare = 0.93
    /// A second, while the capacity is unknown (draft §5.5 "eta").
    private static let multiplicativeIncrease = 1.08
    /// Never further ahead of what arrives than this (draft §5.5; offset of webrtc.md §3.1).
    private static let aheadFactor = 1.5
    private static let aheadOffset = 10_000.0
    /// At least this much is added in a second near the capacity, bit/s.
    private static let minimumAdditiveIncrease = 4_000.0
    /// Time that the far side needs to notice and tell, added to the round trip (draft §5.5).
    private static let reactionTime = 0.1
    private static let reductionInterval = Duration.milliseconds(10)...Duration.milliseconds(200)

    private enum State { case hold, increase }

    /// Bit/s.
    private(set) var bitrate: Double
    private var range: ClosedRange<Double>
    private var state = State.hold
    private var capacity = LinkCapacity()
    private var lastChange: Instant?
    private var lastDecrease: Instant?
    private var queueAtDecrease = Duration.zero
    /// When more arrived than the bottleneck was believed to carry: it has grown, nobody knows how far.
    private(set) var outgrown: Instant?

    init(start: Double, range: ClosedRange<Double>) {
        self.range = range
        bitrate = min(max(start, range.lowerBound), range.upperBound)
    }

    mutating func setRange(_ range: ClosedRange<Double>) {
        self.range = range
        bitrate = clamped(bitrate)
    }

    /// Takes what the detector says.
    ///
    /// - Parameters:
    ///   - acknowledged: what arrived lately, bit/s; nil while unknown.
    ///   - queue: how long packets wait at the bottleneck.
    mutating func update(
        _ usage: PathUsage, acknowledged: Double?, queue: Duration = .zero, roundTripTime: Duration, at now: Instant
    ) {
        switch usage {
        case .overusing:
            if mayReduce(acknowledged: acknowledged, queue: queue, roundTripTime: roundTripTime, at: now) {
                decrease(acknowledged: acknowledged, at: now)
                queueAtDecrease = queue
            }
        case .underusing:
            // The queue empties: more would keep it standing.
            state = .hold
            lastChange = now
        case .normal:
            if state == .hold {
                state = .increase
                lastChange = now
            }
            increase(acknowledged: acknowledged, roundTripTime: roundTripTime, at: now)
        }
    }

    /// A probe has shown that the path carries this much.
    mutating func setProbed(_ probed: Double, at now: Instant) {
        bitrate = clamped(probed)
        if probed > capacity.upperBound { capacity.reset() }
        lastChange = now
    }

    /// Feedback stays away: what was known of the path is void.
    mutating func fall(to lower: Double, at now: Instant) {
        bitrate = min(bitrate, clamped(lower))
        state = .hold
        lastChange = now
    }

    /// Again only when the last reduction can have shown its effect and has not, unless the path got much worse.
    ///
    /// The trend looks back on twenty groups: it still rises when the queue has begun to empty.
    private func mayReduce(
        acknowledged: Double?, queue: Duration, roundTripTime: Duration, at now: Instant
    ) -> Bool {
        guard let lastDecrease else { return true }
        if acknowledged.map({ $0 < bitrate / 2 }) ?? false { return true }
        let interval = min(max(roundTripTime, Self.reductionInterval.lowerBound), Self.reductionInterval.upperBound)
        let elapsed = now - lastDecrease
        return elapsed >= interval && (queue >= queueAtDecrease || elapsed >= .seconds(1))
    }

    private mutating func decrease(acknowledged: Double?, at now: Instant) {
        let measured = acknowledged ?? bitrate
        var lower = measured * Self.decreaseFactor
        if lower > bitrate, let known = capacity.estimate { lower = known * Self.decreaseFactor }
        if measured < capacity.lowerBound || measured > capacity.upperBound { capacity.reset() }
        capacity.record(measured)
        bitrate = clamped(min(lower, bitrate))
        state = .hold
        lastDecrease = now
        lastChange = now
    }

    private mutating func increase(acknowledged: Double?, roundTripTime: Duration, at now: Instant) {
        let elapsed = min((now - (lastChange ?? now)).inSeconds, 1)
        lastChange = now
        if let acknowledged, acknowledged > capacity.upperBound {
            capacity.reset()
            outgrown = now
        }
        var raised = bitrate
        if bitrate < (capacity.estimate ?? .infinity) * Self.nearShare {
            raised += max(raised * (power(Self.multiplicativeIncrease, elapsed) - 1), 1000 * elapsed)
        } else {
            raised += additiveIncrease(roundTripTime: roundTripTime) * elapsed
        }
        if let acknowledged { raised = min(raised, Self.aheadFactor * acknowledged + Self.aheadOffset) }
        // What is ahead of the acknowledged rate already is left so: an encoder may pause.
        bitrate = clamped(max(raised, bitrate))
    }

    /// About one packet of a picture's average size more in each response time, bit/s a second.
    private func additiveIncrease(roundTripTime: Duration) -> Double {
        let frame = bitrate / 30
        let packets = max((frame / 9600).rounded(.up), 1)
        let response = (roundTripTime.inSeconds + Self.reactionTime) * 2
        return max(frame / packets / response, Self.minimumAdditiveIncrease)
    }

    private func clamped(_ bitrate: Double) -> Double { min(max(bitrate, range.lowerBound), range.upperBound) }

    /// `base` to the power of a number in 0...1, exact enough for growth by a few per cent (second-order series).
    private func power(_ base: Double, _ exponent: Double) -> Double {
        let growth = base - 1
        return 1 + exponent * growth + exponent * (exponent - 1) / 2 * growth * growth
    }
}
