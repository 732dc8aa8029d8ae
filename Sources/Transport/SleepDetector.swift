import RTC

/// Notices that the host has slept, from the time that one clock counts and the other does not. A transport with a
/// connection wakes up many times a second anyway: no timer, and nobody else, is needed for it.
struct SleepDetector {
    /// The two clocks are not read in the same moment; nobody closes a lid for less.
    private static let shortest = Duration.milliseconds(500)

    private var timeAsleep: Duration

    init(timeAsleep: Duration) { self.timeAsleep = timeAsleep }

    /// Whether the host has slept since the last time.
    mutating func hasSlept(_ now: Duration) -> Bool {
        defer { timeAsleep = now }
        return now - timeAsleep >= Self.shortest
    }
}
