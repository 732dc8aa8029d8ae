/// What the delay says of the path.
enum PathUsage: Hashable, Sendable {
    case normal
    /// A queue grows: more is sent than the bottleneck carries.
    case overusing
    /// A queue empties.
    case underusing
}

/// Compares the delay's trend with a threshold that adapts itself (draft-ietf-rmcat-gcc-02 §5.4).
///
/// A fixed threshold starves beside TCP, whose queue swings more than ours may, and gives latecomers too much
/// (Carlucci et al., MMSys 2016, §4.2).
struct OveruseDetector: Sendable {
    /// Milliseconds.
    static let initialThreshold = 12.5
    private static let thresholdRange = 6.0...600.0
    /// A trend this far over the threshold is a spike that must not move it.
    private static let maximumAdaptOffset = 15.0
    /// A millisecond: how fast the threshold follows a larger and a smaller trend (webrtc.md §3.1).
    private static let gainUp = 0.0087
    private static let gainDown = 0.039
    /// Downwards beside a flow that fills the queue, in waves that last seconds (draft §5.4 "K_d").
    private static let competingGainDown = 0.00018
    /// Overuse must last longer than this, milliseconds.
    private static let overuseTime = 10.0
    private static let maximumTimeStep = 100.0

    private(set) var usage = PathUsage.normal
    /// Beside a flow that fills the queue whatever we do, the threshold must not come down between its waves.
    var isCompeting = false
    private(set) var threshold = initialThreshold
    private var timeOverUsing: Double?
    private var overuseCount = 0
    private var lastTrend = 0.0
    private var lastUpdate: Double?

    /// - Parameters:
    ///   - trend: `TrendlineFilter.modifiedTrend`.
    ///   - sendDelta: time between the last two groups, milliseconds.
    ///   - arrivalTime: of the newest group, milliseconds.
    mutating func update(trend: Double, slope: Double, sendDelta: Double, arrivalTime: Double) {
        if trend > threshold {
            // The first group began to overuse somewhere since the one before.
            let time = (timeOverUsing ?? -sendDelta / 2) + sendDelta
            timeOverUsing = time
            overuseCount += 1
            if time > Self.overuseTime, overuseCount > 1, slope >= lastTrend {
                timeOverUsing = 0
                overuseCount = 0
                usage = .overusing
            }
        } else {
            timeOverUsing = nil
            overuseCount = 0
            usage = trend < -threshold ? .underusing : .normal
        }
        lastTrend = slope
        adapt(to: abs(trend), at: arrivalTime)
    }

    private mutating func adapt(to trend: Double, at time: Double) {
        let elapsed = min(max(time - (lastUpdate ?? time), 0), Self.maximumTimeStep)
        lastUpdate = time
        guard trend <= threshold + Self.maximumAdaptOffset else { return }
        let gain = trend >= threshold ? Self.gainUp : isCompeting ? Self.competingGainDown : Self.gainDown
        let moved = threshold + gain * (trend - threshold) * elapsed
        threshold = min(max(moved, Self.thresholdRange.lowerBound), Self.thresholdRange.upperBound)
    }
}
