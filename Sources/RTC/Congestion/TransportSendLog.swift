import Wire

/// What was sent with which transport-wide sequence number, and what the far side's feedback says of it: the input of
/// bandwidth estimation, and the proof that an SSRC is known over there.
struct TransportSendLog: Sendable {
    /// The fate of one packet.
    struct Result: Hashable, Sendable {
        var ssrc: UInt32
        var byteCount: Int
        var sent: Instant
        /// The probe that it was part of, 0 for none.
        var probe: Int32 = 0
        /// By the far side's clock, microseconds from an origin of its own; nil when it was lost.
        var arrival: Int64?
        /// Earlier feedback had given it up for lost.
        var wasToldLost = false
    }

    private struct Entry: Sendable {
        var sequenceNumber: Int64
        var ssrc: UInt32
        var byteCount: Int
        /// Of all packets up to this one.
        var totalByteCount: Int64
        var sent: Instant
        var probe: Int32
        var isAcknowledged: Bool
        var isToldLost = false
    }

    private static let maximumEntryCount = 4096
    private static let retention = Duration.seconds(10)

    private var entries = FIFO<Entry>(capacity: 128)
    private var next: Int64 = 0x1_0000
    /// The far side's reference time, unwrapped from 24 bits.
    private var reference: Int64?
    private(set) var feedbackCount: Int64 = 0
    private(set) var acknowledgedByteCount: Int64 = 0
    private var sentByteCount: Int64 = 0
    /// Of all packets up to the newest that arrived.
    private var answeredByteCount: Int64 = 0
    /// Share lost of what the last feedback spoke of.
    private(set) var lastLossFraction = 0.0

    /// Bytes sent after the newest packet that is known to have arrived.
    var outstandingByteCount: Int { Int(sentByteCount - answeredByteCount) }

    /// Nothing will be heard of what was sent so far.
    mutating func giveUpOutstanding() { answeredByteCount = sentByteCount }

    /// The number for the next packet.
    var nextSequenceNumber: UInt16 { UInt16(truncatingIfNeeded: next) }

    /// Notes a packet sent with `nextSequenceNumber`.
    ///
    /// - Parameter probe: the probe that it is part of, 0 for none.
    mutating func record(ssrc: UInt32, byteCount: Int, probe: Int32 = 0, at now: Instant) {
        while let first = entries.first, entries.count >= Self.maximumEntryCount || now - first.sent > Self.retention {
            _ = entries.popFirst()
        }
        sentByteCount += Int64(byteCount)
        entries.append(
            Entry(
                sequenceNumber: next, ssrc: ssrc, byteCount: byteCount, totalByteCount: sentByteCount, sent: now,
                probe: probe, isAcknowledged: false)
        )
        next += 1
    }

    /// What the feedback says of packets that are still known. A packet once acknowledged is not told of again.
    mutating func receive(_ feedback: TransportFeedback) -> [Result] {
        feedbackCount += 1
        guard let first = entries.first else { return [] }
        var clock = unwrap(feedback.referenceTime) * TransportFeedback.referenceUnit
        // The newest number at or below the last sent that has these 16 bits.
        let age = UInt16(truncatingIfNeeded: next - 1) &- feedback.baseSequenceNumber
        let base = next - 1 - Int64(age)
        var results: [Result] = []
        results.reserveCapacity(feedback.arrivals.count)
        var lost = 0
        for (offset, arrival) in feedback.arrivals.enumerated() {
            if case .receivedAfter(let delta) = arrival { clock &+= Int64(delta) * TransportFeedback.deltaUnit }
            let index = Int(clamping: base + Int64(offset) - first.sequenceNumber)
            guard let entry = entries[index], !entry.isAcknowledged else { continue }
            if arrival.isReceived {
                entries[index]?.isAcknowledged = true
                acknowledgedByteCount += Int64(entry.byteCount)
                answeredByteCount = max(answeredByteCount, entry.totalByteCount)
            } else {
                lost += 1
                entries[index]?.isToldLost = true
            }
            results.append(
                Result(
                    ssrc: entry.ssrc, byteCount: entry.byteCount, sent: entry.sent, probe: entry.probe,
                    arrival: arrival.isReceived ? clock : nil, wasToldLost: entry.isToldLost))
        }
        if !results.isEmpty { lastLossFraction = Double(lost) / Double(results.count) }
        return results
    }

    private mutating func unwrap(_ time: Int32) -> Int64 {
        guard let reference else {
            self.reference = Int64(time)
            return Int64(time)
        }
        let distance = Int32(truncatingIfNeeded: (Int64(time) - reference) << 8) >> 8
        let unwrapped = reference + Int64(distance)
        self.reference = unwrapped
        return unwrapped
    }
}
