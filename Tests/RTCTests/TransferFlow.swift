import RTC

/// A TCP transfer without its wire format: slow start, congestion avoidance, fast recovery and time-out of NewReno
/// (RFC 5681, RFC 6582), as the competitor that RFC 8867 asks for.
final class TransferFlow {
    static let segmentByteCount = 1472

    let delay: Duration
    private var start: Instant
    /// Segments of one file; nil for an endless one.
    private let segmentCount: Int?
    private var window = 10.0
    private var threshold = 1e9
    private var next = 0
    private var acknowledged = 0
    private var duplicates = 0
    private var recoverUntil: Int?
    private var retransmissions: [Int] = []
    private var timeout: Instant?
    private var roundTrip = 0.3
    private var sentAt: [Int: Instant] = [:]
    /// Receiver: the next expected, and those beyond that arrived.
    private var expected = 0
    private var ahead: Set<Int> = []
    private(set) var arrivedSegments: [Int] = []
    private var isDone: Bool { segmentCount.map { acknowledged >= $0 } ?? false }

    init(delay: Duration, start: Instant, byteCount: Int?) {
        self.delay = delay
        self.start = start
        segmentCount = byteCount.map { max($0 / Self.segmentByteCount, 1) }
    }

    var nextTimeout: Instant {
        if isDone { return Instant(microseconds: .max) }
        return next == 0 ? start : timeout ?? Instant(microseconds: .max)
    }

    func pollSegment(at now: Instant) -> Int? {
        guard now >= start, !isDone else { return nil }
        if let timeout, timeout <= now {
            threshold = max(window / 2, 2)
            window = 1
            next = acknowledged
            recoverUntil = nil
            duplicates = 0
            retransmissions = []
            roundTrip = min(roundTrip * 2, 10)
            self.timeout = now + .microseconds(Int64(max(roundTrip * 2, 0.3) * 1e6))
        }
        if !retransmissions.isEmpty { return retransmissions.removeFirst() }
        // Segments that left the network while a loss is repaired make room for new ones.
        guard next - acknowledged < Int(window) + duplicates, segmentCount.map({ next < $0 }) ?? true else {
            return nil
        }
        defer { next += 1 }
        sentAt[next] = now
        if timeout == nil { timeout = now + .microseconds(Int64(max(roundTrip * 2, 0.3) * 1e6)) }
        return next
    }

    /// The receiver's next expected segment.
    func receive(_ number: Int, at now: Instant) -> Int {
        let slot = Int(now.microseconds / 100_000)
        while arrivedSegments.count <= slot { arrivedSegments.append(0) }
        arrivedSegments[slot] += 1
        if number >= expected { ahead.insert(number) }
        while ahead.remove(expected) != nil { expected += 1 }
        return expected
    }

    func acknowledge(_ number: Int, at now: Instant) {
        guard number > acknowledged else {
            duplicates += 1
            if duplicates == 3, recoverUntil == nil {
                threshold = max(window / 2, 2)
                window = threshold
                recoverUntil = next
                retransmissions.append(acknowledged)
            }
            return
        }
        let fresh = number - acknowledged
        if let sent = sentAt[number - 1] { roundTrip += ((now - sent).inSeconds - roundTrip) / 8 }
        for old in acknowledged..<number { sentAt[old] = nil }
        acknowledged = number
        next = max(next, number)
        timeout = now + .microseconds(Int64(max(roundTrip * 2, 0.3) * 1e6))
        duplicates = 0
        if let until = recoverUntil {
            if number >= until {
                recoverUntil = nil
            } else {
                retransmissions.append(number)
            }
            return
        }
        window += window < threshold ? Double(fresh) : Double(fresh) / window
    }

    /// Bits that arrived a second between two times in seconds.
    func throughput(from: Double, to: Double) -> Double {
        let slots = Int(from * 10)..<Int(to * 10)
        let segments = slots.reduce(0) { $0 + ($1 < arrivedSegments.count ? arrivedSegments[$1] : 0) }
        return Double(segments * (Self.segmentByteCount + 28) * 8) / (to - from)
    }
}
