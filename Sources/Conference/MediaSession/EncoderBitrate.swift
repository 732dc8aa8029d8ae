/// What a stream's picture is encoded at: what the network carries, within the stream's floor and ceiling, in steps.
///
/// Steps, so that an encoder is not asked for every small change, and streams to similar networks can share one.
struct EncoderBitrate: Hashable, Sendable {
    /// Bit/s before anything is known of the network: as much as the estimate itself starts with.
    static let start = 300_000
    /// From one step to the next below it.
    private static let step = 0.85

    private(set) var floor: Int
    private(set) var ceiling: Int
    /// What the network carries, bit/s.
    var available = start

    /// - Parameters: bit/s; a floor above the ceiling counts as the ceiling.
    init(floor: Int, ceiling: Int) {
        self.ceiling = max(ceiling, 1)
        self.floor = min(max(floor, 1), self.ceiling)
    }

    /// Other bounds; what the network carries stays known.
    mutating func setBounds(floor: Int, ceiling: Int) {
        let fresh = EncoderBitrate(floor: floor, ceiling: ceiling)
        (self.floor, self.ceiling) = (fresh.floor, fresh.ceiling)
    }

    /// The ceiling, or one of the steps below it, never under the floor.
    var target: Int {
        guard available < ceiling else { return ceiling }
        var level = Double(ceiling)
        while level > Double(available), level * Self.step >= Double(floor) { level *= Self.step }
        return level > Double(available) ? floor : Int(level)
    }
}
