/// Keeps the messages of one side of a call in order, and each of them once, over connections that break: it numbers them,
/// has a copy of each until the far side has it, and knows the far side's last one.
struct MessageLedger: Hashable, Sendable {
    enum Arrival: Hashable, Sendable {
        case next
        /// Was there already.
        case again
        /// One before it is missing.
        case tooEarly
    }

    /// Messages and bytes that may wait for a far side that is away.
    static let limit = 256
    static let sizeLimit = 1 << 20
    /// Messages that are taken before the far side is told.
    private static let stride: UInt64 = 8

    /// What the far side may not have yet, in order.
    private(set) var waiting: [SignalingEnvelope] = []
    /// The number of the last message that came.
    private(set) var received: UInt64 = 0
    private var told: UInt64 = 0
    private var sent: UInt64 = 0
    private var size = 0

    /// A message with its number.
    ///
    /// - Throws: when too much waits already.
    mutating func number(_ message: SignalingMessage, of call: String) throws(SignalingError) -> SignalingEnvelope {
        let cost = Self.cost(message)
        guard waiting.count < Self.limit, size + cost <= Self.sizeLimit else {
            throw SignalingError("too many messages wait for the far side")
        }
        sent += 1
        size += cost
        let envelope = SignalingEnvelope(message, call: call, number: sent)
        waiting.append(envelope)
        return envelope
    }

    /// The far side has everything up to a number. One that was never sent means nothing.
    mutating func acknowledge(_ number: UInt64) {
        guard number <= sent else { return }
        let count = waiting.prefix { ($0.number ?? 0) <= number }.count
        for envelope in waiting.prefix(count) { size -= Self.cost(envelope.message) }
        waiting.removeFirst(count)
    }

    mutating func receive(_ number: UInt64) -> Arrival {
        if number <= received { return .again }
        guard number == received + 1 else { return .tooEarly }
        received = number
        return .next
    }

    /// Whether the far side keeps copies of many that have come.
    var isTellingDue: Bool { received >= told + Self.stride }

    /// The far side is being told with every message that goes out.
    mutating func tell() -> UInt64 {
        told = received
        return received
    }

    private static func cost(_ message: SignalingMessage) -> Int {
        switch message {
        case .videoOffer(_, let sdp), .videoAnswer(_, let sdp): sdp.utf8.count + 512
        default: 512
        }
    }
}
