/// A point in time that the caller injects. Nothing in this module reads a clock.
///
/// The origin is the caller's choice (a monotonic clock in the application, zero in a test); only differences matter.
package struct Instant: Comparable, Hashable, Sendable {
    /// Microseconds since the origin.
    package var microseconds: Int64

    package init(microseconds: Int64) { self.microseconds = microseconds }

    package static let zero = Instant(microseconds: 0)

    package static func < (left: Instant, right: Instant) -> Bool { left.microseconds < right.microseconds }

    package static func + (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds &+ duration.wholeMicroseconds)
    }

    package static func - (instant: Instant, duration: Duration) -> Instant {
        Instant(microseconds: instant.microseconds &- duration.wholeMicroseconds)
    }

    package static func - (left: Instant, right: Instant) -> Duration {
        .microseconds(left.microseconds &- right.microseconds)
    }
}

extension Duration {
    /// The duration in microseconds, rounded toward zero.
    package var wholeMicroseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000
    }

    /// The duration in seconds, for statistics.
    package var inSeconds: Double { Double(wholeMicroseconds) / 1_000_000 }

    /// The duration in milliseconds, for statistics.
    package var inMilliseconds: Double { Double(wholeMicroseconds) / 1000 }
}

/// The earlier of two optional instants; nil only when both are.
package func earliest(_ left: Instant?, _ right: Instant?) -> Instant? {
    guard let left else { return right }
    guard let right else { return left }
    return min(left, right)
}
