import Foundation

/// How much of a recording's energy is a sine of one frequency: 1 is all of it.
package func share(of hertz: Double, in samples: [Int16], rate: Double = 48_000) -> Double {
    // Goertzel's algorithm over the whole recording.
    let coefficient = 2 * cos(2 * Double.pi * hertz / rate)
    var (previous, beforeThat, energy) = (0.0, 0.0, 0.0)
    for sample in samples {
        let value = Double(sample)
        energy += value * value
        (previous, beforeThat) = (value + coefficient * previous - beforeThat, previous)
    }
    guard energy > 0 else { return 0 }
    let power = previous * previous + beforeThat * beforeThat - coefficient * previous * beforeThat
    return 2 * power / (energy * Double(samples.count))
}

/// The loudest of some frequencies, to 10 Hz: the width that a tenth of a second resolves.
package func loudestTone(in samples: [Int16], from low: Double = 100, to high: Double = 2_000) -> Double {
    let windows = stride(from: 0, to: samples.count - 4_800, by: 14_400).map { Array(samples[$0..<($0 + 4_800)]) }
    var loudest = (hertz: 0.0, power: 0.0)
    for hertz in stride(from: low, through: high, by: 10) {
        let power = windows.reduce(0) { $0 + share(of: hertz, in: $1) }
        if power > loudest.power { loudest = (hertz, power) }
    }
    return loudest.hertz
}
