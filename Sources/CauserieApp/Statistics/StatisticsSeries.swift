import Conference
import GLibKit

/// One line of a plot: a figure of each sample, with its name.
package nonisolated struct StatisticsSeries: Hashable, Sendable {
    /// `Received`; empty where a plot has one line only.
    package var name: String
    /// Seconds of the call, and what was measured then; nil where nothing was.
    package var points: [Point]

    /// A moment of the call, seconds from its beginning, and the figure then.
    package struct Point: Hashable, Sendable {
        package var time: Double
        package var value: Double?
    }

    package init(_ name: String = "", _ samples: [StatisticsSample], _ figure: (StatisticsSample) -> Double?) {
        self.name = name
        points = samples.map { Point(time: $0.time, value: figure($0)) }
    }

    /// The newest figure; nil when the last sample has none.
    package var current: Double? { points.last?.value }

    package var maximum: Double { points.compactMap(\.value).max() ?? 0 }

    package var isEmpty: Bool { points.allSatisfy { $0.value == nil } }

    /// The stretches without a gap: a line is not drawn through what was not measured.
    package var stretches: [[Point]] {
        points.split { $0.value == nil }.map(Array.init)
    }
}

/// A plot's contents: its title, its lines, its unit.
package nonisolated struct PlotContents: Hashable, Sendable {
    package var title: String
    package var unit: FigureUnit
    /// What the axis holds at least.
    package var least: Double
    package var series: [StatisticsSeries]
    /// Said in place of the lines while nothing was measured.
    package var absence = tr("Not measured")
    /// Whether the call is over: then the lines do not end now.
    package var isOver = false

    /// The axis for what is shown.
    package var scale: PlotScale { PlotScale(holding: series.map(\.maximum).max() ?? 0, least: least) }

    /// How many seconds are shown: at least one minute, at most three.
    package var span: Int {
        let times = series.first?.points.map(\.time) ?? []
        let seconds = (times.last ?? 0) - (times.first ?? 0)
        // Whole steps, so that the axis does not crawl with every second.
        return min(max(Int((seconds / 30).rounded(.up)) * 30, 60), 180)
    }

    package var isEmpty: Bool { series.allSatisfy(\.isEmpty) }

    /// `Bitrate: Received 1.2 megabits per second, Sent 800 kilobits per second`
    package var spoken: String {
        guard !isEmpty else { return tr("{title}: {value}", ["title": title, "value": absence]) }
        let values = series.map { line in
            let value = line.current.map(unit.spoken) ?? absence
            return line.name.isEmpty ? value : tr("{name} {value}", ["name": line.name, "value": value])
        }
        return tr("{title}: {value}", ["title": title, "value": values.joined(separator: ", ")])
    }

    /// `1.2 Mbit/s`, of the line with this number.
    package func value(_ index: Int) -> String {
        guard series.indices.contains(index), let current = series[index].current else { return "–" }
        return unit.text(current)
    }
}

nonisolated extension PlotContents {
    /// The plots of a call, in the order in which they are shown.
    package static func all(_ samples: [StatisticsSample], isOver: Bool = false) -> [PlotContents] {
        all(samples).map { plot in
            var plot = plot
            plot.isOver = isOver
            return plot
        }
    }

    private static func all(_ samples: [StatisticsSample]) -> [PlotContents] {
        let (received, sent) = (tr("Received"), tr("Sent"))
        return [
            PlotContents(
                title: tr("Bitrate"), unit: .bitrate, least: 100_000,
                series: [
                    StatisticsSeries(received, samples, \.receivedBitrate),
                    StatisticsSeries(sent, samples, \.sentBitrate),
                ]),
            // Whole pictures: a second that was measured a little long needs no higher axis.
            PlotContents(
                title: tr("Frame Rate"), unit: .rate, least: 30,
                series: [
                    StatisticsSeries(received, samples) { $0.receivedFrameRate?.rounded() },
                    StatisticsSeries(sent, samples) { $0.sentFrameRate?.rounded() },
                ], absence: tr("No video")),
            PlotContents(
                title: tr("Loss"), unit: .share, least: 0.05,
                series: [
                    StatisticsSeries(received, samples, \.receivedLoss), StatisticsSeries(sent, samples, \.sentLoss),
                ]),
            PlotContents(
                title: tr("Round Trip"), unit: .milliseconds, least: 50,
                series: [StatisticsSeries("", samples, \.roundTripTime)]),
            PlotContents(
                title: tr("Jitter Buffer"), unit: .milliseconds, least: 100,
                series: [StatisticsSeries("", samples, \.jitterBufferDelay)]),
            PlotContents(
                title: tr("Glass to Glass"), unit: .milliseconds, least: 100,
                series: [StatisticsSeries("", samples, \.glassToGlass)],
                absence: tr("No time code in the picture")),
        ]
    }
}
