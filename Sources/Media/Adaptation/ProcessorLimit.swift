/// How far down the ladder the processor holds a stream's picture.
struct ProcessorLimit: Sendable {
    /// µs without overuse before a better picture is tried; doubled when that was too much (libwebrtc: 40 s, at most 240).
    private static let firstWait: Int64 = 40_000_000
    private static let longestWait: Int64 = 240_000_000
    /// An overuse so soon after a step up was caused by it.
    private static let trial: Int64 = 30_000_000

    private(set) var index = 0
    private var wait = firstWait
    private var lastChange: Int64?
    private var lastRise: Int64?

    /// - Parameters:
    ///   - rung: the one in use.
    ///   - last: the lowest one.
    ///   - now: µs.
    mutating func follow(_ verdict: EncoderLoad.Verdict, rung: Int, last: Int, at now: Int64) {
        switch verdict {
        case .normal: break
        case .overused:
            if let lastRise, now - lastRise < Self.trial { wait = min(wait * 2, Self.longestWait) }
            index = min(max(rung + 1, index), last)
            lastChange = now
        case .underused:
            guard index > 0, lastChange.map({ now - $0 >= wait }) ?? true else { return }
            index -= 1
            lastChange = now
            lastRise = now
        }
    }

    mutating func clamp(to last: Int) { index = min(index, last) }
}
