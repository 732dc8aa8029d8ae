/// The loss that Opus is told of, in steps, so that an encoder is not changed by every measurement: a step is taken when
/// the loss reaches it, and left when it falls well below.
struct ExpectedLoss: Hashable, Sendable {
    /// Per cent. Opus has ever less left for the sound itself the higher this is; over 25 is never worth it.
    private static let steps = [0, 1, 3, 5, 10, 15, 20, 25]
    private static let margin = 0.6

    /// Before anything is known a little is expected: the first seconds get no second chance.
    private var step = 3

    /// 0...25; 0: nothing is lost worth speaking of.
    var percent: Int { Self.steps[step] }

    /// Takes a measurement, 0...1. True when `percent` changed.
    mutating func record(_ fraction: Double) -> Bool {
        let measured = fraction * 100
        let before = step
        while step + 1 < Self.steps.count, measured >= Double(Self.steps[step + 1]) { step += 1 }
        while step > 0, measured < Double(Self.steps[step]) * Self.margin { step -= 1 }
        return step != before
    }
}
