import Synchronization

/// Loudness of a stream of samples, for a meter and for the audio-level extension. Written by one thread, read by all.
final class AudioMeter: Sendable {
    private let peak = Atomic<Int>(0)

    /// Root mean square of full scale, 0...1, of the last chunk; falls slowly so that an eye can follow.
    var level: Double { Double(peak.load(ordering: .relaxed)) / 1_000_000 }

    /// The chunk's energy: mean square of full scale.
    @discardableResult
    func record(_ samples: UnsafeBufferPointer<Int16>) -> Double {
        let meanSquare = Self.meanSquare(samples)
        let current = Int(meanSquare.squareRoot() * 1_000_000)
        let before = peak.load(ordering: .relaxed)
        // A tenth in 10 ms, however short the pieces are.
        let fallen =
            before * (10 * AudioProcessor.chunk - min(samples.count, AudioProcessor.chunk))
            / (10 * AudioProcessor.chunk)
        peak.store(max(current, fallen), ordering: .relaxed)
        return meanSquare
    }

    /// Of full scale.
    static func meanSquare(_ samples: UnsafeBufferPointer<Int16>) -> Double {
        var sum: Int64 = 0
        for sample in samples { sum &+= Int64(sample) &* Int64(sample) }
        return Double(sum) / (Double(max(samples.count, 1)) * 32768 * 32768)
    }

    func reset() { peak.store(0, ordering: .relaxed) }

    /// -dBov of RFC 6464 for a mean square: 0 loudest, 127 silence.
    static func decibels(meanSquare: Double) -> UInt8 {
        guard meanSquare > 1e-12 else { return 127 }
        var value = 0
        var bound = 1.0
        // One decibel is a factor of 10^0.1 of power; a table-free logarithm that the audio path can afford.
        while meanSquare < bound, value < 127 {
            bound *= 0.794_328_234_724_281_5
            value += 1
        }
        return UInt8(value)
    }
}
