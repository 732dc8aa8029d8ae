/// How much sound a device is given in advance: as little as it plays, or records, without gaps. It starts low, grows
/// when gaps come again (at once where it is very low), and comes down a step after some minutes without one; what was tried in vain is tried again
/// more and more rarely, because each trial can be heard.
struct DeviceLatency: Sendable {
    /// ms
    static let steps = [10, 15, 20, 30, 40, 60, 90, 130, 200]
    private static let first = 1
    /// Below this a gap is no accident: there is next to nothing in reserve, ms.
    private static let common = 20
    /// Gaps right after a beginning or a change come from that, microseconds.
    private static let settling: Int64 = 500_000
    /// A gap alone is an accident, of which no latency would help; two within this are none, microseconds.
    private static let recurrence: Int64 = 30_000_000
    private static let calm: Int64 = 120_000_000
    private static let longestCalm: Int64 = 3_600_000_000
    /// A step down that lasted so long was right.
    private static let proof: Int64 = 600_000_000

    private var step = first
    /// Nothing that happens before this is the latency's fault.
    private var settledAt: Int64 = 0
    private var lastTrouble: Int64 = 0
    /// One that the latency did not grow for.
    private var lastGap: Int64?
    /// Without gaps for so long, the next lower step is tried.
    private var patience = calm
    private var lastShrinking: Int64?

    /// What the server is to be asked for now, ms.
    var milliseconds: Int { Self.steps[step] }

    /// The stream begins, anew, or goes to another device: that one has its own habits.
    ///
    /// - Parameters:
    ///   - now: microseconds, as in all of these.
    ///   - isOther: whether it is another device; else what was learnt stays.
    mutating func begin(at now: Int64, isOther: Bool) {
        if isOther { self = DeviceLatency() }
        settle(at: now)
        lastTrouble = now
    }

    /// Something is done to the stream that makes a gap by itself.
    mutating func settle(at now: Int64) { settledAt = now + Self.settling }

    /// The device ran dry, or over.
    ///
    /// - Returns: whether the latency is another one now.
    mutating func recordGap(at now: Int64) -> Bool {
        guard now >= settledAt else { return false }
        lastTrouble = now
        var isRepeated = milliseconds < Self.common || lastGap.map { now - $0 < Self.recurrence } ?? false
        if let lastShrinking, now - lastShrinking < Self.proof {
            patience = min(patience * 2, Self.longestCalm)
            isRepeated = true
        }
        lastShrinking = nil
        lastGap = isRepeated ? nil : now
        guard isRepeated, step < Self.steps.count - 1 else { return false }
        step += 1
        settle(at: now)
        return true
    }

    /// Looks whether it may come down. Now and then, as it suits.
    ///
    /// - Returns: whether the latency is another one now.
    mutating func update(at now: Int64) -> Bool {
        guard step > 0, now - lastTrouble >= patience else { return false }
        step -= 1
        lastTrouble = now
        lastShrinking = now
        settle(at: now)
        return true
    }
}
