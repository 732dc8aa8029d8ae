import RTC

/// A stream's figures at one moment, as `causeriectl stats` prints them.
package struct StreamStatistics: Sendable {
    package var state: StreamState
    /// From `connect` (or the answer) to the first remote picture, ms.
    package var setupTime: Double?
    package var endReason: EndReason?
    /// W3C webrtc-stats dictionaries.
    package var report: [StatisticsRecord]

    package init(state: StreamState, setupTime: Double?, endReason: EndReason?, report: [StatisticsRecord]) {
        self.state = state
        self.setupTime = setupTime
        self.endReason = endReason
        self.report = report
    }
}
