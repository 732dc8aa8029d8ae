/// Holds video so that it is shown with the sound of the same moment (webrtc.md §3.6, after libwebrtc's
/// `stream_synchronization.cc`).
///
/// All delays run from capture by the sender's wall clock to an event by our clock. The offset between the two clocks
/// is unknown, but the same for sound and picture, so it falls out of every difference.
struct LipSync: Sendable {
    /// Video is never held longer than this, whatever the sound does.
    static let maximumHold = Duration.seconds(1)
    /// From handing a frame out to showing it: decoding and drawing.
    private static let renderAllowance: Int64 = 20_000
    private static let deadBand: Double = 30_000
    /// Sound may be so far ahead of its picture without anybody noticing, microseconds.
    private static let audioLead: Double = 20_000
    private static let maximumStep: Double = 80_000
    private static let interval = Duration.seconds(1)

    /// Mean delay from capture to complete frame, microseconds; slow, so that held frames come evenly.
    private var videoDelay: Double?
    /// The delay that holding is measured from, renewed at each step.
    private var baseDelay: Double?
    private var smoothedDifference: Double = 0
    private var lastUpdate: Instant?
    /// How much longer than it needs video is held.
    private(set) var hold = Duration.zero

    /// Notes a complete frame.
    mutating func recordVideo(completion: Instant, captureMicroseconds: Int64) {
        let delay = Double(completion.microseconds &- captureMicroseconds)
        guard let videoDelay, abs(delay - videoDelay) < 5_000_000 else {
            // First frame, or the far clock was set.
            self.videoDelay = delay
            baseDelay = delay
            return
        }
        self.videoDelay = videoDelay + (delay - videoDelay) / 32
    }

    /// Moves the hold towards the sound, at most once a second and 80 ms at a time.
    ///
    /// - Parameter audioDelay: capture to loudspeaker in microseconds; nil when it is not known (no sound: no hold).
    mutating func update(audioDelay: Double?, at now: Instant) {
        if let lastUpdate, now - lastUpdate < Self.interval { return }
        lastUpdate = now
        guard let videoDelay else { return }
        baseDelay = videoDelay
        let held = Double(hold.wholeMicroseconds)
        guard let audioDelay else {
            smoothedDifference = 0
            hold = .microseconds(Int64(max(held - Self.maximumStep, 0)))
            return
        }
        let wanted = audioDelay - Double(Self.renderAllowance) - videoDelay
        let limit = Double(Self.maximumHold.wholeMicroseconds)
        let difference = min(max(wanted, 0), limit) - held
        smoothedDifference += (difference - smoothedDifference) / 4
        guard abs(smoothedDifference) >= Self.deadBand else { return }
        let step = min(max(smoothedDifference, -Self.maximumStep), Self.maximumStep)
        smoothedDifference -= step
        hold = .microseconds(Int64(min(max(held + step, 0), limit)))
    }

    /// When a frame that is complete now should be handed out.
    func playoutTime(captureMicroseconds: Int64?, at now: Instant) -> Instant {
        guard hold > .zero, let captureMicroseconds, let baseDelay else { return now }
        let ideal = Instant(microseconds: captureMicroseconds &+ Int64(baseDelay)) + hold
        return min(max(ideal, now), now + Self.maximumHold)
    }

    /// How long sound should at least take from its arrival to the loudspeaker to go with the picture, which itself cannot
    /// come earlier. It does not depend on how long the sound takes now, so following it cannot swing.
    ///
    /// - Parameter audioTransit: capture to arrival of sound, microseconds.
    func audioFloor(audioTransit: Double) -> Duration {
        guard let videoDelay else { return .zero }
        let floor = videoDelay + Double(Self.renderAllowance) - audioTransit - Self.audioLead
        return .microseconds(Int64(min(max(floor, 0), Double(Self.maximumHold.wholeMicroseconds))))
    }
}
