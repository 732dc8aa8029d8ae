/// Which packets are missing, and when to ask for them again (RFC 4585).
struct NACKRegister: Sendable {
    private struct Missing: Sendable {
        var lastAsked: Instant?
        var tries = 0
    }

    private static let cap = 1000
    private static let triesCap = 10
    private static let ageCap: Int64 = 10_000

    private var missing: [Int64: Missing] = [:]
    private var highest: Int64?

    /// True when so much is missing that only a key frame helps.
    private(set) var isHopeless = false

    /// A packet has arrived, by whichever way.
    mutating func received(_ number: Int64) {
        guard let highest else {
            self.highest = number
            return
        }
        if number <= highest {
            missing[number] = nil
            return
        }
        if number - highest > Int64(Self.cap) {
            missing = [:]
            isHopeless = true
        } else {
            for lost in highest + 1..<max(number, highest + 1) { missing[lost] = Missing() }
        }
        self.highest = number
        if missing.count > Self.cap {
            missing = [:]
            isHopeless = true
        }
    }

    /// Nothing before `number` is of interest any more.
    mutating func forget(before number: Int64) {
        if !missing.isEmpty { missing = missing.filter { $0.key >= number } }
        isHopeless = false
    }

    /// The numbers to ask for now, in order; each counts as asked.
    mutating func due(at now: Instant, roundTrip: Duration) -> [UInt16] {
        guard !missing.isEmpty, let highest else { return [] }
        let interval = max(roundTrip, .milliseconds(20))
        var due: [Int64] = []
        for (number, entry) in missing {
            if entry.tries >= Self.triesCap || highest - number > Self.ageCap {
                missing[number] = nil
                isHopeless = true
            } else if entry.lastAsked.map({ now - $0 >= interval }) ?? true {
                missing[number] = Missing(lastAsked: now, tries: entry.tries + 1)
                due.append(number)
            }
        }
        return due.sorted().map { UInt16(truncatingIfNeeded: $0) }
    }

    func nextTime(roundTrip: Duration) -> Instant? {
        missing.values.compactMap { $0.lastAsked }.min().map { $0 + max(roundTrip, .milliseconds(20)) }
    }

    var isEmpty: Bool { missing.isEmpty }
}
