import Wire

/// Sequence numbers, loss and jitter of one received SSRC (RFC 3550 §6.4.1, appendices A.1, A.3 and A.8).
struct ReceptionStatistics: Sendable {
    enum Outcome: Hashable, Sendable {
        /// The extended sequence number; it grows for ever, also over a restart.
        case accepted(Int64)
        /// As `accepted`, and the sender began anew: nothing before belongs to it.
        case restarted(Int64)
        /// One stray packet far off the known range.
        case ignored
    }

    /// A jump forward this far, or backward further than the other, may be a restart.
    private static let maximumDropout: Int64 = 3000
    private static let maximumMisorder: Int64 = 1000

    let clockRate: UInt32
    private var sequence = SequenceUnwrapper()
    private var first: Int64 = 0
    private var suspect: UInt16?
    private var highest: Int64 { sequence.highest ?? 0 }
    private var lastTransit: (arrival: Instant, timestamp: UInt32)?
    private var jitterUnits = 0.0
    private var expectedAtReport: Int64 = 0
    private var receivedAtReport: Int64 = 0
    private var received: Int64 = 0
    /// Added to what the unwrapper gives, so that numbers keep growing over restarts.
    private var base: Int64 = 0

    /// - Parameter previous: of the source that this one replaces; numbers go on growing from there.
    init(clockRate: UInt32, after previous: ReceptionStatistics? = nil) {
        self.clockRate = max(clockRate, 1)
        if let previous { base = previous.base + previous.highest + 0x1_0000 }
    }

    var hasPackets: Bool { received > 0 }

    /// Seconds.
    var jitter: Double { jitterUnits / Double(clockRate) }

    var cumulativeLost: Int64 { hasPackets ? highest - first + 1 - received : 0 }

    /// Counts a packet of a first transmission (duplicates too, as RFC 3550 says; retransmissions not).
    mutating func record(_ number: UInt16, timestamp: UInt32, arrival: Instant) -> Outcome {
        guard let highest = sequence.highest else { return start(at: number, timestamp: timestamp, arrival: arrival) }
        let distance = sequence.peek(number) - highest
        if distance > Self.maximumDropout || distance < -Self.maximumMisorder {
            // Two packets in a row out there mean a restart; one means a stray.
            guard suspect == number else {
                suspect = number &+ 1
                return .ignored
            }
            base += highest + 0x1_0000
            let outcome = start(at: number, timestamp: timestamp, arrival: arrival)
            guard case .accepted(let extended) = outcome else { return outcome }
            return .restarted(extended)
        }
        suspect = nil
        received += 1
        if distance > 0 { updateJitter(timestamp: timestamp, arrival: arrival) }
        return .accepted(base + sequence.unwrap(number))
    }

    /// The extended number of a packet that came as a retransmission; it does not count as received.
    func extended(_ number: UInt16) -> Int64 { base + sequence.peek(number) }

    /// The block for a report, which also starts the next interval of `fractionLost`.
    mutating func reportBlock(
        ssrc: UInt32, lastSenderReport: UInt32, delaySinceLastSenderReport: UInt32
    ) -> ReportBlock {
        let expected = highest - first + 1
        let expectedInterval = expected - expectedAtReport
        let lostInterval = expectedInterval - (received - receivedAtReport)
        expectedAtReport = expected
        receivedAtReport = received
        let fraction = expectedInterval > 0 && lostInterval > 0 ? min(lostInterval * 256 / expectedInterval, 255) : 0
        return ReportBlock(
            ssrc: ssrc, fractionLost: UInt8(clamping: fraction), cumulativeLost: Int32(clamping: cumulativeLost),
            highestSequenceNumber: UInt32(truncatingIfNeeded: highest - 0x1_0000),
            jitter: UInt32(clamping: Int64(min(jitterUnits, 4e9))),
            lastSenderReport: lastSenderReport, delaySinceLastSenderReport: delaySinceLastSenderReport)
    }

    private mutating func start(at number: UInt16, timestamp: UInt32, arrival: Instant) -> Outcome {
        sequence = SequenceUnwrapper()
        first = sequence.unwrap(number)
        received = 1
        expectedAtReport = 0
        receivedAtReport = 0
        jitterUnits = 0
        suspect = nil
        lastTransit = (arrival, timestamp)
        return .accepted(base + first)
    }

    /// RFC 3550 A.8, over packets in order only: a late one says nothing about the path's jitter.
    private mutating func updateJitter(timestamp: UInt32, arrival: Instant) {
        if let lastTransit {
            let elapsed = Double((arrival - lastTransit.arrival).wholeMicroseconds) * Double(clockRate) / 1_000_000
            let sent = Double(Int32(bitPattern: timestamp &- lastTransit.timestamp))
            // A jump of the media clock itself (mute, hold) is no jitter.
            let difference = abs(elapsed - sent)
            if difference < Double(clockRate) * 5 { jitterUnits += (difference - jitterUnits) / 16 }
        }
        lastTransit = (arrival, timestamp)
    }
}
