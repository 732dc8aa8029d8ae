import Wire

/// The relation between a received stream's RTP timestamps and its sender's wall clock, from sender reports.
struct SenderClock: Sendable {
    let clockRate: UInt32
    private var report: (ntpTime: NTPTime, timestamp: Int64)?
    /// Compact NTP time and arrival of the last report, for LSR and DLSR (RFC 3550 §6.4.1).
    private(set) var lastReport: (compact: UInt32, arrival: Instant)?

    init(clockRate: UInt32) { self.clockRate = max(clockRate, 1) }

    var isKnown: Bool { report != nil }

    /// - Parameter timestamp: of the report, unwrapped like those of the stream's packets.
    mutating func record(ntpTime: NTPTime, timestamp: Int64, at now: Instant) {
        lastReport = (ntpTime.compact, now)
        // A sender without a wall clock reports zero (RFC 3550 §6.4.1): no use for synchronisation.
        if ntpTime.value != 0 { report = (ntpTime, timestamp) }
    }

    /// When, by the sender's wall clock, the sample with this timestamp was taken.
    func captureTime(of timestamp: Int64) -> NTPTime? {
        guard let report else { return nil }
        let units = min(max(timestamp &- report.timestamp, -0xFFFF_FFFF), 0xFFFF_FFFF)
        return report.ntpTime.advanced(byMicroseconds: units * 1_000_000 / Int64(clockRate))
    }

    /// A new source begins.
    mutating func reset() {
        report = nil
        lastReport = nil
    }
}
