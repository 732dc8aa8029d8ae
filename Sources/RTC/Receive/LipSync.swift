/// How long pictures wait so that lips and voice fit, from both streams' sender reports.
struct LipSync: Sendable {
    private static let interval = Duration.seconds(1)
    /// Nobody sees less.
    private static let tolerance: Int64 = 30_000
    private static let step: Int64 = 80_000
    private static let longest: Int64 = 500_000

    private(set) var videoDelay = Duration.zero
    private var smoothed: Double?
    private var last = Instant.zero

    /// - Parameters:
    ///   - audio: capture time (µs) and arrival of the newest sound, and how long it waits to be played.
    ///   - video: capture time (µs) and arrival of the newest picture.
    mutating func update(
        audio: (capture: Int64, arrival: Instant, playoutDelay: Duration), video: (capture: Int64, arrival: Instant),
        at now: Instant
    ) {
        guard now - last >= Self.interval else { return }
        last = now
        let audioAge = audio.arrival.microseconds - audio.capture + audio.playoutDelay.wholeMicroseconds
        let videoAge = video.arrival.microseconds - video.capture
        let difference = Double(audioAge - videoAge)
        let average = smoothed.map { $0 + (difference - $0) / 4 } ?? difference
        smoothed = average
        let wanted = min(max(Int64(average), 0), Self.longest)
        let current = videoDelay.wholeMicroseconds
        let change = wanted - current
        guard abs(change) > Self.tolerance else { return }
        videoDelay = .microseconds(current + min(max(change, -Self.step), Self.step))
    }
}
