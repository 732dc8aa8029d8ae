/// Decides when and in which order packets leave (leaky bucket; libwebrtc's `pacing_controller` is the model).
///
/// Sound goes at once. Then come retransmissions, then video, both drained at a multiple of the configured rate so that
/// a key frame does not fill the queue of a router; retransmissions take at most three of four turns from video.
struct Pacer: Sendable {
    /// A packet that waits; its contents are in its stream's `SendHistory`.
    struct Entry: Sendable {
        var section: Int
        var sequenceNumber: Int64
        var byteCount: Int
        var isRetransmission: Bool
    }

    /// Pacing rate over the configured rate.
    static let rateFactor = 2.5
    /// What may leave back to back, as time at the pacing rate.
    static let burst = Duration.milliseconds(40)
    /// A longer queue is drained faster than the rate says.
    static let maximumQueueTime = Duration.seconds(2)
    private static let maximumRetransmissionsInARow = 3
    private static let maximumRetransmissions = 2048

    /// What all streams together are meant to send, bit/s.
    var targetBitrate: Int

    private var audio = FIFO<Entry>()
    private var retransmissions = FIFO<Entry>()
    private var video = FIFO<Entry>(capacity: 64)
    /// Bytes of `retransmissions` and `video`.
    private(set) var queuedByteCount = 0
    /// Bytes sent and not yet drained from the bucket.
    private var debt = 0.0
    private var updated: Instant?
    private var retransmissionsInARow = 0

    init(targetBitrate: Int) { self.targetBitrate = targetBitrate }

    /// Bytes a second.
    private var rate: Double {
        let paced = Double(max(targetBitrate, 10_000)) / 8 * Self.rateFactor
        return max(paced, Double(queuedByteCount) / Self.maximumQueueTime.inSeconds)
    }

    private var burstByteCount: Double { max(rate * Self.burst.inSeconds, 2400) }

    /// How long the queue takes at the normal rate; a sender that sees this grow should not add to it.
    var queueTime: Duration {
        .microseconds(Int64(Double(queuedByteCount) * 8_000_000 / (Double(max(targetBitrate, 10_000)) * 2.5)))
    }

    var hasVideo: Bool { !video.isEmpty }

    mutating func enqueueAudio(_ entry: Entry) { audio.append(entry) }

    mutating func enqueueVideo(_ entry: Entry) {
        video.append(entry)
        queuedByteCount += entry.byteCount
    }

    /// A retransmission over the cap is dropped: the far side asks again.
    mutating func enqueueRetransmission(_ entry: Entry) {
        guard retransmissions.count < Self.maximumRetransmissions else { return }
        retransmissions.append(entry)
        queuedByteCount += entry.byteCount
    }

    /// The next packet that may leave now.
    mutating func next(at now: Instant) -> Entry? {
        if let entry = audio.popFirst() { return entry }
        drain(to: now)
        guard queuedByteCount > 0, debt < burstByteCount else { return nil }
        let takesRetransmission =
            !retransmissions.isEmpty
            && (video.isEmpty || retransmissionsInARow < Self.maximumRetransmissionsInARow)
        retransmissionsInARow = takesRetransmission ? retransmissionsInARow + 1 : 0
        let entry = takesRetransmission ? retransmissions.popFirst() : video.popFirst()
        guard let entry else { return nil }
        queuedByteCount -= entry.byteCount
        debt += Double(entry.byteCount)
        return entry
    }

    /// When `next` will have something to give; nil for an empty queue. May lie in the past.
    var nextTimeout: Instant? {
        guard let updated else { return audio.isEmpty && queuedByteCount == 0 ? nil : .zero }
        if !audio.isEmpty { return updated }
        guard queuedByteCount > 0 else { return nil }
        let excess = debt - burstByteCount
        if excess < 0 { return updated }
        return updated + .microseconds(Int64(excess / rate * 1_000_000) + 1)
    }

    mutating func removeAll() {
        audio.removeAll()
        retransmissions.removeAll()
        video.removeAll()
        queuedByteCount = 0
    }

    private mutating func drain(to now: Instant) {
        if let updated, now > updated {
            debt = max(0, debt - rate * (now - updated).inSeconds)
        }
        updated = max(updated ?? now, now)
    }
}
