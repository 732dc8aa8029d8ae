/// Why a picture is not sent as its stream would have it (W3C `RTCQualityLimitationReason`).
package enum QualityLimitation: String, Hashable, Sendable, CaseIterable {
    case none, cpu, bandwidth
}

/// How long each of the reasons held (W3C `qualityLimitationDurations`).
struct QualityLimitationDurations: Sendable {
    private var reason: QualityLimitation
    private var since: Int64
    private var past: [QualityLimitation: Int64] = [:]

    /// - Parameter now: µs, here as below.
    init(_ reason: QualityLimitation, at now: Int64) {
        self.reason = reason
        since = now
    }

    mutating func set(_ new: QualityLimitation, at now: Int64) {
        guard new != reason else { return }
        past[reason, default: 0] += max(now - since, 0)
        reason = new
        since = now
    }

    func seconds(of wanted: QualityLimitation, at now: Int64) -> Double {
        Double(past[wanted, default: 0] + (wanted == reason ? max(now - since, 0) : 0)) / 1_000_000
    }
}
