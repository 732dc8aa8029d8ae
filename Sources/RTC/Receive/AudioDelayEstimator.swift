/// Learns from arrival times how long sound must be held back to be played without gaps (webrtc.md §3.4, after NetEq's
/// delay manager).
///
/// A packet's relative delay is how much later it came than the fastest packet of the last two seconds would have.
/// The target is the 95th percentile of the worst relative delay in each half second, or what makes packets worth waiting
/// for that come late for another reason, whichever is more: because they were overtaken, or because they were lost and
/// only a later packet has a copy of them. Peaks that come again and again raise it further.
struct AudioDelayEstimator: Sendable {
    /// How a packet has come.
    enum Coming { case inOrder, overtaken, repaired }

    /// Before anything is known.
    static let startDelay: Int64 = 60_000
    static let quantile = 0.95
    private static let windowBucketCount = 8
    private static let windowBucketSpan: Int64 = 250_000
    private static let resampleInterval: Int64 = 500_000
    /// Relative delays beyond this are jumps of the media clock, not of the network.
    private static let maximumRelativeDelay: Int64 = 2_000_000
    /// One per cent of loss is worth 20 ms of delay.
    private static let lossCost = 20_000.0
    /// Enough where it is calm, which is finer than the histogram's buckets.
    static let calmDelay: Int64 = 5_000
    /// Relative delays up to this are calm: a computer's own, and a wire's.
    private static let ripple: Int64 = 3_000
    /// Calm lasts a while before it counts: half seconds. It ends at once.
    private static let intervalsOfCalm = 6

    private var underrun = DelayHistogram(forgetFactor: 0.983, startWeight: 2)
    /// Of every packet, 0 for one that came in order. A memory of some ten seconds, as loss comes and goes.
    private var lateness = DelayHistogram(forgetFactor: 0.998)
    private var hasLateness = false
    private var peaks = DelayPeaks()
    private var lastArrival: Int64 = 0
    /// Least transit in each quarter of a second, a ring.
    private var minima = [Int64](repeating: .max, count: windowBucketCount)
    private var currentBucket: Int64?
    private var intervalStart: Int64?
    private var intervalMaximum: Int64 = 0
    /// Intervals since something was late.
    private var calmIntervals = 0

    /// Least difference between arrival and media time in the window, microseconds; nil before the first packet.
    private(set) var minimumTransit: Int64?

    /// - Parameters:
    ///   - mediaTime: the packet's timestamp in microseconds.
    ///   - coming: the time of a packet that was overtaken or repaired is paid for by itself: letting all others wait for
    ///     each of them would cost too much.
    mutating func record(mediaTime: Int64, arrival: Int64, _ coming: Coming) {
        let transit = arrival &- mediaTime
        if let minimumTransit, abs(transit &- minimumTransit) > Self.maximumRelativeDelay { forgetTransit() }
        if coming != .repaired { updateMinimum(transit, arrival: arrival) }
        let relative = transit &- (minimumTransit ?? transit)
        if relative > Self.ripple || coming != .inOrder { calmIntervals = 0 }
        if coming != .inOrder { hasLateness = true }
        if hasLateness { lateness.add(coming == .inOrder ? 0 : relative) }
        guard coming == .inOrder else { return }
        lastArrival = arrival
        intervalMaximum = max(intervalMaximum, relative)
        peaks.record(delay: relative, arrival: arrival, target: steadyTarget)
        guard let start = intervalStart else {
            intervalStart = arrival
            return
        }
        if arrival &- start >= Self.resampleInterval {
            underrun.add(intervalMaximum)
            calmIntervals += 1
            intervalStart = arrival
            intervalMaximum = 0
        }
    }

    /// Whether packets come as evenly as they were sent, and that for some seconds.
    var isCalm: Bool { calmIntervals >= Self.intervalsOfCalm && steadyTarget <= Self.calmDelay }

    /// Microseconds that playout should lie behind the fastest packet.
    var target: Int64 { max(steadyTarget, peaks.height(at: lastArrival)) }

    private var steadyTarget: Int64 {
        let base = underrun.isEmpty ? Self.startDelay : quantile
        guard hasLateness else { return base }
        let optimum = lateness.optimum(lossCost: Self.lossCost)
        return max(base, optimum > 0 ? optimum + 2 * DelayHistogram.bucketWidth : 0)
    }

    private var quantile: Int64 {
        let value = underrun.quantile(Self.quantile)
        let isFine = calmIntervals >= Self.intervalsOfCalm && value <= DelayHistogram.bucketWidth
        return isFine ? Self.calmDelay : value
    }

    /// How far behind the fastest packet playing this media time at `now` would be, microseconds.
    func playoutDelay(mediaTime: Int64, at now: Int64) -> Int64? {
        minimumTransit.map { now &- mediaTime &- $0 }
    }

    /// A new source: its clock has nothing to do with the old one's. What is known of the path stays.
    mutating func forgetTransit() {
        for index in minima.indices { minima[index] = .max }
        currentBucket = nil
        minimumTransit = nil
        intervalStart = nil
        intervalMaximum = 0
    }

    private mutating func updateMinimum(_ transit: Int64, arrival: Int64) {
        let bucket = arrival / Self.windowBucketSpan
        if let current = currentBucket, bucket > current {
            // Buckets in which nothing came are empty; a pause longer than the window empties all but the least known.
            if bucket - current >= Int64(Self.windowBucketCount) {
                for index in minima.indices { minima[index] = .max }
            } else {
                for passed in (current + 1)...bucket { minima[Self.position(passed)] = .max }
            }
            currentBucket = bucket
        } else if currentBucket == nil {
            currentBucket = bucket
        }
        let position = Self.position(max(bucket, currentBucket ?? bucket))
        minima[position] = min(minima[position], transit)
        var least = Int64.max
        for minimum in minima { least = min(least, minimum) }
        minimumTransit = least
    }

    private static func position(_ bucket: Int64) -> Int {
        let rest = Int(bucket % Int64(windowBucketCount))
        return rest < 0 ? rest + windowBucketCount : rest
    }
}
