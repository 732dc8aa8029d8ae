/// The rate that the loss allows: separates loss that the path has anyway from loss that sending too much causes
/// (the idea of libwebrtc's second loss-based estimator; parameters of webrtc.md §3.1, "Loss V2").
///
/// The model: of what is sent at rate s over a path of bandwidth B with inherent loss p, the share
/// p + (1 - p) · max(0, (s - B) / s) is lost. Each time, some candidates for B are tried, each with its p improved by one
/// Newton step, and the one that makes the last observations most likely is taken. Radio loss thus costs no bandwidth,
/// while an overflowing queue does.
struct LossController: Sendable {
    private static let observationTime = Duration.milliseconds(250)
    private static let observationCount = 15
    private static let minimumObservationCount = 3
    private static let temporalWeight = 0.9
    private static let candidateFactors = [1.02, 1.0, 0.95]
    private static let initialInherentLoss = 0.01
    private static let minimumInherentLoss = 1e-3
    private static let inherentLossOffset = 0.05
    /// Bit/s: the inherent loss believed in is larger on slow paths, where one packet is a large share.
    private static let inherentLossBalance = 100_000.0
    /// A rate that an average loss above the offset does not allow, whatever its cause, bit/s.
    private static let upperBoundBalance = 100_000.0
    private static let newtonStep = 0.75
    /// For a kbit/s, and for its logarithm: of two bandwidths that explain the same, the higher.
    private static let highBandwidthBias = (linear: 0.0002, logarithmic: 0.02)
    /// Growth after a reduction, at most, in each interval.
    private static let rampUp = 1.3
    private static let rampUpInterval = Duration.milliseconds(300)
    /// Growth stays bound to what arrives for this long after a reduction.
    private static let rampUpTime = Duration.seconds(3)
    /// Of a new observation in the loss that the upper bound goes by: a few dozen packets scatter, and the rate should not
    /// with them.
    private static let boundWeight = 0.08

    private struct Observation: Sendable {
        var sent = 0.0
        var lost = 0.0
        /// Bit/s.
        var rate = 0.0
        var weight = 0.0
    }

    private struct Estimate: Sendable {
        var bandwidth: Double
        var inherentLoss: Double
    }

    /// Newest last.
    private var observations: [Observation] = []
    private var best: Estimate
    private var partial = Observation()
    private var partialBytes = 0
    private var partialFrom: Instant?
    private var partialTo: Instant?
    private var lastReduction: Instant?
    private var rampUpBase: (bitrate: Double, since: Instant)?
    private let minimum: Double

    /// Bit/s.
    var bitrate: Double { best.bandwidth }
    /// Of the last observations, weighted; 0...1.
    private(set) var averageLoss = 0.0
    private var settledLoss = 0.0

    init(start: Double, minimum: Double) {
        best = Estimate(bandwidth: start, inherentLoss: Self.initialInherentLoss)
        self.minimum = minimum
        observations.reserveCapacity(Self.observationCount + 1)
    }

    /// Takes the fate of one packet.
    mutating func add(byteCount: Int, isLost: Bool, sent: Instant) {
        partial.sent += 1
        if isLost { partial.lost += 1 }
        partialBytes += byteCount
        partialFrom = partialFrom.map { min($0, sent) } ?? sent
        partialTo = partialTo.map { max($0, sent) } ?? sent
    }

    /// Call after the packets of each feedback.
    ///
    /// - Parameter ceiling: what the delay allows, bit/s.
    mutating func update(ceiling: Double, acknowledged: Double?, at now: Instant) {
        guard completeObservation() else {
            best.bandwidth = min(best.bandwidth, ceiling)
            return
        }
        guard observations.count >= Self.minimumObservationCount else {
            best.bandwidth = ceiling
            return
        }
        let before = best.bandwidth
        var chosen = Estimate(bandwidth: before, inherentLoss: improvedInherentLoss(for: best))
        var chosenScore = score(chosen)
        for candidate in candidates(ceiling: ceiling, acknowledged: acknowledged) where candidate > 0 {
            let estimate = Estimate(
                bandwidth: candidate,
                inherentLoss: improvedInherentLoss(
                    for: Estimate(bandwidth: candidate, inherentLoss: best.inherentLoss)))
            let value = score(estimate)
            if value > chosenScore { (chosen, chosenScore) = (estimate, value) }
        }
        // More loss than the path is believed to have: no time to ask for more.
        if chosen.bandwidth > before, chosen.inherentLoss < averageLoss, averageLoss > 0.02 {
            chosen.bandwidth = before
        }
        chosen.bandwidth = limited(chosen.bandwidth, before: before, ceiling: ceiling, at: now)
        if chosen.bandwidth < before * 0.999, chosen.bandwidth < ceiling { lastReduction = now }
        best = chosen
    }

    /// What the delay-based part learned by a probe holds here as well, unless loss is the limit.
    mutating func setProbed(_ bitrate: Double) {
        if averageLoss < Self.inherentLossOffset { best.bandwidth = max(best.bandwidth, bitrate) }
    }

    private func candidates(ceiling: Double, acknowledged: Double?) -> [Double] {
        var all = Self.candidateFactors.map { $0 * best.bandwidth }
        if let acknowledged { all.append(acknowledged) }
        if ceiling > best.bandwidth { all.append(ceiling) }
        return all
    }

    private mutating func limited(_ bitrate: Double, before: Double, ceiling: Double, at now: Instant) -> Double {
        var limit = ceiling
        if settledLoss > Self.inherentLossOffset {
            limit = min(limit, Self.upperBoundBalance / (settledLoss - Self.inherentLossOffset))
        }
        if let lastReduction, now - lastReduction < Self.rampUpTime {
            if rampUpBase.map({ now - $0.since >= Self.rampUpInterval || $0.bitrate > before }) ?? true {
                rampUpBase = (before, now)
            }
            if let base = rampUpBase { limit = min(limit, base.bitrate * Self.rampUp) }
        } else {
            rampUpBase = nil
        }
        return max(min(bitrate, limit), min(minimum, ceiling))
    }

    // MARK: Observations

    /// True when a new observation was added.
    private mutating func completeObservation() -> Bool {
        guard let from = partialFrom, let to = partialTo, to - from >= Self.observationTime else { return false }
        partial.rate = Double(partialBytes * 8) / (to - from).inSeconds
        if observations.count >= Self.observationCount { observations.removeFirst() }
        observations.append(partial)
        partial = Observation()
        partialBytes = 0
        partialFrom = nil
        partialTo = nil
        var weight = 1.0
        var sent = 0.0
        var lost = 0.0
        for index in observations.indices.reversed() {
            observations[index].weight = weight
            sent += weight * observations[index].sent
            lost += weight * observations[index].lost
            weight *= Self.temporalWeight
        }
        averageLoss = sent > 0 ? lost / sent : 0
        settledLoss += (averageLoss - settledLoss) * Self.boundWeight
        return true
    }

    // MARK: Model

    private static func lossProbability(_ estimate: Estimate, rate: Double) -> Double {
        let excess = rate > estimate.bandwidth ? (rate - estimate.bandwidth) / rate : 0
        let probability = estimate.inherentLoss + (1 - estimate.inherentLoss) * excess
        return min(max(probability, 1e-6), 1 - 1e-6)
    }

    /// Log-likelihood of the observations, with a bias for the higher bandwidth that fades as loss becomes heavy.
    private func score(_ estimate: Estimate) -> Double {
        let kilobits = estimate.bandwidth / 1000
        let trust = min(max((0.15 - averageLoss) / 0.1, 0), 1)
        let bias =
            trust
            * (Self.highBandwidthBias.linear * kilobits
                + Self.highBandwidthBias.logarithmic * NaturalLogarithm.of(1 + kilobits))
        var sum = 0.0
        for observation in observations {
            let probability = Self.lossProbability(estimate, rate: observation.rate)
            let lost = observation.lost * NaturalLogarithm.of(probability)
            let received = (observation.sent - observation.lost) * NaturalLogarithm.of(1 - probability)
            sum += observation.weight * (lost + received + bias * observation.sent)
        }
        return sum
    }

    /// One Newton step of the inherent loss towards the highest likelihood.
    private func improvedInherentLoss(for estimate: Estimate) -> Double {
        var first = 0.0
        var second = 0.0
        for observation in observations {
            let probability = Self.lossProbability(estimate, rate: observation.rate)
            let received = observation.sent - observation.lost
            // How far the inherent loss moves the whole one.
            let share = observation.rate > estimate.bandwidth ? estimate.bandwidth / observation.rate : 1
            first += observation.weight * share * (observation.lost / probability - received / (1 - probability))
            let curvature =
                observation.lost / (probability * probability) + received / ((1 - probability) * (1 - probability))
            second -= observation.weight * share * share * curvature
        }
        guard second < 0 else { return estimate.inherentLoss }
        let moved = estimate.inherentLoss - Self.newtonStep * first / second
        let upper = min(Self.inherentLossOffset + Self.inherentLossBalance / max(estimate.bandwidth, 1), 0.5)
        return min(max(moved, Self.minimumInherentLoss), upper)
    }
}
