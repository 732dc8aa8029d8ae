import Wire

/// Notes when packets with a transport-wide sequence number arrive, and makes feedback of it
/// (draft-holmer-rmcat-transport-wide-cc-extensions-01).
struct TransportArrivalLog: Sendable {
    /// Between feedback packets: the shorter when many packets come.
    static let shortInterval = Duration.milliseconds(50)
    static let longInterval = Duration.milliseconds(100)
    private static let busyPacketCount = 8
    /// So many packets do not wait for the interval.
    private static let fullPacketCount = 100
    /// A gap larger than this starts a new list: the sender began anew.
    private static let maximumGap: Int64 = 2000
    /// Told arrivals are kept this long: a late packet makes its neighbours be told of once more.
    private static let memory = Duration.milliseconds(500)

    private struct Arrival: Sendable {
        var sequenceNumber: Int64
        var time: Instant
        var isReported: Bool
    }

    private var sequence = SequenceUnwrapper()
    /// In order of sequence numbers.
    private var arrivals: [Arrival] = []
    private var unreportedCount = 0
    /// Number behind the highest that feedback has spoken of.
    private var next: Int64?
    private var feedbackCount: UInt8 = 0
    private(set) var nextTimeout: Instant?

    mutating func record(_ number: UInt16, at now: Instant) {
        let extended = sequence.unwrap(number)
        if let next, abs(extended - next) > Self.maximumGap {
            arrivals.removeAll(keepingCapacity: true)
            unreportedCount = 0
            self.next = nil
        }
        var index = arrivals.count
        while index > 0, arrivals[index - 1].sequenceNumber > extended { index -= 1 }
        if index > 0, arrivals[index - 1].sequenceNumber == extended { return }
        guard arrivals.count < TransportFeedback.maximumPacketCount else { return }
        arrivals.insert(Arrival(sequenceNumber: extended, time: now, isReported: false), at: index)
        unreportedCount += 1
        nextTimeout = earliest(nextTimeout, now + interval)
    }

    private var interval: Duration {
        if unreportedCount >= Self.fullPacketCount { return .zero }
        return unreportedCount > Self.busyPacketCount ? Self.shortInterval : Self.longInterval
    }

    /// Feedback on all that came since the last; empty when nothing did. Several when arrival times are too far apart
    /// for one list of deltas.
    mutating func makeFeedback(senderSSRC: UInt32, mediaSSRC: UInt32, at now: Instant) -> [TransportFeedback] {
        nextTimeout = nil
        unreportedCount = 0
        var all: [TransportFeedback] = []
        while let begin = arrivals.firstIndex(where: { !$0.isReported }) {
            let first = arrivals[begin].sequenceNumber
            let start = max(min(next ?? first, first), first - Self.maximumGap)
            let (feedback, end) = feedback(from: start, begin: begin, senderSSRC: senderSSRC, mediaSSRC: mediaSSRC)
            all.append(feedback)
            feedbackCount &+= 1
            for index in begin..<end { arrivals[index].isReported = true }
            next = max(next ?? 0, arrivals[end - 1].sequenceNumber + 1)
        }
        arrivals.removeAll { now - $0.time > Self.memory }
        return all
    }

    /// One feedback on the packets from `start` on, and the index behind the last arrival in it (beyond `begin`).
    private func feedback(
        from start: Int64, begin: Int, senderSSRC: UInt32, mediaSSRC: UInt32
    ) -> (TransportFeedback, end: Int) {
        let reference = arrivals[begin].time.microseconds / TransportFeedback.referenceUnit
        var statuses: [TransportFeedback.Arrival] = []
        var clock = reference * TransportFeedback.referenceUnit
        var expected = start
        var end = begin
        while end < arrivals.count {
            let arrival = arrivals[end]
            let units = (arrival.time.microseconds - clock) / TransportFeedback.deltaUnit
            let gap = Int(arrival.sequenceNumber - expected)
            // Small enough for one datagram at two bytes a packet.
            guard let delta = Int16(exactly: units), statuses.count + gap < 450 || end == begin else { break }
            statuses.append(contentsOf: repeatElement(.lost, count: gap))
            statuses.append(.receivedAfter(delta))
            // Summed in units, so that rounding does not add up.
            clock += Int64(delta) * TransportFeedback.deltaUnit
            expected = arrival.sequenceNumber + 1
            end += 1
        }
        let feedback = TransportFeedback(
            senderSSRC: senderSSRC, mediaSSRC: mediaSSRC, baseSequenceNumber: UInt16(truncatingIfNeeded: start),
            referenceTime: Int32(truncatingIfNeeded: reference << 8) >> 8, feedbackCount: feedbackCount,
            arrivals: statuses)
        return (feedback, max(end, begin + 1))
    }
}
