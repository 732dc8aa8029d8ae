import NIOCore

/// At most so many frames in any one second: the receiver closes on more, the sender keeps below.
struct FrameBudget {
    /// What the protocol allows.
    static let limit = 50
    /// What a sender allows itself. What goes out at one instant arrives over a while: a receiver's second may hold the
    /// frames of two of the sender's, and a ping.
    static let sendLimit = limit / 2 - 1

    private let limit: Int
    private var recent: [NIODeadline] = []

    init(limit: Int = Self.limit) { self.limit = limit }

    /// Counts a frame; false, and not counted, when it is one too many.
    mutating func take(at now: NIODeadline) -> Bool {
        recent.removeAll { now - $0 >= .seconds(1) }
        guard recent.count < limit else { return false }
        recent.append(now)
        return true
    }

    /// When the next frame would be within the budget.
    func nextFree(at now: NIODeadline) -> NIODeadline {
        let counted = recent.filter { now - $0 < .seconds(1) }
        return counted.count < limit ? now : (counted.first ?? now) + .seconds(1)
    }
}
