import Synchronization

/// How many things that C keeps alive exist now, by kind: what a test compares before and after to find a leak.
package nonisolated final class LiveCount: Sendable {
    /// `GObjectRef`s.
    package static let objects = LiveCount()
    /// Closures connected to signals.
    package static let signals = LiveCount()
    /// Closures of timeouts, idles and Unix signals.
    package static let sources = LiveCount()
    /// Closures of D-Bus objects, subscriptions and pending calls.
    package static let bus = LiveCount()
    /// Closures that wait for an answer of GTK's.
    package static let answers = LiveCount()

    private let count = Atomic<Int>(0)

    package var value: Int { count.load(ordering: .relaxed) }

    func increment() { count.wrappingAdd(1, ordering: .relaxed) }
    func decrement() { count.wrappingSubtract(1, ordering: .relaxed) }
}
