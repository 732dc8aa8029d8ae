/// What the bottleneck carried each time it was found overused: mean and spread (draft-ietf-rmcat-gcc-02 §5.5, "average
/// max bit rate").
struct LinkCapacity: Sendable {
    private static let weight = 0.05
    /// Of the variance, over the mean, in kbit/s.
    private static let varianceRange = 0.4...2.5
    private static let deviations = 3.0

    /// kbit/s
    private var mean: Double?
    private var normalizedVariance = 0.4

    /// Bit/s; nil before the first overuse, or since the path was found to have changed.
    var estimate: Double? { mean.map { $0 * 1000 } }

    var upperBound: Double { mean.map { ($0 + deviation($0)) * 1000 } ?? .infinity }
    var lowerBound: Double { mean.map { max(0, $0 - deviation($0)) * 1000 } ?? 0 }

    /// Takes what arrived while the path was overused, bit/s.
    mutating func record(_ bitrate: Double) {
        let sample = bitrate / 1000
        let mean = self.mean.map { (1 - Self.weight) * $0 + Self.weight * sample } ?? sample
        self.mean = mean
        let error = mean - sample
        let variance = (1 - Self.weight) * normalizedVariance + Self.weight * error * error / max(mean, 1)
        normalizedVariance = min(max(variance, Self.varianceRange.lowerBound), Self.varianceRange.upperBound)
    }

    mutating func reset() { mean = nil }

    private func deviation(_ mean: Double) -> Double { Self.deviations * (normalizedVariance * mean).squareRoot() }
}
