/// The rate for a far side that tells only loss, and perhaps REMB: the loss-based controller of
/// draft-ietf-rmcat-gcc-02 §6.
struct ReportedLossControl: Sendable {
    private static let lowLoss = 0.02
    private static let highLoss = 0.10
    private static let increase = 1.08
    /// Growth per report is bound to time, since reports may come in bunches.
    private static let increaseInterval = Duration.milliseconds(800)

    /// Bit/s, without the far side's limit.
    private var rate: Double
    private var range: ClosedRange<Double>
    private var remoteLimit: Double?
    private var lastIncrease: Instant?

    init(start: Double, range: ClosedRange<Double>) {
        rate = start
        self.range = range
    }

    /// Bit/s.
    var bitrate: Double { min(rate, max(remoteLimit ?? .infinity, range.lowerBound)) }

    mutating func setRange(_ range: ClosedRange<Double>) {
        self.range = range
        rate = min(max(rate, range.lowerBound), range.upperBound)
    }

    /// A receiver that estimates sees delay as well: up to its limit there is no need to grow slowly.
    mutating func setRemoteLimit(_ limit: Double) {
        guard limit.isFinite, limit > 0 else { return }
        if remoteLimit == nil || limit > rate { rate = min(max(rate, limit), range.upperBound) }
        remoteLimit = limit
    }

    mutating func report(fractionLost: Double, at now: Instant) {
        guard fractionLost.isFinite else { return }
        if fractionLost > Self.highLoss {
            rate *= 1 - 0.5 * min(fractionLost, 1)
        } else if fractionLost < Self.lowLoss, lastIncrease.map({ now - $0 >= Self.increaseInterval }) ?? true {
            rate = rate * Self.increase + 1000
            lastIncrease = now
        }
        rate = min(max(rate, range.lowerBound), range.upperBound)
    }
}
