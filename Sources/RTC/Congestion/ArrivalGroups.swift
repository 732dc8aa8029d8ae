/// Sums packets up into groups and gives how much longer each group took on its way than the one before it
/// (draft-ietf-rmcat-gcc-02 §5.2; Carlucci et al., MMSys 2016, §4.1).
///
/// A single packet says little: a picture leaves as a train of packets whose distances are the pacer's doing. What
/// counts is whether one train needs longer than the last.
struct ArrivalGroups: Sendable {
    /// The step from one complete group to the next, milliseconds.
    struct Step: Hashable, Sendable {
        var sendDelta: Double
        var arrivalDelta: Double
        /// When the newer group was complete, milliseconds by the far side's clock.
        var arrivalTime: Double
    }

    /// Packets sent within this belong together (draft §5.2 "burst_time").
    static let sendSpan = Duration.milliseconds(5)
    /// Packets that arrive this close although sent further apart have waited together in a queue (draft §5.2).
    private static let burstArrivalSpan: Int64 = 5_000
    /// A burst never grows longer than this, microseconds.
    private static let maximumBurst: Int64 = 100_000
    /// A jump of the far side's clock against ours beyond this starts anew, microseconds.
    private static let maximumClockJump: Int64 = 3_000_000
    /// So many groups in a row out of order mean that the far side's clock was set back.
    private static let maximumReorderedCount = 3

    private struct Group: Sendable {
        var firstSent: Instant
        var lastSent: Instant
        var firstArrival: Int64
        var lastArrival: Int64
        var feedback: Instant
    }

    private var current: Group?
    private var previous: Group?
    private var reorderedCount = 0

    /// Takes one packet that arrived; gives a step when it begins a new group and two complete ones lie behind it.
    ///
    /// - Parameters:
    ///   - arrival: microseconds by the far side's clock.
    ///   - now: when its feedback came.
    mutating func add(sent: Instant, arrival: Int64, at now: Instant) -> Step? {
        guard let group = current else {
            current = Group(firstSent: sent, lastSent: sent, firstArrival: arrival, lastArrival: arrival, feedback: now)
            return nil
        }
        // Overtaken on its way: its group is closed.
        guard sent >= group.firstSent else { return nil }
        if belongs(sent: sent, arrival: arrival, to: group) {
            current?.lastSent = max(group.lastSent, sent)
            current?.lastArrival = max(group.lastArrival, arrival)
            current?.feedback = now
            return nil
        }
        let step = previous.flatMap { close(group, after: $0) }
        // `close` may have dropped everything because of a jump of the clock.
        previous = reorderedCount == 0 ? group : previous
        current = Group(firstSent: sent, lastSent: sent, firstArrival: arrival, lastArrival: arrival, feedback: now)
        return step
    }

    private func belongs(sent: Instant, arrival: Int64, to group: Group) -> Bool {
        if sent - group.firstSent <= Self.sendSpan { return true }
        let arrivalDelta = arrival - group.lastArrival
        let propagationDelta = arrivalDelta - (sent - group.lastSent).wholeMicroseconds
        return propagationDelta < 0 && arrivalDelta <= Self.burstArrivalSpan
            && arrival - group.firstArrival < Self.maximumBurst
    }

    private mutating func close(_ group: Group, after previous: Group) -> Step? {
        let arrivalDelta = group.lastArrival - previous.lastArrival
        let feedbackDelta = (group.feedback - previous.feedback).wholeMicroseconds
        guard abs(arrivalDelta - feedbackDelta) < Self.maximumClockJump else {
            reset()
            return nil
        }
        guard arrivalDelta >= 0 else {
            reorderedCount += 1
            if reorderedCount >= Self.maximumReorderedCount { reset() }
            return nil
        }
        reorderedCount = 0
        return Step(
            sendDelta: (group.lastSent - previous.lastSent).inMilliseconds, arrivalDelta: Double(arrivalDelta) / 1000,
            arrivalTime: Double(group.lastArrival) / 1000)
    }

    private mutating func reset() {
        current = nil
        previous = nil
        reorderedCount = 0
    }
}
