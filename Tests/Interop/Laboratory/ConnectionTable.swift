import Foundation
import Synchronization

/// Who connects how: a line for each case of the laboratory.
final class ConnectionTable: Sendable {
    private let lines = Mutex<[String]>([])

    /// - Parameter ways: the types of the candidates in use, of both sides; nil where there is no way.
    func add(_ one: NATLaboratoryTests.Case, ways: [String]?, setupTime: Double?) {
        let cells =
            [one.ann.rawValue, one.bob.rawValue, one.help.rawValue] + (ways ?? ["none", "none"])
            + [setupTime.map { String(format: "%.0f", $0) } ?? "-"]
        lines.withLock { $0.append(Self.line(cells)) }
    }

    func show() {
        let title = Self.line(["ann's router", "bob's router", "servers", "ann's way", "bob's way", "set-up, ms"])
        print("\nWho connects how\n" + ([title] + lines.withLock { $0 }).joined(separator: "\n"))
    }

    private static func line(_ cells: [String]) -> String {
        cells.map { $0.padding(toLength: 19, withPad: " ", startingAt: 0) }.joined()
    }
}
