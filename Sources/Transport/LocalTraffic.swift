import Synchronization

/// Counts something that threads of any kind do.
package final class TrafficCounter: Sendable {
    private let value = Atomic<Int>(0)

    /// One packet more.
    package func count() { value.add(1, ordering: .relaxed) }

    package var total: Int { value.load(ordering: .relaxed) }
}

/// What goes out while calls are kept on the local networks: sends by interface, and those that were refused because their
/// destination is elsewhere.
package final class LocalTraffic: Sendable {
    /// Interfaces that are told apart; the rest is counted as one.
    private static let interfaceLimit = 32

    package let refused = TrafficCounter()
    private let sent = Mutex<[String: TrafficCounter]>([:])

    package init() {}

    /// Kept by who sends: the table is looked at once, not for every packet.
    package func counter(for interface: String) -> TrafficCounter {
        sent.withLock { counters in
            if let known = counters[interface] { return known }
            let name = counters.count < Self.interfaceLimit ? interface : "others"
            let counter = counters[name] ?? TrafficCounter()
            counters[name] = counter
            return counter
        }
    }

    /// Sends so far, by the interfaces' names in their order.
    package var totals: [(interface: String, count: Int)] {
        sent.withLock { $0 }.map { ($0.key, $0.value.total) }.sorted { $0.0 < $1.0 }
    }
}
