/// Plays a little faster or slower without changing the pitch: one period of the voice is left out or played twice,
/// cross-faded (WSOLA). In place, no allocation. What was played before counts, so that blocks of 10 ms suffice.
enum TimeStretch {
    /// Periods looked for: 2.5 ms (400 Hz) ... 10 ms (100 Hz) at 48 kHz.
    static let lags = 120...480
    /// Samples before the block that are compared, and behind its start.
    private static let reach = 240
    private static let leastLikeness: Float = 0.7
    /// Shorter than this, a cross-fade is a click.
    private static let leastFade = 60

    /// Leaves one period out. Nothing happens when the block is too short or not periodic.
    ///
    /// - Parameter limit: samples to leave out at most.
    static func accelerate(_ block: inout SoundBlock, atMost limit: Int = lags.upperBound) {
        let count = block.count
        let longest = min(lags.upperBound, limit, count - leastFade)
        guard longest >= lags.lowerBound else { return }
        guard let lag = period(block, lags: lags.lowerBound...longest, direction: 1, ahead: count - longest) else {
            return
        }
        let samples = block.samples
        let fade = min(lag, count - lag, reach)
        for offset in 0..<fade {
            samples[offset] = mix(samples[offset], samples[offset + lag], offset, of: fade)
        }
        (samples + fade).update(from: samples + fade + lag, count: count - lag - fade)
        block.setCount(count - lag)
    }

    /// Plays one period twice. Nothing happens when the block is too short, not periodic, or there is no room.
    static func decelerate(_ block: inout SoundBlock) {
        let count = block.count
        guard count >= lags.lowerBound else { return }
        let longest = min(lags.upperBound, count)
        guard let lag = period(block, lags: lags.lowerBound...longest, direction: -1, ahead: count),
            count + lag <= block.capacity
        else { return }
        let samples = block.samples
        // Overlapping areas: from the end backwards.
        var index = count - 1
        while index >= 0 {
            samples[index + lag] = samples[index]
            index -= 1
        }
        // From what would have come, to what came before it: then it comes all the same.
        for offset in 0..<lag { samples[offset] = mix(samples[offset + lag], samples[offset - lag], offset, of: lag) }
        block.setCount(count + lag)
    }

    /// - Parameter ahead: samples of the block that there are to compare, at every lag.
    private static func period(
        _ block: borrowing SoundBlock, lags: ClosedRange<Int>, direction: Int, ahead: Int
    ) -> Int? {
        let match = PitchSearch.match(
            block.samples - reach, window: reach + min(reach, ahead), lags: lags, direction: direction)
        if match.isQuiet { return lags.lowerBound }
        return match.likeness > leastLikeness ? match.lag : nil
    }

    /// From the first to the second, linearly.
    static func mix(_ first: Int16, _ second: Int16, _ offset: Int, of count: Int) -> Int16 {
        Int16(clamping: (Int(first) * (count - offset) + Int(second) * offset) / count)
    }
}
