/// Notices that the application sends much less than the path would carry ("ALR", webrtc.md §3.1): what arrives then
/// says nothing of the path's capacity, and only probes can raise the estimate.
struct ApplicationLimitDetector: Sendable {
    /// Of the estimate, what counts as using it.
    private static let usage = 0.65
    /// Shares of the budget left over at which the state begins and ends.
    private static let enterShare = 0.8
    private static let leaveShare = 0.5
    private static let window = 0.5

    /// Since when the application has limited itself; nil while it does not.
    private(set) var since: Instant?
    /// When the state last ended.
    private(set) var ended: Instant?
    /// Bits that may still be sent; negative when more was.
    private var budget = 0.0
    private var updated: Instant?

    var isLimited: Bool { since != nil }

    /// Call for each packet, and now and then with 0 bytes.
    mutating func record(byteCount: Int, estimate: Double, at now: Instant) {
        let size = max(estimate * Self.usage * Self.window, 1)
        if let updated {
            budget += max(0, (now - updated).inSeconds) * estimate * Self.usage
        }
        updated = now
        budget = min(max(budget - Double(byteCount * 8), -size), size)
        if since == nil, budget > size * Self.enterShare {
            since = now
        } else if since != nil, budget < size * Self.leaveShare {
            since = nil
            ended = now
        }
    }
}
