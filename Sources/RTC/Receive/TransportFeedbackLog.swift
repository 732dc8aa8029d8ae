import Wire

/// Arrival times by transport-wide number, for the feedback that the far side's bandwidth estimation lives on.
struct TransportFeedbackLog: Sendable {
    private static let interval = Duration.milliseconds(100)

    private var unwrapper = SequenceUnwrapper()
    private var arrivals: [Int64: Instant] = [:]
    private var nextBase: Int64?
    private var feedbackCount: UInt8 = 0
    private(set) var nextTime: Instant?
    private(set) var mediaSSRC: UInt32 = 0

    mutating func received(_ number: UInt16, ssrc: UInt32, at now: Instant) {
        let unwrapped = unwrapper.unwrap(number)
        // A packet from before the last feedback reopens it: the far side takes the later word.
        if let nextBase, unwrapped < nextBase {
            guard nextBase - unwrapped < 500 else { return }
            self.nextBase = unwrapped
        }
        if arrivals.count < TransportFeedback.packetCap * 2 { arrivals[unwrapped] = now }
        mediaSSRC = ssrc
        if nextTime == nil { nextTime = now + Self.interval }
    }

    /// What is due; nil when nothing is.
    mutating func takeFeedback(sender: UInt32, at now: Instant) -> TransportFeedback? {
        guard let nextTime, nextTime <= now, let lowest = arrivals.keys.min(), let highest = arrivals.keys.max() else {
            return nil
        }
        let base = max(nextBase ?? lowest, highest - Int64(TransportFeedback.packetCap) + 1)
        let start = min(base, lowest)
        let first = max(start, highest - Int64(TransportFeedback.packetCap) + 1)
        let arrivals = arrivals
        guard let earliestArrival = (first...highest).lazy.compactMap({ arrivals[$0] }).first else { return nil }
        let reference = earliestArrival.microseconds / 64_000
        var clock = reference * 64_000
        var deltas: [Int16?] = []
        for number in first...highest {
            guard let arrival = arrivals[number] else {
                deltas.append(nil)
                continue
            }
            let delta = Int16(clamping: (arrival.microseconds - clock) / 250)
            deltas.append(delta)
            clock += Int64(delta) * 250
        }
        defer { feedbackCount &+= 1 }
        self.arrivals.removeAll(keepingCapacity: true)
        nextBase = highest + 1
        self.nextTime = nil
        return TransportFeedback(
            sender: sender, media: mediaSSRC, baseSequence: UInt16(truncatingIfNeeded: first),
            referenceTime: UInt32(truncatingIfNeeded: reference) & 0xFF_FFFF, feedbackCount: feedbackCount,
            deltas: deltas)
    }
}
