import Glibc

/// How a level meter shows an amplitude: by decibels, as ears hear.
package nonisolated enum MeterScale {
    /// What the meter's lower end stands for: dBFS.
    package static let floor = -60.0

    /// The meter's filling, 0...1, for a root mean square of full scale, 0...1.
    package static func fraction(of amplitude: Double) -> Double {
        guard amplitude > 0, amplitude.isFinite else { return 0 }
        let decibels = 20 * log10(amplitude)
        return min(max((decibels - floor) / -floor, 0), 1)
    }
}
