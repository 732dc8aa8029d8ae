/// How fast the one-way delay grows: the slope of a straight line through the accumulated, smoothed delay of the last
/// groups (the successor of the Kalman filter of draft-ietf-rmcat-gcc-02 §5.3; parameters of webrtc.md §3.1).
struct TrendlineFilter: Sendable {
    /// Groups in the line.
    static let windowSize = 20
    /// Weight of the past in the smoothed delay.
    private static let smoothing = 0.9
    /// Makes slopes comparable with a threshold in milliseconds.
    private static let gain = 4.0
    /// Confidence grows with the number of groups, up to here.
    private static let maximumCount = 60

    private struct Point: Sendable {
        var time: Double
        var delay: Double
    }

    /// A ring; `count` of its places are in use, the newest before `head`.
    private var points = [Point](repeating: Point(time: 0, delay: 0), count: windowSize)
    private var head = 0
    private var count = 0
    private var origin: Double?
    private var accumulated = 0.0
    private var smoothed = 0.0
    private(set) var groupCount = 0
    /// Delay growth per time, without unit; zero until the window is full.
    private(set) var slope = 0.0

    mutating func add(_ step: ArrivalGroups.Step) {
        groupCount = min(groupCount + 1, 1000)
        accumulated += step.arrivalDelta - step.sendDelta
        smoothed = Self.smoothing * smoothed + (1 - Self.smoothing) * accumulated
        let origin = self.origin ?? step.arrivalTime
        self.origin = origin
        points[head] = Point(time: step.arrivalTime - origin, delay: smoothed)
        head = (head + 1) % Self.windowSize
        count = min(count + 1, Self.windowSize)
        if count == Self.windowSize, let fitted = fit() { slope = fitted }
    }

    /// The slope in the unit of the detector's threshold, milliseconds.
    var modifiedTrend: Double { Double(min(groupCount, Self.maximumCount)) * slope * Self.gain }

    /// Least squares; nil when all points have the same time.
    private func fit() -> Double? {
        var time = 0.0
        var delay = 0.0
        for point in points {
            time += point.time
            delay += point.delay
        }
        let meanTime = time / Double(count)
        let meanDelay = delay / Double(count)
        var numerator = 0.0
        var denominator = 0.0
        for point in points {
            numerator += (point.time - meanTime) * (point.delay - meanDelay)
            denominator += (point.time - meanTime) * (point.time - meanTime)
        }
        return denominator > 0 ? numerator / denominator : nil
    }
}
