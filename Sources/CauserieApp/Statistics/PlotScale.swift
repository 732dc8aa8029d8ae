import Glibc

/// A value axis from zero up, with marks at round numbers.
package nonisolated struct PlotScale: Hashable, Sendable {
    /// Between two marks: 1, 2 or 5 times a power of ten.
    package let step: Double
    /// How many steps the axis has.
    package let steps: Int

    package var top: Double { step * Double(steps) }

    /// The marks, zero first.
    package var marks: [Double] { (0...steps).map { step * Double($0) } }

    /// An axis that holds `maximum` and ends at a round number.
    ///
    /// - Parameters:
    ///   - least: the axis goes up to this at least, so that a quiet line is not blown up into mountains.
    ///   - wanted: about how many steps.
    package init(holding maximum: Double, least: Double, wanted: Int = 3) {
        let floor = least > 0 && least.isFinite ? least : 1
        // Beyond what any figure can be, marks would no longer differ.
        let reach = maximum.isFinite ? min(max(maximum, floor), 1e15) : floor
        step = Self.roundStep(reach / Double(max(wanted, 1)))
        // A hair's breadth over a mark is the arithmetic's, not the figure's.
        steps = max(1, Int((reach / step - 1e-9).rounded(.up)))
    }

    /// The smallest round number that is not below.
    private static func roundStep(_ step: Double) -> Double {
        let power = pow(10, log10(step).rounded(.down))
        for factor in [1.0, 2, 5, 10] where step <= factor * power * (1 + 1e-9) { return factor * power }
        return 10 * power
    }

    /// Where a value stands, 0 at the axis' lower end and 1 at its upper.
    package func fraction(of value: Double) -> Double {
        value.isFinite ? min(max(value / top, 0), 1) : 0
    }
}
