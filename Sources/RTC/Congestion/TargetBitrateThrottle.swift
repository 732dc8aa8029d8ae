/// Spares encoders small and frequent changes: a rise is told at most five times a second and from some per cent on, a
/// fall at once.
struct TargetBitrateThrottle: Sendable {
    static let interval = Duration.milliseconds(200)
    private static let riseShare = 0.03
    private static let fallShare = 0.03

    private var told: (bitrate: Int, time: Instant)?

    /// True when the new target, bit/s, should be told; it then counts as told.
    ///
    /// - Parameter isForced: however small the change and however short the time.
    mutating func shouldTell(_ bitrate: Int, isForced: Bool = false, at now: Instant) -> Bool {
        guard let last = told else {
            told = (bitrate, now)
            return true
        }
        let change = Double(bitrate - last.bitrate) / Double(max(last.bitrate, 1))
        let tells =
            isForced || change <= -Self.fallShare
            || (change >= Self.riseShare && now - last.time >= Self.interval)
        if tells { told = (bitrate, now) }
        return tells
    }
}
