/// Bit/s over the last second, in a ring of tenths: no allocation, and nothing to prune per packet.
struct RateMeter: Sendable {
    private static let slotTime: Int64 = 100_000
    private static let slotCount: Int64 = 10

    private var bytes = [Int](repeating: 0, count: Int(slotCount))
    private var total = 0
    /// Number of the newest slot since the origin of time.
    private var newest: Int64 = 0

    mutating func add(_ byteCount: Int, at now: Instant) {
        advance(to: now)
        bytes[Int(newest % Self.slotCount)] += byteCount
        total += byteCount
    }

    mutating func bitrate(at now: Instant) -> Int {
        advance(to: now)
        return total * 8
    }

    private mutating func advance(to now: Instant) {
        let slot = max(now.microseconds / Self.slotTime, 0)
        guard slot > newest else { return }
        for passed in (max(newest, slot - Self.slotCount) + 1)...slot {
            let index = Int(passed % Self.slotCount)
            total -= bytes[index]
            bytes[index] = 0
        }
        newest = slot
    }
}
