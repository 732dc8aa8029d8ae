/// Decides when and in which order packets leave (leaky bucket; libwebrtc's `pacing_controller` is the model).
///
/// Sound goes at once. Then come retransmissions, then video, both drained at a multiple of the configured rate so that
/// a key frame does not fill the queue of a router; retransmissions take at most three of four turns from video. While
/// a probe is on, packets leave at its rate instead, and padding stands in for what is not there.
struct Pacer: Sendable {
    /// A packet that waits; its contents are in its stream's `SendHistory`.
    struct Entry: Sendable {
        var section: Int
        var sequenceNumber: Int64
        var byteCount: Int
        var isRetransmission: Bool
        var queued = Instant.zero
    }

    /// A packet that leaves now.
    enum Departure: Sendable {
        /// With the identifier of the probe that it is part of, 0 for none.
        case packet(Entry, probe: Int32)
        /// Something of about this size that the far side can do without.
        case padding(byteCount: Int, probe: Int32)
    }

    /// Pacing rate over the configured rate (webrtc.md §3.2).
    static let rateFactor = 2.5
    /// While a queue on the path is being emptied, nothing is sent ahead of time.
    static let drainingRateFactor = 1.1
    /// What may leave back to back, as time at the pacing rate.
    static let burst = Duration.milliseconds(40)
    /// The same with congestion control: a burst is a queue at the bottleneck, and seen as one by the estimator.
    static let controlledBurst = Duration.milliseconds(10)
    /// A longer queue is drained faster than the rate says.
    static let maximumQueueTime = Duration.seconds(2)
    private static let maximumRetransmissionsInARow = 3
    private static let maximumRetransmissions = 2048
    /// With congestion control, what waits to be sent again takes at most so long at the target rate: when a full queue
    /// lost a second of pictures, sending all of them again would keep it full.
    private static let maximumRetransmissionTime = 0.4
    private static let paddingRange = 200...1100
    /// While pictures are held back, something leaves this often: its answer tells when the queue is gone.
    private static let heldInterval = Duration.milliseconds(100)

    /// What all streams together are meant to send, bit/s.
    var targetBitrate: Int
    /// The estimate sets the rate, and the encoder follows it.
    var isControlled = false
    var isDraining = false
    /// Nothing but sound leaves, and where there is none, a packet now and then.
    var isHeld = false

    private var audio = FIFO<Entry>()
    private var retransmissions = FIFO<Entry>()
    private var video = FIFO<Entry>(capacity: 64)
    /// Bytes of `retransmissions` and `video`.
    private(set) var queuedByteCount = 0
    private var retransmissionByteCount = 0
    /// Bytes sent and not yet drained from the bucket.
    private var debt = 0.0
    private var updated: Instant?
    private var retransmissionsInARow = 0
    private var train: ProbeTrain?
    private var lastDeparture = Instant.zero

    init(targetBitrate: Int) { self.targetBitrate = targetBitrate }

    /// Bytes a second.
    private var rate: Double {
        let factor = isDraining ? Self.drainingRateFactor : Self.rateFactor
        let paced = Double(max(targetBitrate, 10_000)) / 8 * factor
        return max(paced, Double(queuedByteCount) / Self.maximumQueueTime.inSeconds)
    }

    private var burstByteCount: Double {
        max(rate * (isControlled ? Self.controlledBurst : Self.burst).inSeconds, 2400)
    }

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

    /// A retransmission over the cap is refused with false: the far side asks again.
    mutating func enqueueRetransmission(_ entry: Entry) -> Bool {
        let limit = Double(max(targetBitrate, 100_000)) / 8 * Self.maximumRetransmissionTime
        guard retransmissions.count < Self.maximumRetransmissions,
            !isControlled || Double(retransmissionByteCount) < limit
        else { return false }
        retransmissions.append(entry)
        queuedByteCount += entry.byteCount
        retransmissionByteCount += entry.byteCount
        return true
    }

    /// A packet that `next` gave was not sent after all.
    mutating func refund(_ entry: Entry) { debt = max(0, debt - Double(entry.byteCount)) }

    // MARK: Probes

    var isProbing: Bool { train != nil }

    /// Sends the next packets as one probe.
    mutating func begin(_ probe: Probe, at now: Instant) { train = ProbeTrain(probe: probe, began: now) }

    /// There is nothing to pad with, or no room for it: a probe without media ends.
    mutating func abandonProbe() { train = nil }

    // MARK: Departures

    /// The next packet that may leave now.
    mutating func next(at now: Instant) -> Departure? {
        if let entry = audio.popFirst() {
            lastDeparture = now
            return .packet(entry, probe: 0)
        }
        drain(to: now)
        if isHeld {
            guard now - lastDeparture >= Self.heldInterval else { return nil }
            lastDeparture = now
            guard queuedByteCount > 0 else { return .padding(byteCount: Self.paddingRange.lowerBound, probe: 0) }
        } else if let train {
            guard train.due <= now else { return nil }
            guard queuedByteCount > 0 else {
                let size = train.probe.byteCount / Probe.minimumPacketCount
                return .padding(byteCount: Self.padding(size), probe: train.probe.identifier)
            }
        } else {
            guard queuedByteCount > 0, debt < burstByteCount else { return nil }
        }
        let takesRetransmission =
            !retransmissions.isEmpty
            && (video.isEmpty || retransmissionsInARow < Self.maximumRetransmissionsInARow)
        retransmissionsInARow = takesRetransmission ? retransmissionsInARow + 1 : 0
        let entry = takesRetransmission ? retransmissions.popFirst() : video.popFirst()
        guard let entry else { return nil }
        queuedByteCount -= entry.byteCount
        if takesRetransmission { retransmissionByteCount -= entry.byteCount }
        let probe = train?.probe.identifier ?? 0
        lastDeparture = now
        account(entry.byteCount)
        return .packet(entry, probe: probe)
    }

    /// When `next` will have something to give; nil for an empty queue. May lie in the past.
    var nextTimeout: Instant? {
        if isHeld, audio.isEmpty { return lastDeparture + Self.heldInterval }
        if audio.isEmpty, let train { return train.due }
        guard let updated else { return audio.isEmpty && queuedByteCount == 0 ? nil : .zero }
        if !audio.isEmpty { return updated }
        guard queuedByteCount > 0 else { return nil }
        let excess = debt - burstByteCount
        if excess < 0 { return updated }
        return updated + .microseconds(Int64(excess / rate * 1_000_000) + 1)
    }

    mutating func removeAll() {
        audio.removeAll()
        removeVideo()
        train = nil
    }

    /// Sound and a probe that is on go on.
    mutating func removeVideo() {
        retransmissions.removeAll()
        video.removeAll()
        queuedByteCount = 0
        retransmissionByteCount = 0
    }

    private static func padding(_ size: Int) -> Int {
        min(max(size, paddingRange.lowerBound), paddingRange.upperBound)
    }

    /// What was found for padding has left: its own size decides when the next one does, or a probe made of small
    /// packets would be slower than it is meant to be.
    mutating func paddingSent(_ byteCount: Int) { account(byteCount) }

    private mutating func account(_ byteCount: Int) {
        debt += Double(byteCount)
        train?.sent(byteCount)
        if train?.isComplete == true { train = nil }
    }

    private mutating func drain(to now: Instant) {
        if let updated, now > updated {
            debt = max(0, debt - rate * (now - updated).inSeconds)
        }
        updated = max(updated ?? now, now)
    }
}

/// A probe on its way out.
private struct ProbeTrain: Sendable {
    let probe: Probe
    let began: Instant
    private var byteCount = 0
    private var packetCount = 0

    init(probe: Probe, began: Instant) {
        self.probe = probe
        self.began = began
    }

    /// When its next packet leaves.
    var due: Instant { began + .microseconds(Int64(Double(byteCount * 8) * 1_000_000 / max(probe.bitrate, 1))) }

    var isComplete: Bool { packetCount >= Probe.minimumPacketCount && byteCount >= probe.byteCount }

    mutating func sent(_ bytes: Int) {
        byteCount += bytes
        packetCount += 1
    }
}
