/// The time that libvpx is told, in even steps: from times of capture that scatter, as those of every camera do, it takes
/// each picture for the beginning of another frame rate, and misses the bitrate by a tenth and more.
struct EncoderClock: Sendable {
    /// Of a new interval in the smoothed one.
    private static let weight = 1.0 / 16
    /// A longer pause was none of the camera's: over the nominal interval.
    private static let longest = 8.0
    /// A picture that is late counts for no more than so many of the smoothed intervals; a slower camera is late each time.
    private static let latest = 2.0

    /// Real intervals over nominal ones: a camera in the dark is slower than was asked.
    private var stretch = 1.0
    private var timestamp: Int64 = 0
    private var duration = 0
    private var lastCapture: Int64?

    /// Takes the next picture.
    ///
    /// - Parameters:
    ///   - captureTime: µs of any clock.
    ///   - nominal: from one picture to the next, 90 kHz.
    mutating func advance(to captureTime: Int64, nominal: Int) -> (timestamp: Int64, duration: Int) {
        timestamp += Int64(duration)
        if let lastCapture, captureTime > lastCapture {
            let real = Double(captureTime &- lastCapture) * 0.09 / Double(max(nominal, 1))
            stretch += (min(real, stretch * Self.latest, Self.longest) - stretch) * Self.weight
        }
        lastCapture = captureTime
        duration = max(Int((Double(nominal) * stretch).rounded()), 1)
        return (timestamp, duration)
    }
}
