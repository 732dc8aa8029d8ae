/// A sending rate that gives way to loss: draft-ietf-rmcat-gcc-02 §6, between a floor and a ceiling.
///
/// Below 2 % of loss it grows by 5 % a report, between 2 and 10 % it stays, above it falls by half the loss.
package struct LossBasedRate: Hashable, Sendable {
    /// bit/s
    package private(set) var floor: Int
    package private(set) var ceiling: Int
    private var rate: Double

    /// Encoders are not asked for every small change: rates are this far apart.
    private static let step = 0.85

    /// - Parameters: bit/s; a floor above the ceiling counts as the ceiling.
    package init(floor: Int, ceiling: Int) {
        self.ceiling = max(ceiling, 1)
        self.floor = min(max(floor, 1), self.ceiling)
        rate = Double(self.ceiling)
    }

    /// Other bounds. The rate of now is kept within them; at the old ceiling it goes on to the new one.
    package mutating func setBounds(floor: Int, ceiling: Int) {
        let wasAtCeiling = rate >= Double(self.ceiling)
        let fresh = LossBasedRate(floor: floor, ceiling: ceiling)
        rate = wasAtCeiling ? fresh.rate : min(max(rate, Double(fresh.floor)), Double(fresh.ceiling))
        (self.floor, self.ceiling) = (fresh.floor, fresh.ceiling)
    }

    /// Takes one receiver report.
    ///
    /// - Parameter fractionLost: 0...1 since the report before.
    package mutating func report(fractionLost: Double) {
        guard fractionLost.isFinite else { return }
        if fractionLost > 0.10 {
            rate *= 1 - 0.5 * min(fractionLost, 1)
        } else if fractionLost < 0.02 {
            rate *= 1.05
        }
        rate = min(max(rate, Double(floor)), Double(ceiling))
    }

    /// What an encoder should make, bit/s: the ceiling or one of the steps below it, never under the floor.
    package var target: Int {
        var level = Double(ceiling)
        while level > rate * 1.0001, level * Self.step >= Double(floor) { level *= Self.step }
        return level > rate * 1.0001 ? floor : Int(level)
    }
}
