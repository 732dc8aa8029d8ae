/// How much may be on its way without an answer. What is beyond only makes a queue longer that nobody has told of yet: when
/// a path gets narrow both ways at once, the answers stand in the other direction's queue, or are lost there, for most of a
/// second.
///
/// The window is what the estimate allows in the time that an answer takes, with room for two that are late or lost. While
/// it is full, nothing but sound leaves.
struct FlightWindow: Sendable {
    /// Of a new measurement in the means.
    private static let weight = 0.125
    /// One answer that is late by more than this counts as late by this.
    private static let maximumStep = 0.1
    private static let intervalRange = 0.05...0.25
    /// Answers that may be missing.
    private static let missingAnswers = 2.0
    /// A key frame leaves faster than the estimate, bytes.
    private static let burst = 12_000.0

    /// From sending to an answer, seconds, smoothed; nil before the first.
    private var delay: Double?
    /// Between two answers, seconds, smoothed.
    private var interval = 0.1
    private var lastAnswer: Instant?

    private(set) var isFull = false

    /// Takes an answer.
    ///
    /// - Parameter newest: when the newest packet that it speaks of was sent.
    mutating func receive(newest: Instant, at now: Instant) {
        let measured = (now - newest).inSeconds
        let mean = delay ?? measured
        delay = mean + Self.weight * (min(measured, mean + Self.maximumStep) - mean)
        if let lastAnswer {
            let passed = min(max((now - lastAnswer).inSeconds, Self.intervalRange.lowerBound), interval * 2)
            interval += Self.weight * (min(passed, Self.intervalRange.upperBound) - interval)
        }
        lastAnswer = now
    }

    /// True when `isFull` has changed.
    ///
    /// - Parameters:
    ///   - outstanding: bytes sent after the newest packet that was answered.
    ///   - estimate: bit/s.
    mutating func update(outstanding: Int, estimate: Double) -> Bool {
        guard let delay else { return false }
        let spare = isFull ? 0 : interval * Self.missingAnswers
        let limit = estimate / 8 * (delay + interval + spare) + Self.burst
        let wasFull = isFull
        isFull = Double(outstanding) > limit
        return isFull != wasFull
    }
}
