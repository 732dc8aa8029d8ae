/// How much delay there is to spare, and when to change it. A speaker may ask for sound unevenly: one that wants 50 ms at
/// a time plays packets that waited long, and others that were only just there. What none of the packets of a while was
/// without could be done without.
struct PlayoutReserve: Sendable {
    /// From one change to the next at least: the one before has to show.
    private static let interval = Duration.milliseconds(50)
    /// Long enough for the bursts of any speaker.
    private static let window = Duration.milliseconds(300)
    /// Windows that make a calm: what is to spare in all of them is so by more than chance.
    private static let calmWindows = 6
    private static let longestPatience = 4000
    /// What is so far beyond the limit is beyond it whatever the bursts, microseconds.
    private static let certainty = 30_000.0

    /// The least delay since `start`, behind the fastest packet; microseconds.
    private var least = Double.infinity
    private var start: Instant?
    /// The same over the windows since the last change.
    private var leastOfCalm = Double.infinity
    private var windows = 0
    /// Windows from one shortening in a calm to the next. What was tried in vain is tried again more and
    /// more rarely.
    private var patience = calmWindows
    private var isTrial = false
    /// What the speaker wanted at a time, at most, since `start` and over the windows; microseconds. Where packets are
    /// asked for is a lattice of that width: taking a little away may make what is to spare leap by so much.
    private var piece = 0.0

    /// - Parameter delay: of a packet that is decoded now, behind the fastest one, microseconds.
    mutating func record(delay: Double, at now: Instant) {
        if start == nil { start = now }
        least = min(least, delay)
    }

    /// - Parameter wanted: samples that the speaker wants at this moment, at 48 kHz.
    mutating func record(wanted: Int) { piece = max(piece, Double(wanted) * 1000 / 48) }

    /// Whether to shorten, or to lengthen, the packet that is decoded now.
    ///
    /// - Parameters:
    ///   - limits: of what there should be to spare, microseconds.
    ///   - calm: more than this beyond the lower limit is too much where it is calm, microseconds; nil where it is not.
    ///   - hurry: with more, every packet is shortened.
    mutating func stretch(
        _ limits: ClosedRange<Double>, calm: Double?, hurry: Double, at now: Instant
    ) -> AudioDecision.Stretch {
        guard let start, least.isFinite else { return .none }
        let elapsed = now - start
        if least > hurry { return shorten(by: least - limits.lowerBound, at: now) }
        guard elapsed >= Self.interval else { return .none }
        if least < limits.lowerBound {
            if isTrial { patience = min(patience * 8, Self.longestPatience) }
            isTrial = false
            return change(.decelerate, at: now)
        }
        if least > limits.upperBound + Self.certainty { return shorten(by: least - limits.lowerBound, at: now) }
        guard elapsed >= Self.window else { return .none }
        if least > limits.upperBound { return shorten(by: least - limits.lowerBound, at: now) }
        leastOfCalm = min(leastOfCalm, least)
        windows += 1
        begin(at: now)
        guard windows >= patience else { return .none }
        let (spare, step) = (leastOfCalm - limits.lowerBound, max(piece, 1))
        (leastOfCalm, windows, piece) = (.infinity, 0, 0)
        guard let calm, spare > max(calm, step) else { return .none }
        isTrial = true
        // Whole steps: what is to spare leaps by no more.
        return shorten(by: (spare / step).rounded(.down) * step, at: now)
    }

    /// The delay becomes another one at once.
    mutating func forget() { self = PlayoutReserve() }

    private mutating func shorten(by microseconds: Double, at now: Instant) -> AudioDecision.Stretch {
        change(.accelerate(atMost: Int(min(microseconds, 1_000_000) * 48 / 1000)), at: now)
    }

    private mutating func change(_ decision: AudioDecision.Stretch, at now: Instant) -> AudioDecision.Stretch {
        (leastOfCalm, windows, piece) = (.infinity, 0, 0)
        begin(at: now)
        return decision
    }

    private mutating func begin(at now: Instant) {
        least = .infinity
        start = now
    }
}
