/// Finds the distance at which a sound is most like itself.
enum PitchSearch {
    struct Match: Equatable {
        /// Samples at 48 kHz.
        var lag: Int
        /// 1: exactly alike; 0: nothing in common.
        var likeness: Float
        /// So quiet that any distance will do.
        var isQuiet: Bool
    }

    /// The `lag` for which `window` samples from `start` on are most like those from `start - lag` on.
    ///
    /// - Parameter direction: -1 to look into the past, 1 to look ahead.
    static func match(
        _ start: UnsafePointer<Int16>, window: Int, lags: ClosedRange<Int>, direction: Int
    ) -> Match {
        // At a quarter of the rate first: a voice has little above 6 kHz that would tell periods apart.
        var best = Match(lag: lags.lowerBound, likeness: -1, isQuiet: false)
        var lag = lags.lowerBound
        while lag <= lags.upperBound {
            let likeness = likeness(start, start + direction * lag, count: window, step: 4)
            if likeness > best.likeness { best = Match(lag: lag, likeness: likeness, isQuiet: false) }
            lag += 4
        }
        let coarse = best.lag
        best.likeness = -1
        for lag in max(coarse - 3, lags.lowerBound)...min(coarse + 3, lags.upperBound) {
            let likeness = likeness(start, start + direction * lag, count: window, step: 2)
            if likeness > best.likeness { best = Match(lag: lag, likeness: likeness, isQuiet: false) }
        }
        best.isQuiet = energy(start, count: window) < 400
        return best
    }

    /// Mean square of the samples.
    static func energy(_ samples: UnsafePointer<Int16>, count: Int) -> Float {
        var sum: Float = 0
        for index in 0..<count { sum += Float(samples[index]) * Float(samples[index]) }
        return sum / Float(max(count, 1))
    }

    private static func likeness(
        _ left: UnsafePointer<Int16>, _ right: UnsafePointer<Int16>, count: Int, step: Int
    ) -> Float {
        var cross: Float = 0
        var leftEnergy: Float = 1
        var rightEnergy: Float = 1
        var index = 0
        while index < count {
            let (first, second) = (Float(left[index]), Float(right[index]))
            cross += first * second
            leftEnergy += first * first
            rightEnergy += second * second
            index += step
        }
        return cross / (leftEnergy * rightEnergy).squareRoot()
    }
}
