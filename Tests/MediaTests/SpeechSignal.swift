import Glibc

/// Something like speech, the same at every run: pulses of a moving pitch through changing formants, hissing consonants,
/// and pauses with the noise of a room.
struct SpeechSignal {
    let samples: [Int16]
    /// For each 20 ms: whether somebody speaks.
    let isActive: [Bool]

    private struct Resonator {
        var first = 0.0
        var second = 0.0
        mutating func next(_ input: Double, hertz: Double, bandwidth: Double) -> Double {
            let radius = exp(-.pi * bandwidth / 48_000)
            let output =
                input * (1 - radius) + 2 * radius * cos(2 * .pi * hertz / 48_000) * first - radius * radius * second
            second = first
            first = output
            return output
        }
    }

    private static let vowels: [[Double]] = [
        [730, 1090, 2440], [270, 2290, 3010], [300, 870, 2240], [530, 1840, 2480], [570, 840, 2410], [440, 1020, 2240],
    ]

    init(seconds: Int) {
        var seed: UInt32 = 12_345
        func random() -> Double {
            seed = seed &* 1_664_525 &+ 1_013_904_223
            return Double(seed >> 8) / Double(1 << 24)
        }
        var resonators = [Resonator(), Resonator(), Resonator()]
        var samples: [Int16] = []
        var isActive: [Bool] = []
        var phase = 0.0
        var vowel = Self.vowels[0]
        var (kind, left, length) = (0, 0, 1)
        var base = 120.0
        var envelope = 0.0
        samples.reserveCapacity(seconds * 48_000)
        for index in 0..<(seconds * 48_000) {
            if left == 0 {
                let draw = random()
                kind = draw < 0.68 ? 0 : draw < 0.85 ? 1 : 2
                length = Int(
                    (kind == 0 ? 0.12 + random() * 0.2 : kind == 1 ? 0.06 + random() * 0.08 : 0.1 + random() * 0.3)
                        * 48_000)
                left = length
                vowel = Self.vowels[Int(random() * Double(Self.vowels.count)) % Self.vowels.count]
                base = 100 + random() * 70
            }
            let position = Double(length - left) / Double(length)
            left -= 1
            envelope += ((kind == 2 ? 0 : 1) - envelope) * 0.001
            let noise = random() * 2 - 1
            let pitch = base * (1.1 - 0.2 * position)
            phase += pitch / 48_000
            var source = kind == 1 ? noise * 0.6 : noise * 0.02
            if phase >= 1 {
                phase -= 1
                if kind == 0 { source += 40 }
            }
            var value = 0.0
            for (number, bandwidth) in [80.0, 110, 160].enumerated() {
                let hertz = kind == 1 ? [3500.0, 5000, 6500][number] : vowel[number]
                value +=
                    resonators[number].next(source, hertz: hertz, bandwidth: bandwidth * (kind == 1 ? 6 : 1))
                    * [1, 0.6, 0.35][number]
            }
            value = value * 6000 * envelope + noise * 12
            samples.append(Int16(max(-32_000, min(32_000, value))))
            if index % 960 == 480 { isActive.append(envelope > 0.3) }
        }
        self.samples = samples
        self.isActive = isActive
    }
}
