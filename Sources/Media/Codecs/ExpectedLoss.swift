/// The loss that Opus is told of, in steps, so that an encoder is not changed by every measurement: a step is taken when
/// the loss reaches it, and left when it falls well below.
struct ExpectedLoss: Hashable, Sendable {
    /// Measured and told, per cent. At its usual bitrates libopus 1.3 carries error correction only when it is told of
    /// more than 5; told of much, it has ever less left for the sound itself, and over 25 is never worth it.
    private static let steps: [(measured: Double, told: Int)] = [
        (0, 0), (1, 3), (2.5, 7), (8, 10), (13, 15), (18, 20), (23, 25),
    ]
    private static let margin = 0.6

    /// Before anything is known a little is expected: the first seconds get no second chance.
    private var step = 2

    /// 0...25; 0: nothing is lost worth speaking of.
    var percent: Int { Self.steps[step].told }

    /// Takes a measurement, 0...1. True when `percent` changed.
    mutating func record(_ fraction: Double) -> Bool {
        let measured = fraction * 100
        let before = step
        while step + 1 < Self.steps.count, measured >= Self.steps[step + 1].measured { step += 1 }
        while step > 0, measured < Self.steps[step].measured * Self.margin { step -= 1 }
        return step != before
    }
}
