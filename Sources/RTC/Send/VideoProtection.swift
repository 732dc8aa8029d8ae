import Wire

/// How much of a video stream is protected, and which packets together (RFC 5109), after what is lost and how long a
/// retransmission takes: where one comes soon enough, nothing is; what is sent again costs only what was lost. Between,
/// only much loss is worth it: what is lost is soon there, but what is lost twice makes the picture stand still.
struct VideoProtection: Sendable {
    /// Packets that one protection packet is made from.
    struct Group: Hashable, Sendable {
        var numbers: [Int64]
        /// Of all that its neighbours protect, too: what offsets are counted from.
        var base: Int64
    }

    /// Loss from which on so many packets share one for protection.
    private static let steps: [(loss: Double, packetCount: Int)] = [(0.08, 2), (0.06, 3), (0.03, 4), (0.01, 8)]
    /// At the next lower step only when the loss is that much below.
    private static let margin = 0.6
    /// Round trips from which on a retransmission comes too late, and up to which it comes soon enough.
    private static let slowRoundTrip = Duration.milliseconds(80)
    private static let fastRoundTrip = Duration.milliseconds(60)
    /// Between those, so much loss is too much; and round trips up to which a second retransmission, too, comes in time.
    private static let muchLoss = 0.03
    private static let shortRoundTrip = Duration.milliseconds(45)
    /// Frames share their protection, as long as waiting for it is no worse than a retransmission: many packets with
    /// three or more for their protection survive what few with one do not.
    private static let maximumFrameCount = 3
    private static let amplePacketCount = 3

    /// Media packets for each protection packet; nil for none.
    private(set) var interval: Int?
    private var isSlow = false
    private var start: Int64?
    private var count = 0
    private var frameCount = 0

    /// - Parameters:
    ///   - loss: 0...1, smoothed.
    ///   - canRetransmit: whether what is lost can be asked for.
    mutating func update(loss: Double, roundTripTime: Duration?, canRetransmit: Bool) {
        if let roundTripTime {
            isSlow = roundTripTime >= (isSlow ? Self.fastRoundTrip : Self.slowRoundTrip)
        }
        let isShort = roundTripTime.map { $0 < Self.shortRoundTrip } ?? true
        let isLossy = !isShort && loss >= (interval == nil ? Self.muchLoss : Self.muchLoss * Self.margin)
        guard isSlow || isLossy || !canRetransmit else {
            interval = nil
            return
        }
        let wanted = Self.steps.first { loss >= $0.loss }?.packetCount
        let kept = Self.steps.first { loss >= $0.loss * Self.margin }?.packetCount
        // More at once, less only when the loss is well below.
        guard let current = interval else {
            interval = wanted
            return
        }
        if let wanted, wanted < current { interval = wanted } else if (kept ?? .max) > current { interval = kept }
    }

    /// What protects the packets up to the end of a frame; empty while smaller frames are still gathered.
    mutating func groups(afterFrame numbers: Range<Int64>, isKeyFrame: Bool) -> [Group] {
        guard let interval, !numbers.isEmpty else {
            start = nil
            return []
        }
        // Others without protection may have come between.
        if let before = start, before + Int64(count) != numbers.lowerBound { start = nil }
        let first = start ?? numbers.lowerBound
        count = start == nil ? numbers.count : count + numbers.count
        frameCount = start == nil ? 1 : frameCount + 1
        let isAmple = count >= interval * Self.amplePacketCount
        guard isKeyFrame || isAmple || frameCount >= Self.maximumFrameCount else {
            start = first
            return []
        }
        start = nil
        return Self.groups(of: first..<(first + Int64(count)), interval: interval)
    }

    private static func groups(of numbers: Range<Int64>, interval: Int) -> [Group] {
        var groups: [Group] = []
        var base = numbers.lowerBound
        while base < numbers.upperBound {
            let count = min(Int(numbers.upperBound - base), ULPFECPacket.maximumSpan)
            let rows = max(1, (count + interval / 2) / interval)
            var members = [[Int64]](repeating: [], count: rows)
            for (index, row) in memberships(of: count, in: rows).enumerated() {
                for row in row { members[row].append(base + Int64(index)) }
            }
            groups += members.filter { !$0.isEmpty }.map { Group(numbers: $0, base: base) }
            base += Int64(count)
        }
        return groups
    }

    /// The groups that each packet is in: no two packets in the same ones, as far as there are enough combinations, so that
    /// of two lost packets each can be told from the other; and neighbours in different ones, as losses come in a row. Of
    /// 15 packets and 4 groups, 5 % of random loss leaves a quarter unrestored of what groups without overlap leave.
    private static func memberships(of count: Int, in rows: Int) -> [[Int]] {
        guard rows > 1 else { return Array(repeating: [0], count: count) }
        var combinations: [[Int]] = []
        // In two groups each, one and its next; in one; in two farther apart; in three.
        let shapes: [[Int]] = [[0, 1], [0]] + (2..<max(rows / 2 + 1, 2)).map { [0, $0] } + [[0, 1, 2]]
        for shape in shapes where shape.count <= rows && combinations.count < count {
            for row in 0..<rows {
                let combination = shape.map { ($0 + row) % rows }.sorted()
                if !combinations.contains(combination) { combinations.append(combination) }
            }
        }
        return (0..<count).map { combinations[$0 % combinations.count] }
    }
}
