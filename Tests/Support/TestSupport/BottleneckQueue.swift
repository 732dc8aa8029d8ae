import RTC

/// The slowest link of a path, shared by all flows over it: a drop-tail queue that is served at a rate that may change
/// while packets wait (RFC 8867 §4.1).
package struct BottleneckQueue: Sendable {
    /// IP and UDP headers, which the link carries as well.
    package static let headerByteCount = 28

    private struct Waiting: Sendable {
        var identifier: Int
        /// Bits that have not left yet.
        var bits: Double
    }

    /// Bits a second.
    package private(set) var rate: Double
    /// What the queue holds, as time at the current rate.
    package var depth: Duration
    /// Probability that a packet is lost behind the queue, and the mean number lost in a row.
    package var loss = 0.0
    package var lossBurst = 1.0
    package private(set) var carriedBits = 0.0
    package private(set) var droppedCount = 0

    private var waiting: [Waiting] = []
    private var first = 0
    private var queuedBits = 0.0
    private var updated = Instant.zero
    private var isInLossBurst = false

    package init(bitsPerSecond: Double, depth: Duration) {
        rate = bitsPerSecond
        self.depth = depth
    }

    /// How long a packet that comes now would wait.
    package var delay: Duration { .microseconds(Int64(queuedBits / rate * 1_000_000)) }

    package mutating func setRate(_ bitsPerSecond: Double, at now: Instant) {
        serve(to: now)
        rate = bitsPerSecond
    }

    /// False when the queue is full.
    package mutating func offer(_ identifier: Int, byteCount: Int, at now: Instant) -> Bool {
        serve(to: now)
        let bits = Double((byteCount + Self.headerByteCount) * 8)
        // One packet fits however slow the link is.
        if first < waiting.count, queuedBits + bits > rate * depth.inSeconds {
            droppedCount += 1
            return false
        }
        waiting.append(Waiting(identifier: identifier, bits: bits))
        queuedBits += bits
        return true
    }

    /// When the packet in front will have left.
    package var nextDeparture: Instant? {
        guard first < waiting.count else { return nil }
        return updated + .microseconds(Int64((waiting[first].bits / rate * 1_000_000).rounded(.up)))
    }

    /// The next packet that has left by `now`, and whether it is lost on the way; nil when there is none.
    package mutating func depart(
        at now: Instant, random: inout RandomSource
    ) -> (identifier: Int, isLost: Bool)? {
        serve(to: now)
        guard first < waiting.count, waiting[first].bits <= 0.5 else { return nil }
        let identifier = waiting[first].identifier
        first += 1
        if first > 512 {
            waiting.removeFirst(first)
            first = 0
        }
        return (identifier, drawLoss(random: &random))
    }

    private mutating func serve(to now: Instant) {
        var budget = max(0, (now - updated).inSeconds) * rate
        updated = max(updated, now)
        var index = first
        while budget > 0, index < waiting.count {
            let served = min(budget, waiting[index].bits)
            waiting[index].bits -= served
            queuedBits -= served
            carriedBits += served
            budget -= served
            index += 1
        }
    }

    /// Two-state Gilbert model for bursts.
    private mutating func drawLoss(random: inout RandomSource) -> Bool {
        let draw = random.fraction()
        guard lossBurst > 1, loss > 0, loss < 1 else { return draw < loss }
        let leave = 1 / lossBurst
        let enter = leave * loss / (1 - loss)
        isInLossBurst = isInLossBurst ? draw >= leave : draw < enter
        return isInLossBurst
    }
}
