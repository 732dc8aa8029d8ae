/// Which share of one sent stream does not arrive, smoothed over some seconds: from transport feedback, which comes ten
/// times a second and corrects itself when a packet was only late; from receiver reports where there is no such feedback.
struct SentLoss: Sendable {
    /// Shorter than this says little.
    private static let interval = Duration.seconds(1)
    private static let leastPacketCount = 10
    /// Weight of one interval, and of one report, which speaks of a longer time.
    private static let intervalWeight = 0.25
    private static let reportWeight = 0.5

    /// 0...1; nil before anything is known.
    private(set) var fraction: Double?
    private var told = 0
    private var lost = 0
    private var intervalStart: Instant?
    private var hasFeedback = false

    /// Transport feedback on packets of this stream. True when `fraction` is new.
    mutating func record(_ results: [TransportSendLog.Result], ssrc: UInt32, at now: Instant) -> Bool {
        for result in results where result.ssrc == ssrc {
            hasFeedback = true
            if result.arrival == nil {
                guard !result.wasToldLost else { continue }
                lost += 1
                told += 1
            } else if result.wasToldLost {
                lost -= 1
            } else {
                told += 1
            }
        }
        guard let start = intervalStart else {
            intervalStart = now
            return false
        }
        guard now - start >= Self.interval, told >= Self.leastPacketCount else { return false }
        smooth(Double(max(lost, 0)) / Double(told), weight: Self.intervalWeight)
        told = 0
        // What is corrected later is taken off the next interval.
        lost = min(lost, 0)
        intervalStart = now
        return true
    }

    /// A receiver report. True when `fraction` is new.
    mutating func record(reported: Double) -> Bool {
        guard !hasFeedback else { return false }
        smooth(reported, weight: Self.reportWeight)
        return true
    }

    private mutating func smooth(_ measured: Double, weight: Double) {
        fraction = fraction.map { $0 + (measured - $0) * weight } ?? measured
    }
}
