import Wire

/// How much of a video stream is protected, and which packets together (RFC 5109), after what is lost and how long a
/// retransmission takes: where one comes soon enough, nothing is; what is sent again costs only what was lost.
struct VideoProtection: Sendable {
    /// Packets that one protection packet is made from.
    struct Group: Hashable, Sendable {
        /// The first one, and the distance of one to the next.
        var first: Int64
        var stride: Int
        var count: Int
        /// Of all that its neighbours protect, too: what offsets are counted from.
        var base: Int64

        var numbers: [Int64] { (0..<count).map { first + Int64($0 * stride) } }
    }

    /// Loss from which on so many packets share one for protection.
    private static let steps: [(loss: Double, packetCount: Int)] = [(0.09, 3), (0.06, 4), (0.03, 5), (0.01, 8)]
    /// At the next lower step only when the loss is that much below.
    private static let margin = 0.6
    /// Round trips from which on a retransmission comes too late, and up to which it comes soon enough.
    private static let slowRoundTrip = Duration.milliseconds(80)
    private static let fastRoundTrip = Duration.milliseconds(60)
    /// Small frames share their protection, as long as waiting for it is no worse than a retransmission.
    private static let maximumFrameCount = 3

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
        guard isSlow || !canRetransmit else {
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
        guard isKeyFrame || count >= interval || frameCount >= Self.maximumFrameCount else {
            start = first
            return []
        }
        start = nil
        return Self.groups(of: first..<(first + Int64(count)), interval: interval)
    }

    /// Neighbours in different groups: losses come in a row.
    private static func groups(of numbers: Range<Int64>, interval: Int) -> [Group] {
        var groups: [Group] = []
        var base = numbers.lowerBound
        while base < numbers.upperBound {
            let count = min(Int(numbers.upperBound - base), ULPFECPacket.maximumSpan)
            let stride = max(1, (count + interval / 2) / interval)
            for index in 0..<stride {
                groups.append(
                    Group(
                        first: base + Int64(index), stride: stride, count: (count - index + stride - 1) / stride,
                        base: base))
            }
            base += Int64(count)
        }
        return groups
    }
}
