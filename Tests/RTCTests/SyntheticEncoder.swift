import RTC
import TestSupport

/// Makes frames of the sizes that a video encoder makes which is asked for a rate: key frames several times as large,
/// others scattered, the excess paid back over the next frames (in the manner of RFC 8593).
struct SyntheticEncoder {
    static let frameInterval = Duration.microseconds(33_333)
    private static let keyFrameFactor = 5.0
    private static let scatter = 0.3

    /// Bit/s.
    var target = 300_000
    /// The content is worth no more than this, bit/s.
    var ceiling = 100_000_000
    var wantsKeyFrame = true
    /// What the rate control really aims at: it follows the target over a few frames.
    private var effective = 300_000.0
    /// Bytes made in excess of the rate.
    private var excess = 0.0

    mutating func nextFrame(random: inout RandomSource) -> (byteCount: Int, isKeyFrame: Bool) {
        let wanted = Double(min(target, ceiling))
        let isKey = wantsKeyFrame
        // A key frame's size goes by the target alone.
        effective += (wanted - effective) * (wanted < effective ? (isKey ? 1 : 0.6) : 0.35)
        let mean = effective / 8 * Self.frameInterval.inSeconds
        wantsKeyFrame = false
        let scattered = mean * (1 + Self.scatter * (random.fraction() * 2 - 1))
        let size = isKey ? mean * Self.keyFrameFactor : max(scattered - excess / 10, mean * 0.3)
        excess = max(excess + size - mean, -mean)
        return (max(Int(size), 50), isKey)
    }
}
