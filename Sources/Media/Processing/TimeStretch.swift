/// Plays a little faster or slower without changing the pitch: one period of the voice is left out or played twice,
/// cross-faded (WSOLA). In place, no allocation.
enum TimeStretch {
    /// Periods looked for: 2.5 ms (400 Hz) ... 10 ms (100 Hz) at 48 kHz.
    private static let lags = 120...480

    /// Leaves one period out. Returns the new count; the same when the sound is too short or not periodic.
    static func accelerate(_ samples: UnsafeMutableBufferPointer<Int16>, count: Int) -> Int {
        guard let start = samples.baseAddress, let lag = period(start, count: count) else { return count }
        fade(from: start, to: start + lag, into: start, count: lag)
        let rest = count - 2 * lag
        (start + lag).update(from: start + 2 * lag, count: rest)
        return count - lag
    }

    /// Plays one period twice. Returns the new count, at most `samples.count`.
    static func decelerate(_ samples: UnsafeMutableBufferPointer<Int16>, count: Int) -> Int {
        guard let start = samples.baseAddress, let lag = period(start, count: count), count + lag <= samples.count
        else { return count }
        // Overlapping areas: from the end backwards.
        var index = count - 1
        while index >= lag {
            start[index + lag] = start[index]
            index -= 1
        }
        // Second period fades back into the first, then goes on as it was.
        for offset in 0..<lag {
            let second = Int(start[offset + 2 * lag])
            let first = Int(start[offset])
            start[offset + lag] = Int16(clamping: (second * (lag - offset) + first * offset) / lag)
        }
        return count + lag
    }

    private static func fade(
        from first: UnsafePointer<Int16>, to second: UnsafePointer<Int16>, into target: UnsafeMutablePointer<Int16>,
        count: Int
    ) {
        for offset in 0..<count {
            target[offset] = Int16(
                clamping: (Int(first[offset]) * (count - offset) + Int(second[offset]) * offset) / count)
        }
    }

    /// The lag at which the sound is most like itself; nil when it is like nothing, unless it is quiet anyway.
    private static func period(_ samples: UnsafePointer<Int16>, count: Int) -> Int? {
        guard count >= 2 * lags.upperBound else { return nil }
        var best = (lag: 0, score: -1.0)
        var lag = lags.lowerBound
        while lag <= lags.upperBound {
            var cross = 0.0
            var energy = 1.0
            var own = 1.0
            var index = 0
            while index < lags.upperBound {
                let (left, right) = (Double(samples[index]), Double(samples[index + lag]))
                cross += left * right
                own += left * left
                energy += right * right
                index += 4
            }
            let score = cross / (own * energy).squareRoot()
            if score > best.score { best = (lag, score) }
            if own + energy < 1e6 { return lags.lowerBound }
            lag += 4
        }
        return best.score > 0.7 ? best.lag : nil
    }
}
