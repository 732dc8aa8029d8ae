/// One train of packets at a given rate, to learn whether the path carries it.
struct Probe: Hashable, Sendable {
    /// From 1; 0 marks packets of no probe.
    var identifier: Int32
    /// Bit/s.
    var bitrate: Double
    /// The train is complete with this many bytes.
    var byteCount: Int

    /// How long a train lasts and how many packets it has at least (webrtc.md §3.1, "Probing").
    static let duration = 0.015
    static let minimumPacketCount = 5

    init(identifier: Int32, bitrate: Double) {
        self.identifier = identifier
        self.bitrate = bitrate
        byteCount = Int(bitrate / 8 * Self.duration)
    }
}

/// Decides when to probe, and how fast: at the start, while probes succeed, after the path got worse or better, and while the
/// application sends too little to show what the path carries (webrtc.md §3.1, "Probing").
struct ProbeController: Sendable {
    private static let startFactors = [3.0, 6.0]
    /// In a running call, which fills the path besides, faster ones follow only when this one succeeds.
    private static let restartFactors = [2.0]
    private static let furtherFactor = 2.0
    /// A probe that showed this share of what was tried is followed by a faster one.
    private static let furtherThreshold = 0.7
    private static let resultTimeout = Duration.seconds(1)
    private static let limitedInterval = Duration.seconds(5)
    /// A fall below this share of the estimate before is a change of the path, which may pass.
    private static let dropShare = 0.66
    /// After such a fall, probes at these distances: often enough to be back within seconds of the path's recovery.
    private static let recoveryInterval = Duration.milliseconds(2500)
    private static let recoveryHorizon = Duration.seconds(40)
    /// An estimate that has not grown for this long is tried once (str0m's "stagnation probe").
    private static let stagnationInterval = Duration.seconds(15)
    private static let stagnationGrowth = 1.1

    private var maximum: Double
    private var nextIdentifier: Int32 = 0
    private var hasStarted = false
    private var startFactors = Self.startFactors
    /// While results are awaited: the rate from which on a faster probe follows.
    private var furtherFrom: Double?
    private var lastProbe: Instant?
    /// Highest estimate of the last seconds, and the one that was lost by a fall.
    private var recentPeak = 0.0
    private var peakTime: Instant?
    private var lost: (bitrate: Double, since: Instant)?
    private var plateau: (bitrate: Double, since: Instant)?

    init(maximum: Double) { self.maximum = maximum }

    /// What begins anew on another path. Results of earlier probes may still come, and are not taken for those of this one's.
    func restarted() -> ProbeController {
        var fresh = ProbeController(maximum: maximum)
        fresh.nextIdentifier = nextIdentifier
        fresh.startFactors = Self.restartFactors
        return fresh
    }

    mutating func setMaximum(_ maximum: Double) { self.maximum = maximum }

    /// The first media is about to leave.
    mutating func start(_ bitrate: Double, at now: Instant) -> [Probe] {
        guard !hasStarted else { return [] }
        hasStarted = true
        return make(startFactors.map { $0 * bitrate }, at: now)
    }

    /// The estimate has changed by a probe's result: go on while that succeeds.
    mutating func probed(_ bitrate: Double, at now: Instant) -> [Probe] {
        guard let threshold = furtherFrom, bitrate > threshold, bitrate < maximum else { return [] }
        return make([bitrate * Self.furtherFactor], at: now)
    }

    /// Call some times a second.
    ///
    /// - Parameters:
    ///   - isClear: the delay shows no queue, and loss is low; otherwise a probe would only make it worse.
    ///   - limitedSince: since when the application has sent less than it may.
    ///   - outgrown: when more arrived than the path was believed to carry.
    mutating func process(
        _ estimate: Double, isClear: Bool, limitedSince: Instant?, outgrown: Instant? = nil, at now: Instant
    ) -> [Probe] {
        guard hasStarted else { return [] }
        if furtherFrom != nil, let lastProbe, now - lastProbe > Self.resultTimeout { furtherFrom = nil }
        noteLevel(estimate, at: now)
        guard isClear, furtherFrom == nil, estimate < maximum, let lastProbe else { return [] }
        if let limitedSince, now - max(limitedSince, lastProbe) >= Self.limitedInterval {
            return make([estimate * Self.furtherFactor], at: now)
        }
        if let lost, now - max(lost.since, lastProbe) >= Self.recoveryInterval {
            return make([min(estimate * Self.furtherFactor, lost.bitrate * 0.85)], at: now)
        }
        if let outgrown, outgrown > lastProbe, now - lastProbe >= Self.recoveryInterval {
            return make([estimate * Self.furtherFactor], at: now)
        }
        if let plateau, now - max(plateau.since, lastProbe) >= Self.stagnationInterval {
            self.plateau = nil
            return make([estimate * Self.furtherFactor], at: now)
        }
        return []
    }

    private mutating func noteLevel(_ estimate: Double, at now: Instant) {
        if estimate >= recentPeak || peakTime.map({ now - $0 > .seconds(5) }) ?? true {
            recentPeak = estimate
            peakTime = now
        }
        if estimate < recentPeak * Self.dropShare {
            lost = (max(recentPeak, lost?.bitrate ?? 0), now)
            recentPeak = estimate
            peakTime = now
        }
        if let lost, estimate > lost.bitrate * 0.8 || now - lost.since > Self.recoveryHorizon { self.lost = nil }
        if plateau.map({ estimate > $0.bitrate * Self.stagnationGrowth || estimate < $0.bitrate * 0.7 }) ?? true {
            plateau = (estimate, now)
        }
    }

    private mutating func make(_ bitrates: [Double], at now: Instant) -> [Probe] {
        var probes: [Probe] = []
        for bitrate in bitrates {
            nextIdentifier += 1
            probes.append(Probe(identifier: nextIdentifier, bitrate: min(bitrate, maximum)))
            if bitrate >= maximum { break }
        }
        lastProbe = now
        let fastest = probes.last?.bitrate ?? 0
        furtherFrom = fastest < maximum ? Self.furtherThreshold * fastest : nil
        return probes
    }
}
