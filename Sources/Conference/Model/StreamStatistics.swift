import RTC

/// A stream's figures at one moment, as `causeriectl stats` prints them.
package struct StreamStatistics: Sendable {
    package var state: StreamState
    /// From `connect` (or the answer) to the first remote picture, ms.
    package var setupTime: Double?
    package var endReason: EndReason?
    package var report: [StatisticsRecord]
}
