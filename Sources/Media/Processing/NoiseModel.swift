/// Noise with the colour and the loudness of a piece of sound: linear prediction (autocorrelation, Levinson-Durbin) of
/// white noise. No allocation after `init`.
struct NoiseModel {
    private static let order = 16
    private static let window = 960

    private var coefficients = [Float](repeating: 0, count: order)
    private var memory = [Float](repeating: 0, count: order)
    private var correlations = [Float](repeating: 0, count: order + 1)
    private var scratch = [Float](repeating: 0, count: order)
    /// Root mean square of the white noise before it is coloured.
    private var gain: Float = 0
    private var seed: UInt32 = 0x2545_F491
    private var position = 0

    /// Learns from the last 20 ms before `end`.
    mutating func learn(before end: UnsafePointer<Int16>) {
        let start = end - Self.window
        for lag in 0...Self.order {
            var sum: Float = 0
            for index in lag..<Self.window {
                // A sine's half would do better than none; a triangle costs nothing to compute.
                let weight = Float(min(index, Self.window - index)) / Float(Self.window / 2)
                sum += weight * Float(start[index]) * Float(start[index - lag])
            }
            correlations[lag] = sum
        }
        // A floor of white noise, 40 dB below, keeps it stable.
        correlations[0] = correlations[0] * 1.0001 + 1
        solve()
    }

    private mutating func solve() {
        var error = correlations[0]
        for index in coefficients.indices { coefficients[index] = 0 }
        for step in 0..<Self.order {
            var sum = correlations[step + 1]
            for index in 0..<step { sum -= coefficients[index] * correlations[step - index] }
            let reflection = sum / error
            guard reflection.magnitude < 1 else { break }
            for index in 0..<step { scratch[index] = coefficients[step - 1 - index] }
            for index in 0..<step { coefficients[index] -= reflection * scratch[index] }
            coefficients[step] = reflection
            error *= 1 - reflection * reflection
        }
        // The triangle's mean is a half.
        gain = (max(error, 0) * 2 / Float(Self.window)).squareRoot()
    }

    /// Forgets where it was, not what it knows: each use begins softly.
    mutating func restart() {
        for index in memory.indices { memory[index] = 0 }
    }

    /// The next sample.
    mutating func next() -> Float {
        seed = seed &* 1_664_525 &+ 1_013_904_223
        // Even over a range of root mean square one.
        let white = (Float(seed >> 8) / Float(1 << 23) - 1) * 1.732
        var value = white * gain
        for index in 0..<Self.order {
            value += coefficients[index] * memory[(position + Self.order - 1 - index) % Self.order]
        }
        value = min(max(value, -32_768), 32_767)
        memory[position] = value
        position = (position + 1) % Self.order
        return value
    }
}
