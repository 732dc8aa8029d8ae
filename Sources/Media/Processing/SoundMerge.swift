/// Joins a block that really came to sound that was made up before it: the block's beginning is shifted, by less than a
/// period, to where it goes best with the made-up sound's continuation, and faded in over it (after NetEq's `merge.cc`).
enum SoundMerge {
    /// Samples of continuation that `join` wants: 5 ms.
    static let fadeCount = 240
    private static let furthestShift = 480
    private static let leastLikeness: Float = 0.5

    /// - Parameter continuation: `fadeCount` samples.
    static func join(_ block: inout SoundBlock, to continuation: UnsafePointer<Int16>) {
        let count = block.count
        let fade = min(fadeCount, count)
        guard fade > 0 else { return }
        let samples = block.samples
        let shift = count >= 2 * fadeCount ? shift(samples, count: count, continuation) : 0
        for index in 0..<fade {
            samples[index] = TimeStretch.mix(continuation[index], samples[index + shift], index, of: fade)
        }
        guard shift > 0 else { return }
        (samples + fade).update(from: samples + fade + shift, count: count - fade - shift)
        block.setCount(count - shift)
    }

    /// How much of the block's beginning to leave out.
    private static func shift(
        _ samples: UnsafePointer<Int16>, count: Int, _ continuation: UnsafePointer<Int16>
    ) -> Int {
        var best = (shift: 0, likeness: leastLikeness)
        for shift in stride(from: 0, through: min(furthestShift, count - fadeCount - 60), by: 2) {
            var cross: Float = 0
            var left: Float = 1
            var right: Float = 1
            for index in stride(from: 0, to: fadeCount, by: 4) {
                let (first, second) = (Float(continuation[index]), Float(samples[index + shift]))
                cross += first * second
                left += first * first
                right += second * second
            }
            let likeness = cross / (left * right).squareRoot()
            // The first of two that are nearly as good: less is lost.
            if likeness > best.likeness + 0.01 { best = (shift, likeness) }
        }
        return best.shift
    }
}
