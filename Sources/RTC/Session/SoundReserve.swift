import Wire

/// What of the estimate is kept free for sound. Streams name the most that it may take; an encoder with a variable bitrate
/// takes less of that most of the time, and what nobody uses is missing in the picture.
struct SoundReserve: Sendable {
    /// Over what was measured, for the next louder moment.
    private static let margin = 1.15
    /// Of the most that it may take, however quiet it was: who begins to speak is heard at once.
    private static let leastShare = 0.5
    /// A louder moment is remembered for about as long, seconds.
    private static let memory = 5.0

    private var rate = RateMeter()
    private var since: Instant?
    private var peak = 0.0
    private var updated = Instant.zero

    /// A packet of sound leaves.
    mutating func add(byteCount: Int, at now: Instant) {
        if since == nil { (since, updated) = (now, now) }
        rate.add(byteCount, at: now)
    }

    /// Takes and gives bit/s, of which the first is the most that sound may need. All of that until it was heard for a
    /// second.
    mutating func bitrate(atMost maximum: Int, at now: Instant) -> Int {
        guard let since, now - since >= .seconds(1) else { return maximum }
        let measured = Double(rate.bitrate(at: now))
        let forgotten = min((now - updated).inSeconds / Self.memory, 1)
        peak = max(measured, peak - (peak - measured) * forgotten)
        updated = now
        return min(maximum, Int(max(peak * Self.margin, Double(maximum) * Self.leastShare)))
    }
}
