import Glibc

/// The sounds around a call, made here: no recording is needed.
package enum CallTone: String, Hashable, Sendable, CaseIterable {
    /// Somebody calls: four notes, struck softly, every three seconds.
    case ring
    /// It rings at the other end: the European ringback, 425 Hz, one second in five (ITU-T E.180).
    case ringback
    /// The call is over: two falling notes, once.
    case ended

    /// Whether it goes on until it is stopped.
    package var repeats: Bool { self != .ended }

    /// One round of the tone, silence after it included: 48 kHz, one channel.
    package func samples() -> [Int16] {
        switch self {
        case .ring:
            let notes = [(0.0, 659.26), (0.18, 783.99), (0.36, 987.77), (0.72, 783.99)]
            return Self.render(seconds: 3) { time in
                notes.reduce(0.0) { $0 + Self.struck(time - $1.0, hertz: $1.1) } * 0.3
            }
        case .ringback:
            return Self.render(seconds: 5) { time in
                Self.steady(time, hertz: 425, seconds: 1) * 0.08
            }
        case .ended:
            return Self.render(seconds: 1.8) { time in
                (Self.struck(time, hertz: 523.25) + Self.struck(time - 0.16, hertz: 392)) * 0.2
            }
        }
    }

    private static func render(seconds: Double, _ wave: (Double) -> Double) -> [Int16] {
        (0..<Int(seconds * 48_000)).map { index in
            Int16(clamping: Int(wave(Double(index) / 48_000) * 32_767))
        }
    }

    /// A bar that is struck: overtones die faster than the note itself. The first milliseconds rise, so that nothing
    /// clicks.
    private static func struck(_ time: Double, hertz: Double) -> Double {
        guard time >= 0, time < 1.6 else { return 0 }
        let phase = 2 * Double.pi * hertz * time
        let tone = sin(phase) * exp(-4 * time) + 0.4 * sin(phase * 3.93) * exp(-18 * time)
        return tone * min(1, time / 0.004) * min(1, (1.6 - time) / 0.05)
    }

    private static func steady(_ time: Double, hertz: Double, seconds: Double) -> Double {
        guard time < seconds else { return 0 }
        return sin(2 * .pi * hertz * time) * min(1, time / 0.02) * min(1, (seconds - time) / 0.02)
    }
}
