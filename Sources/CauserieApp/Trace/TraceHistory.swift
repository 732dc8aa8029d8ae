import Sockets

/// The newest events of a trace, within bounds, and which of them a search leaves.
///
/// Every event has a number, counted from 0 in the order in which they came; it stays when older ones are forgotten.
package nonisolated struct TraceHistory {
    /// How the list of numbers that are shown has changed.
    package struct Change: Equatable {
        /// How many have gone at its beginning.
        package var removed = 0
        /// What has come at its end.
        package var added: [Int] = []

        package init(removed: Int = 0, added: [Int] = []) {
            self.removed = removed
            self.added = added
        }
    }

    package static let mostEvents = 10_000
    package static let mostBytes = 64 << 20

    private let mostEvents: Int
    private let mostBytes: Int
    /// By number, without holes.
    private var events: [Int: TraceEvent] = [:]
    private var bytes = 0
    /// The numbers that the search leaves, oldest first.
    package private(set) var shown: [Int] = []
    /// The number of the oldest event that is kept.
    private var first = 0
    /// How many are over the bounds.
    package private(set) var forgotten = 0
    private(set) var query = TraceQuery()

    /// - Parameter mostBytes: of what was passed on; the newest event is kept even if it has more.
    package init(mostEvents: Int = Self.mostEvents, mostBytes: Int = Self.mostBytes) {
        self.mostEvents = max(mostEvents, 1)
        self.mostBytes = mostBytes
    }

    package var count: Int { events.count }

    /// All that is kept, oldest first.
    package var all: [TraceEvent] { (first..<first + count).compactMap { events[$0] } }

    /// An event by its number; nil once it is forgotten.
    package subscript(number: Int) -> TraceEvent? { events[number] }

    /// Adds events, oldest first, and forgets what is over the bounds.
    ///
    /// - Parameter skipped: how many came before these and are known to nobody any more.
    package mutating func add(_ new: [TraceEvent], skipped: Int = 0) -> Change {
        var change = Change()
        // There are no holes: what is older than the forgotten is forgotten too.
        if skipped > 0 {
            forgotten += count + skipped
            first += count + skipped
            events = [:]
            bytes = 0
        }
        for event in new {
            let number = first + count
            events[number] = event
            bytes += event.kind.bytes.count
            if query.matches(event) { change.added.append(number) }
        }
        while count > mostEvents || bytes > mostBytes && count > 1 {
            bytes -= events.removeValue(forKey: first)?.kind.bytes.count ?? 0
            first += 1
            forgotten += 1
        }
        // A flood pushes out what has just come, too.
        change.added.removeAll { $0 < first }
        change.removed = shown.firstIndex { $0 >= first } ?? shown.count
        shown.removeFirst(change.removed)
        shown += change.added
        return change
    }

    /// Searches anew, in all that is kept.
    package mutating func find(_ text: String) {
        query = TraceQuery(text)
        shown = (first..<first + count).filter { events[$0].map(query.matches) == true }
    }

    /// Forgets everything; the search stays.
    package mutating func clear() {
        first += count
        forgotten = 0
        events = [:]
        bytes = 0
        shown = []
    }
}
