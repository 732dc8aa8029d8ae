/// What one video section may be asked for, bit/s.
struct VideoBitrateBounds: Hashable, Sendable {
    /// Below this the picture is not worth sending; it is kept even when the path carries less.
    var floor: Int
    var ceiling: Int

    /// A floor over the ceiling counts as the ceiling.
    init(floor: Int = 30_000, ceiling: Int = 2_500_000) {
        self.ceiling = max(ceiling, 1)
        self.floor = min(max(floor, 0), self.ceiling)
    }
}

/// Shares a rate among video sections: each its floor first, then all alike up to their ceilings.
enum BitrateAllocation {
    /// One target for each of `bounds`, in order, bit/s. They sum up to `total` unless floors need more, or ceilings
    /// allow less.
    static func share(_ total: Int, among bounds: [VideoBitrateBounds]) -> [Int] {
        var targets = bounds.map(\.floor)
        var rest = total - targets.reduce(0, +)
        // Each round fills at least one section or spends all.
        for _ in bounds.indices where rest > 0 {
            let open = bounds.indices.filter { targets[$0] < bounds[$0].ceiling }
            guard !open.isEmpty else { break }
            let part = max(rest / open.count, 1)
            for index in open where rest > 0 {
                let added = min(part, bounds[index].ceiling - targets[index], rest)
                targets[index] += added
                rest -= added
            }
        }
        return targets
    }
}
