import Foundation
import RTC
import TestSupport
import Testing

/// What one scenario measured; all of them together make the table of `make bench`'s kind.
struct CongestionFigures: Sendable {
    var name: String
    /// Of the forward link's capacity, all flows together, 0...1.
    var utilization: Double
    var meanQueue: Double
    var lateQueue: Double
    /// Seconds over 100 ms of queue.
    var timeOverLimit: Double
    /// Share of each media flow, then of each transfer, kbit/s.
    var rates: [Int]
    var note = ""
    private let plot: CongestionPlot

    /// - Parameters: seconds of the run that count.
    init(_ name: String, _ simulation: CongestionSimulation, from: Double, to: Double, note: String = "") {
        self.name = name
        self.note = note
        plot = CongestionPlot(name, simulation)
        let all = simulation.queueDelays
        let delays = Array(all[min(Int(from * 100), all.count)..<min(Int(to * 100), all.count)])
        let sorted = delays.sorted()
        meanQueue = delays.reduce(0, +) / Double(max(delays.count, 1))
        lateQueue = sorted.isEmpty ? 0 : sorted[sorted.count * 95 / 100]
        timeOverLimit = Double(delays.count { $0 > 100 }) / 100
        utilization = simulation.utilization(from: from, to: to)
        rates =
            simulation.flows.map { Int($0.throughput(from: from, to: to) / 1000) }
            + simulation.transfers.map { Int($0.throughput(from: from, to: to) / 1000) }
    }

    var line: String {
        let columns = [
            name.padding(toLength: 44, withPad: " ", startingAt: 0),
            String(format: "%5.1f %%", utilization * 100), String(format: "%5.0f", meanQueue),
            String(format: "%5.0f", lateQueue), String(format: "%6.2f", timeOverLimit),
            rates.map(String.init).joined(separator: " "), note,
        ]
        return columns.joined(separator: " | ")
    }

    static let header =
        "scenario                                     |    used |  mean | p95 ms | s>100ms | kbit/s of flows | note"

    /// Adds the line to the file that `CAUSERIE_CONGESTION_TABLE` names, if it does, and the plot beside it.
    func publish() {
        guard let path = ProcessInfo.processInfo.environment["CAUSERIE_CONGESTION_TABLE"] else { return }
        plot.write(into: URL(filePath: path).deletingLastPathComponent())
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(atPath: path, contents: Data((Self.header + "\n").utf8))
        }
        guard let file = FileHandle(forWritingAtPath: path) else { return }
        defer { try? file.close() }
        _ = try? file.seekToEnd()
        try? file.write(contentsOf: Data((line + "\n").utf8))
    }

    /// A table is being made: the longest cases run for as long as RFC 8867 says.
    static var isThorough: Bool { ProcessInfo.processInfo.environment["CAUSERIE_CONGESTION_TABLE"] != nil }

    /// 1 when all have the same, 1/n when one has all (Jain's index).
    static func fairness(_ rates: [Double]) -> Double {
        let sum = rates.reduce(0, +)
        let squares = rates.reduce(0) { $0 + $1 * $1 }
        return squares > 0 ? sum * sum / (Double(rates.count) * squares) : 0
    }
}
