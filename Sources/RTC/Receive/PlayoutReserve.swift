/// How much delay there is to spare, and when to change it. A speaker may ask for sound unevenly: one that wants 50 ms at
/// a time plays packets that waited long, and others that were only just there. What none of the packets of a while was
/// without could be done without.
struct PlayoutReserve: Sendable {
    /// From one change to the next at least: the one before has to show.
    private static let interval = Duration.milliseconds(50)
    /// Long enough for the bursts of any speaker.
    private static let window = Duration.milliseconds(300)
    /// What is so far beyond the limit is beyond it whatever the bursts, microseconds.
    private static let certainty = 30_000.0

    /// The least delay since `start`, behind the fastest packet; microseconds.
    private var least = Double.infinity
    private var start: Instant?

    /// - Parameter delay: of a packet that is decoded now, behind the fastest one, microseconds.
    mutating func record(delay: Double, at now: Instant) {
        if start == nil { start = now }
        least = min(least, delay)
    }

    /// Whether to shorten, or to lengthen, the packet that is decoded now.
    ///
    /// - Parameters:
    ///   - limits: of what there should be to spare, microseconds.
    ///   - hurry: with more, every packet is shortened.
    mutating func stretch(
        _ limits: ClosedRange<Double>, hurry: Double, at now: Instant
    ) -> AudioDecision.Stretch {
        guard let start, least.isFinite else { return .none }
        let elapsed = now - start
        if least > hurry { return restart(.accelerate, at: now) }
        guard elapsed >= Self.interval else { return .none }
        if least < limits.lowerBound { return restart(.decelerate, at: now) }
        if least > limits.upperBound + Self.certainty { return restart(.accelerate, at: now) }
        guard elapsed >= Self.window else { return .none }
        return restart(least > limits.upperBound ? .accelerate : .none, at: now)
    }

    /// The delay becomes another one at once.
    mutating func forget() { self = PlayoutReserve() }

    private mutating func restart(_ decision: AudioDecision.Stretch, at now: Instant) -> AudioDecision.Stretch {
        least = .infinity
        start = now
        return decision
    }
}
