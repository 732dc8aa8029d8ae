/// Bounds of the estimate of what all streams together may send, bit/s.
package struct CongestionConfiguration: Hashable, Sendable {
    /// Before anything is known (webrtc.md §3.1).
    package var start: Int
    package var minimum: Int
    package var maximum: Int

    /// A start outside of the bounds counts as the nearer bound; a minimum over the maximum as the maximum.
    package init(start: Int = 300_000, minimum: Int = 30_000, maximum: Int = 12_000_000) {
        self.maximum = max(maximum, 10_000)
        self.minimum = min(max(minimum, 5_000), self.maximum)
        self.start = min(max(start, self.minimum), self.maximum)
    }

    var range: ClosedRange<Double> { Double(minimum)...Double(maximum) }
}
