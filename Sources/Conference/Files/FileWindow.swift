import RTC

/// How much may be on its way at a time. Beside a call it yields to everything else on the path as RFC 6817 (LEDBAT) does:
/// it measures how much longer a piece takes than the shortest ever did, and keeps that below a target.
struct FileWindow {
    /// Bytes under way without a call.
    static let full = 16 << 20
    /// The most delay that we add to the path.
    static let target = 0.01
    /// Bytes of the smallest pieces that are measured.
    static let piece = 8 << 10
    /// Bytes of the largest: the receiver tells of each such piece at once, and a call's data channel takes it as a message.
    static let longestPiece = 60 << 10
    private static let floor = 2 * piece
    /// A call's data channel holds no more.
    static let ceiling = 8 << 20
    /// How long a shortest time counts, as the path may change (RFC 6817 §4.2).
    private static let memory = Duration.seconds(60)

    /// Whether a call is to be yielded to; a change begins anew.
    var isYielding: Bool {
        didSet {
            guard isYielding != oldValue else { return }
            (size, isStarting, bases, pending) = (Double(4 * Self.piece), true, [], [])
        }
    }
    private var size = Double(4 * Self.piece)
    private var isStarting = true
    private var reduced: Instant?
    /// The shortest times of the last minutes, seconds.
    private var bases: [(since: Instant, seconds: Double)] = []
    /// Ends of pieces, and when they left.
    private var pending: ArraySlice<(end: Int64, bytes: Int, at: Instant)> = []

    init(isYielding: Bool) { self.isYielding = isYielding }

    var limit: Int { isYielding ? Int(size) : Self.full }
    /// Bytes of the next piece: a wide window is filled with larger ones, each of which costs less than its many small parts.
    var pieceLimit: Int { isYielding ? min(max(Int(size) / 16, Self.piece), Self.longestPiece) : .max }

    /// - Parameter end: where the piece of `bytes` ends in the whole.
    mutating func sent(_ bytes: Int, through end: Int64, at now: Instant) {
        if isYielding { pending.append((end, bytes, now)) }
    }

    mutating func acknowledged(_ offset: Int64, at now: Instant) {
        var sample: Double?
        var bytes = 0
        while let first = pending.first, first.end <= offset {
            sample = (now - first.at).inSeconds
            bytes += first.bytes
            _ = pending.popFirst()
        }
        guard isYielding, let sample else { return }
        let queueing = sample - base(with: sample, at: now)
        let off = (Self.target - queueing) / Self.target
        if isStarting, off > 0.5 {
            // By half in each round trip: what is too much stands in the queue for as long as a round trip takes.
            size += Double(bytes) / 2
        } else if off > 0 {
            isStarting = false
            size += off * Double(bytes) * Double(Self.piece) / size
        } else {
            isStarting = false
            reduce(by: off, after: sample, at: now)
        }
        size = min(max(size, Double(Self.floor)), Double(Self.ceiling))
    }

    /// Once in the time that a piece takes, as what is under way shows an earlier size.
    private mutating func reduce(by off: Double, after seconds: Double, at now: Instant) {
        if let reduced, (now - reduced).inSeconds < seconds { return }
        reduced = now
        size *= max(0.5, 1 + off / 4)
    }

    private mutating func base(with sample: Double, at now: Instant) -> Double {
        bases.removeAll { now - $0.since > Self.memory }
        if let last = bases.last, now - last.since < .seconds(10) {
            bases[bases.count - 1].seconds = min(last.seconds, sample)
        } else {
            bases.append((now, sample))
        }
        return bases.reduce(sample) { min($0, $1.seconds) }
    }
}
