/// Lets key-frame requests of the far side through at a bearable rate: one a second on average, three in a burst.
///
/// A request that comes too early is not lost: it is granted as soon as the rate allows, unless a key frame went out
/// meanwhile. One that arrives while a key frame is on its way to the asker is taken as answered.
struct KeyFrameThrottle: Sendable {
    private static let burst = 3.0
    private static let minimumInterval = Duration.milliseconds(100)

    private var tokens = burst
    private var refilled: Instant?
    private var lastGrant: Instant?
    private var lastKeyFrame: Instant?
    private var isPending = false

    /// When to call `grant` again; nil while nothing waits.
    private(set) var nextTimeout: Instant?

    /// The far side asks, by PLI or FIR.
    ///
    /// - Parameter underway: how long a key frame takes from here until its sight could have stopped this request.
    mutating func request(at now: Instant, underway: Duration) {
        if let lastKeyFrame, now - lastKeyFrame < underway + .milliseconds(20) { return }
        isPending = true
        nextTimeout = now
    }

    /// Our own side cannot go on without one; asked again at most twice a second.
    mutating func require(at now: Instant) {
        if let lastGrant, now - lastGrant < .milliseconds(500) {
            guard !isPending else { return }
            isPending = true
            nextTimeout = lastGrant + .milliseconds(500)
            return
        }
        isPending = true
        nextTimeout = now
    }

    /// A key frame was handed over for sending.
    mutating func keyFrameSent(at now: Instant) {
        lastKeyFrame = now
        isPending = false
        nextTimeout = nil
    }

    /// True when the encoder should be asked now.
    mutating func grant(at now: Instant) -> Bool {
        guard isPending, let nextTimeout, nextTimeout <= now else { return false }
        if let refilled { tokens = min(Self.burst, tokens + max(0, (now - refilled).inSeconds)) }
        refilled = now
        if let lastGrant, now - lastGrant < Self.minimumInterval {
            self.nextTimeout = lastGrant + Self.minimumInterval
            return false
        }
        guard tokens >= 1 else {
            self.nextTimeout = now + .microseconds(Int64((1 - tokens) * 1_000_000) + 1)
            return false
        }
        tokens -= 1
        lastGrant = now
        isPending = false
        self.nextTimeout = nil
        return true
    }
}
