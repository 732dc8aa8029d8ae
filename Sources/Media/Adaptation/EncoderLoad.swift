/// Whether an encoder keeps up with its camera: the share of the time between two pictures that one of them takes.
///
/// Limits and times are those of libwebrtc's overuse detector (`video/adaptation/overuse_frame_detector`).
struct EncoderLoad: Sendable {
    enum Verdict: Hashable, Sendable { case overused, normal, underused }

    private static let overuse = 0.85
    private static let underuse = 0.42
    /// µs
    private static let checkInterval: Int64 = 5_000_000
    /// With fewer pictures, one that was held up decides too much.
    private static let leastFrameCount = 20
    private static let overusesInARow = 2

    private var began: Int64?
    private var total: Int64 = 0
    private var allowed: Int64 = 0
    private var count = 0
    private var overuses = 0

    /// Takes one picture; a verdict each five seconds.
    ///
    /// - Parameters: µs; `interval` is the time from one encoded picture to the next.
    mutating func record(encodeTime: Int64, interval: Int64, at now: Int64) -> Verdict? {
        let start = began ?? now
        began = start
        total += encodeTime
        allowed += interval
        count += 1
        guard now - start >= Self.checkInterval else { return nil }
        let usage = Double(total) / Double(max(allowed, 1))
        let isCertain = count >= Self.leastFrameCount
        (began, total, allowed, count) = (now, 0, 0, 0)
        guard isCertain else { return nil }
        overuses = usage > Self.overuse ? overuses + 1 : 0
        if overuses >= Self.overusesInARow {
            overuses = 0
            return .overused
        }
        return usage < Self.underuse ? .underused : .normal
    }
}
