/// Finds out that a microphone has lost sound, of which no sound server tells: against the clock its samples stay behind
/// for good. They come late for other reasons too, but not all of them for a whole second.
struct CaptureGaps: Sendable {
    private static let window: Int64 = 1_000_000
    /// More than clocks go astray in a second, less than a device loses at a time; microseconds.
    private static let tolerance: Int64 = 8_000

    private var samples: Int64 = 0
    private var windowStart: Int64?
    /// How far the samples are behind the clock at least, in this window and in the one before; microseconds.
    private var least = Int64.max
    private var leastBefore: Int64?

    /// The stream begins anew.
    mutating func begin() { self = CaptureGaps() }

    /// Notes samples that have come now.
    ///
    /// - Returns: whether some before them were lost.
    mutating func record(count: Int, at now: Int64) -> Bool {
        samples += Int64(count)
        least = min(least, now - samples * 125 / 6)
        guard let start = windowStart else {
            windowStart = now
            return false
        }
        guard now - start >= Self.window else { return false }
        defer {
            (leastBefore, least) = (least, .max)
            windowStart = now
        }
        return leastBefore.map { least - $0 > Self.tolerance } ?? false
    }
}
