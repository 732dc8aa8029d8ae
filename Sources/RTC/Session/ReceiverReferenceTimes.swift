import Wire

/// RRTRs of receivers that wait to be answered with DLRR (RFC 3611 §4.4, §4.5).
struct ReceiverReferenceTimes: Sendable {
    private static let maximumCount = 16

    private struct Entry: Sendable {
        var ssrc: UInt32
        var compact: UInt32
        var arrival: Instant
    }

    private var entries: [Entry] = []

    /// The newest of each receiver counts; receivers over the cap are not answered.
    mutating func record(ssrc: UInt32, compact: UInt32, at now: Instant) {
        entries.removeAll { $0.ssrc == ssrc }
        guard entries.count < Self.maximumCount else { return }
        entries.append(Entry(ssrc: ssrc, compact: compact, arrival: now))
    }

    /// The answers for the next report; each RRTR is answered once.
    mutating func takeAnswers(at now: Instant) -> [ExtendedReport.DelaySinceLastReceiverReport] {
        defer { entries.removeAll(keepingCapacity: true) }
        return entries.map {
            ExtendedReport.DelaySinceLastReceiverReport(
                ssrc: $0.ssrc, lastReceiverReport: $0.compact,
                delay: NTPTime.compact(ofMicroseconds: (now - $0.arrival).wholeMicroseconds))
        }
    }
}
