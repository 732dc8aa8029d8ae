/// Decides when the receiver of a video stream asks for a key frame (PLI), and how often it repeats that.
///
/// It asks when nothing can be decoded although packets come: at once when a key frame is needed (start, too much
/// lost), or when the oldest frame has waited longer for its missing packets than retransmissions take.
struct KeyFrameRequester: Sendable {
    private static let minimumInterval = Duration.milliseconds(200)
    private static let maximumInterval = Duration.seconds(1)
    /// A stalled stream is given up for its key frame after this long.
    static let stallLimit = Duration.seconds(3)
    /// Without packets for this long the sender has paused: asking would be pointless.
    private static let silence = Duration.seconds(1)

    private var lastRequest: Instant?
    private var interval = minimumInterval
    private var isWanted = false
    private(set) var nextTimeout: Instant?

    /// The decoder, or someone who has just begun to watch, wants one.
    mutating func want(at now: Instant) {
        isWanted = true
        nextTimeout = earliest(nextTimeout, lastRequest.map { $0 + Self.minimumInterval } ?? now)
    }

    /// A frame was handed out: nothing is stuck.
    mutating func frameDelivered(isKeyFrame: Bool) {
        if isKeyFrame { isWanted = false }
        interval = Self.minimumInterval
        nextTimeout = isWanted ? nextTimeout : nil
    }

    /// True when a request should leave now. Call after each packet and at `nextTimeout`.
    mutating func shouldRequest(
        lacksKeyFrame: Bool, oldestWaiting: Instant?, lastPacket: Instant?, roundTripTime: Duration?, at now: Instant
    ) -> Bool {
        guard let lastPacket, now - lastPacket < Self.silence || isWanted else {
            nextTimeout = nil
            return false
        }
        let patience = Self.patience(roundTripTime: roundTripTime)
        var earliestMoment: Instant?
        if lacksKeyFrame || isWanted {
            earliestMoment = now
        } else if let oldestWaiting {
            earliestMoment = oldestWaiting + patience
        }
        guard let earliestMoment else {
            nextTimeout = nil
            return false
        }
        let allowed = lastRequest.map { $0 + max(interval, roundTripTime ?? .zero) } ?? now
        let moment = max(earliestMoment, allowed)
        guard moment <= now else {
            nextTimeout = moment
            return false
        }
        if lastRequest != nil { interval = min(interval * 3 / 2, Self.maximumInterval) }
        lastRequest = now
        isWanted = false
        nextTimeout = now + max(interval, roundTripTime ?? .zero)
        return true
    }

    /// How long retransmissions are trusted to repair a frame.
    private static func patience(roundTripTime: Duration?) -> Duration {
        min(max(.milliseconds(250), (roundTripTime ?? .milliseconds(100)) * 4), .seconds(1))
    }
}
