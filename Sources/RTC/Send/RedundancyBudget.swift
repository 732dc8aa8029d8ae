import Wire

/// How many of the last pieces of sound the path has room to repeat, and what repeating costs.
struct RedundancyBudget: Sendable {
    private static let congestionMemory = Duration.seconds(10)

    /// Pieces that may be repeated in each packet: 0...`AudioRedundancy.maximumDistance`.
    private(set) var limit = AudioRedundancy.maximumDistance
    private var congestionEnd: Instant?
    private var redundancyRate = RateMeter()
    /// Of compressed sound alone.
    private var soundRate = RateMeter()

    /// A piece of sound goes out.
    ///
    /// - Parameters:
    ///   - byteCount: of the piece.
    ///   - surplus: what the repetitions with it take, bytes.
    mutating func add(_ byteCount: Int, surplus: Int, at time: Instant) {
        soundRate.add(byteCount, at: time)
        if surplus > 0 { redundancyRate.add(surplus, at: time) }
    }

    /// Allows as many repetitions as fit into a bitrate, bit/s, for some time after the path was congested; else all: the
    /// estimate of a path that carries little but this sound, and loses some of it, says nothing of its room. Returns what
    /// the repetitions of now cost.
    mutating func fit(into room: Int, isCongested: Bool, at now: Instant) -> Int {
        if isCongested { congestionEnd = now + Self.congestionMemory }
        let fitting = max(room, 0) / max(soundRate.bitrate(at: now), 1)
        let isLimited = congestionEnd.map { now < $0 } ?? false
        limit = isLimited ? min(fitting, AudioRedundancy.maximumDistance) : AudioRedundancy.maximumDistance
        return redundancyRate.bitrate(at: now)
    }
}
