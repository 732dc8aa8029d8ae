import Wire

/// Turns capture times into RTP timestamps of one stream, and back to the wall clock for sender reports.
struct MediaTimeline: Sendable {
    let clockRate: Int64
    /// Random start (RFC 3550 §5.1).
    private let offset: UInt32
    /// Capture time that stands for `offset`.
    private var origin: Instant?
    private var last: (timestamp: Int64, captureTime: Instant)?
    /// Where sound that follows on without a gap is due, in clock units since the origin.
    private var expected: Int64 = 0

    init(clockRate: UInt32, offset: UInt32) {
        self.clockRate = Int64(max(clockRate, 1))
        self.offset = offset
    }

    /// Timestamp of a picture: strictly growing, as two pictures of one timestamp would be taken for one.
    mutating func videoTimestamp(captureTime: Instant) -> UInt32 {
        let units = max(units(at: captureTime), (last?.timestamp ?? -1) + 1)
        last = (units, captureTime)
        return offset &+ UInt32(truncatingIfNeeded: units)
    }

    /// Timestamp of a packet of sound. It counts samples, so that the receiver sees no seams; only a capture time more
    /// than 100 ms away from that count (mute, discontinuous transmission, a lost device) moves it, always forward.
    mutating func audioTimestamp(captureTime: Instant, sampleCount: Int) -> UInt32 {
        let captured = units(at: captureTime)
        var units = expected
        if last == nil || captured - expected > clockRate / 10 { units = max(captured, expected) }
        expected = units + Int64(max(sampleCount, 0))
        last = (units, captureTime)
        return offset &+ UInt32(truncatingIfNeeded: units)
    }

    /// What the RTP clock shows at `now`, for a sender report; nil before the first packet.
    func timestamp(at now: Instant) -> UInt32? {
        guard let last else { return nil }
        let elapsed = (now - last.captureTime).wholeMicroseconds
        return offset &+ UInt32(truncatingIfNeeded: last.timestamp &+ elapsed &* clockRate / 1_000_000)
    }

    private mutating func units(at captureTime: Instant) -> Int64 {
        let origin = self.origin ?? captureTime
        self.origin = origin
        return (captureTime - origin).wholeMicroseconds &* clockRate / 1_000_000
    }
}
