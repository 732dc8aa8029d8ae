/// What is missing of a video stream, and when to ask for it again (RFC 4585; numbers of webrtc.md §3.3).
struct NACKRegister: Sendable {
    enum Outcome: Hashable, Sendable {
        case new, recovered, duplicateOrLate
        /// Too much is missing to be asked for: only a key frame helps. The register is empty again.
        case overflow
    }

    static let maximumEntryCount = 1000
    /// More missed while nothing at all came is answered by a key frame sooner than by retransmissions.
    private static let maximumGapAfterOutage: Int64 = 8
    static let maximumAge: Int64 = 10_000
    static let maximumRetries = 100
    /// Between two requests for one packet while the round-trip time is unknown.
    static let defaultInterval = Duration.milliseconds(100)
    private static let minimumInterval = Duration.milliseconds(10)
    private static let maximumReorderWait = Duration.milliseconds(30)
    /// Senders keep what they sent for a second, or three round trips: what is missing longer is not to be had.
    private static let shortestPatience = Duration.seconds(1)

    private struct Entry: Sendable {
        var sequenceNumber: Int64
        var missingSince: Instant
        var due: Instant
        var tries = 0
    }

    /// In order of sequence numbers.
    private var entries: [Entry] = []
    private var newest: Int64?
    /// How late packets come that were only overtaken: the first request waits that long.
    private var reorderWait = Duration.zero
    /// When `due` next has something; may be early, never late.
    private(set) var nextTimeout: Instant?
    /// Packets that were asked for in vain and given up.
    private(set) var abandonedCount: Int64 = 0

    var missingCount: Int { entries.count }

    mutating func record(_ number: Int64, isRetransmission: Bool, afterOutage: Bool, at now: Instant) -> Outcome {
        guard let newest else {
            self.newest = number
            return .new
        }
        guard number > newest else { return fill(number, isRetransmission: isRetransmission, at: now) }
        self.newest = number
        let missing = number - newest - 1
        guard missing > 0 else { return .new }
        let limit = afterOutage ? Self.maximumGapAfterOutage : Int64(Self.maximumEntryCount)
        guard missing + Int64(entries.count) <= limit else {
            removeAll()
            return .overflow
        }
        let due = now + reorderWait
        for gap in (newest + 1)..<number {
            entries.append(Entry(sequenceNumber: gap, missingSince: now, due: due))
        }
        nextTimeout = earliest(nextTimeout, due)
        abandon(olderThan: number - Self.maximumAge)
        return .new
    }

    /// The numbers to ask for now, each at most once a round trip.
    mutating func due(at now: Instant, roundTripTime: Duration?) -> [Int64] {
        guard let nextTimeout, nextTimeout <= now else { return [] }
        let interval = roundTripTime.map { max($0 * 5 / 4, Self.minimumInterval) } ?? Self.defaultInterval
        let patience = max(Self.shortestPatience, (roundTripTime ?? .zero) * 3)
        let before = entries.count
        entries.removeAll { $0.due <= now && ($0.tries >= Self.maximumRetries || now - $0.missingSince > patience) }
        abandonedCount += Int64(before - entries.count)
        var numbers: [Int64] = []
        var next: Instant?
        for index in entries.indices {
            if entries[index].due <= now {
                entries[index].tries += 1
                entries[index].due = now + interval
                numbers.append(entries[index].sequenceNumber)
            }
            next = earliest(next, entries[index].due)
        }
        self.nextTimeout = next
        return numbers
    }

    /// Nothing up to here is wanted any more: its frame is shown, or a key frame made it needless.
    mutating func removeAll(through number: Int64) {
        let kept = entries.firstIndex { $0.sequenceNumber > number } ?? entries.count
        guard kept > 0 else { return }
        entries.removeFirst(kept)
        if entries.isEmpty { nextTimeout = nil }
    }

    /// Forgets what is missing, not what came.
    mutating func removeAll() {
        entries.removeAll(keepingCapacity: true)
        nextTimeout = nil
    }

    private mutating func fill(_ number: Int64, isRetransmission: Bool, at now: Instant) -> Outcome {
        guard let index = position(of: number) else { return .duplicateOrLate }
        let entry = entries.remove(at: index)
        if entries.isEmpty { nextTimeout = nil }
        if !isRetransmission {
            // It was overtaken, not lost: next time, wait about that long before asking.
            let late = min(now - entry.missingSince, Self.maximumReorderWait)
            reorderWait = max(late, reorderWait * 7 / 8)
        }
        return .recovered
    }

    private mutating func abandon(olderThan number: Int64) {
        guard let oldest = entries.first, oldest.sequenceNumber < number else { return }
        let before = entries.count
        entries.removeAll { $0.sequenceNumber < number }
        abandonedCount += Int64(before - entries.count)
    }

    private func position(of number: Int64) -> Int? {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].sequenceNumber < number { low = middle + 1 } else { high = middle }
        }
        return low < entries.count && entries[low].sequenceNumber == number ? low : nil
    }
}
