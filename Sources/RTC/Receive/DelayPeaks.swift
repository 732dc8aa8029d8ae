/// Delays that stick out and come again: a wireless card that looks for other networks, another program's backups. Seen
/// twice in a short time, they will come a third time, and sound is held back for them, where a histogram would still
/// take them for rare (the idea is that of NetEq's former `delay_peak_detector.cc`).
struct DelayPeaks: Sendable {
    /// Higher than the target by this, or twice as high, sticks out, microseconds.
    private static let prominence: Int64 = 80_000
    /// Packets that a stall held back arrive together: they are one peak.
    private static let separation: Int64 = 500_000
    /// Rarer ones are left to concealment.
    private static let longestPeriod: Int64 = 15_000_000
    /// Nobody wants to wait longer than this for something that happens a few times a minute.
    private static let greatestHeight: Int64 = 300_000

    private var last: (time: Int64, height: Int64)?
    private var previousHeight: Int64 = 0
    private var period: Int64 = 0
    /// Until when the peaks count, by arrival times.
    private var end: Int64 = 0

    /// - Parameters: microseconds; `target` without regard to peaks.
    mutating func record(delay: Int64, arrival: Int64, target: Int64) {
        guard delay > min(target + Self.prominence, max(target * 2, Self.prominence)) else { return }
        let height = min(delay, Self.greatestHeight)
        guard let known = last else {
            last = (arrival, height)
            return
        }
        if arrival &- known.time < Self.separation {
            last = (arrival, max(known.height, height))
        } else {
            period = arrival &- known.time
            previousHeight = period <= Self.longestPeriod ? known.height : 0
            last = (arrival, height)
        }
        if previousHeight > 0 { end = arrival &+ 2 * period }
    }

    /// What to hold sound back for, microseconds; 0 for no peaks.
    func height(at arrival: Int64) -> Int64 {
        guard previousHeight > 0, arrival < end, let last else { return 0 }
        return max(previousHeight, last.height)
    }
}
