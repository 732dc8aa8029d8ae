import Foundation
import LinkSupport

/// What a link does to a call.
enum LinkScenario: String, CaseIterable {
    /// Too slow for what could be sent.
    case narrow
    /// Fast, but a part of all packets is lost.
    case lossy
    /// Fast, slow and fast again.
    case stepped

    /// Seconds for a call to come to know the link.
    static let warmUp = 20.0

    struct Phase {
        /// Nil for as before.
        var bitsPerSecond: Double?
        var seconds: Double
    }

    var conditions: TunnelledLink.Conditions {
        switch self {
        case .narrow: .init(bitsPerSecond: 1_000_000, delay: 0.05)
        case .lossy: .init(delay: 0.025, loss: 0.05)
        case .stepped: .init(bitsPerSecond: 3_000_000, delay: 0.05)
        }
    }

    var phases: [Phase] {
        switch self {
        case .narrow, .lossy: [Phase(seconds: 60)]
        case .stepped: [Phase(bitsPerSecond: 500_000, seconds: 20), Phase(bitsPerSecond: 3_000_000, seconds: 20)]
        }
    }

    var title: String {
        switch self {
        case .narrow: "1 Mbit/s, 50 ms"
        case .lossy: "5 % loss, 25 ms"
        case .stepped: "3, 0.5, 3 Mbit/s"
        }
    }

    func text(_ figures: LinkFigures) -> String {
        switch self {
        case .narrow:
            String(
                format: "%.0f %% used, queue %.0f ms (95 %%: %.0f ms); %.0f pictures/s, %.0f freezes",
                figures.used * 100,
                figures.meanQueue, figures.lateQueue, figures.framesPerSecond, figures.freezes)
        case .lossy:
            String(
                format: "%.1f %% of the sound made up; %.0f pictures/s, %.0f freezes, %.1f s", figures.concealed * 100,
                figures.framesPerSecond, figures.freezes, figures.frozenSeconds)
        case .stepped:
            String(
                format: "%.1f freezes, %.1f s; %.1f s over 100 ms of queue; 2 Mbit/s after %@", figures.freezes,
                figures.frozenSeconds, figures.secondsOverLimit,
                figures.recovery.map { String(format: "%.1f s", $0) } ?? "more than 20 s")
        }
    }

    var aim: String {
        switch self {
        case .narrow: "92 % used, queue 60 ms"
        case .lossy: "1.0 % of the sound made up"
        case .stepped: "1 freeze, 1.0 s; 1.5 s over 100 ms of queue; 2 Mbit/s after 5.0 s"
        }
    }
}

/// What a call did with a link, both directions' mean.
struct LinkFigures {
    /// Of what the bottleneck could carry, 0...1; headers and repetitions count.
    var used = 0.0
    /// ms
    var meanQueue = 0.0
    /// That 95 % of the time was below, ms.
    var lateQueue = 0.0
    /// With a queue of more than 100 ms.
    var secondsOverLimit = 0.0
    /// From the last change of the rate until a second brought 2 Mbit, in the slower direction; nil when that never came.
    var recovery: Double?
    var freezes: Double
    var frozenSeconds: Double
    var framesPerSecond: Double
    /// Share of the sound, 0...1.
    var concealed: Double

    private static let reportsPerSecond = 10
    private static let recovered = 2_000_000.0

    init(
        _ link: TunnelledLink, from first: LinkMoment, to last: LinkMoment, lastChange: LinkMoment,
        _ receptions: [Reception]
    ) {
        let mean = { (values: [Double]) in values.reduce(0, +) / Double(max(values.count, 1)) }
        let count = last.counts[0] - first.counts[0]
        freezes = mean(receptions.map(\.freezes))
        frozenSeconds = mean(receptions.map(\.frozenSeconds))
        framesPerSecond = mean(receptions.map(\.frames)) * Double(Self.reportsPerSecond) / Double(max(count, 1))
        concealed = receptions.map(\.concealedSamples).reduce(0, +) / max(receptions.map(\.samples).reduce(0, +), 1)
        var recoveries: [Double?] = []
        for (index, direction) in TunnelledLink.Direction.allCases.enumerated() {
            let all = link.reports(direction)
            let reports = all[first.counts[index]..<last.counts[index]]
            let delays = reports.flatMap(\.queueDelays).sorted()
            guard let begin = reports.first, let end = reports.last, !delays.isEmpty else { continue }
            let capacity = reports.dropFirst().reduce(0) { $0 + ($1.bitsPerSecond ?? .infinity) }
            used += (end.carriedBits - begin.carriedBits) / capacity * Double(Self.reportsPerSecond) / 2
            meanQueue += mean(delays) / 2
            lateQueue += delays[delays.count * 95 / 100] / 2
            secondsOverLimit += Double(delays.count { $0 > 100 }) / Double(LinkReport.samplesPerSecond) / 2
            recoveries.append(Self.recovery(all[lastChange.counts[index]..<last.counts[index]].map(\.carriedBits)))
        }
        let slower = recoveries.compactMap { $0 }.max()
        recovery = recoveries.contains { $0 == nil } ? nil : slower
    }

    /// Seconds until a second brought enough.
    private static func recovery(_ carried: [Double]) -> Double? {
        guard carried.count > reportsPerSecond else { return nil }
        let enough = (reportsPerSecond..<carried.count).first {
            carried[$0] - carried[$0 - reportsPerSecond] >= recovered
        }
        return enough.map { Double($0) / Double(reportsPerSecond) }
    }
}
