import Bus
import BusClient
import Conference
import GLibKit

/// A call's figures to paste elsewhere.
package nonisolated enum StatisticsText {
    /// For people, a line for each figure.
    package static func text(_ figures: StatisticsFigures) -> String {
        let verdict = figures.verdict
        let quality = tr("{grade}: {cause}", ["grade": verdict.word, "cause": verdict.sentence])
        var lines = [StatisticsLine(tr("Call"), figures.name), StatisticsLine(tr("Quality"), quality)]
        for plot in figures.plots {
            for (index, series) in plot.series.enumerated() {
                let title = series.name.isEmpty ? plot.title : "\(plot.title), \(series.name)"
                lines.append(StatisticsLine(title, plot.value(index)))
            }
        }
        let delay = DelayParts(figures.delay)
        lines.append(StatisticsLine(tr("Mouth to Ear"), delay.total))
        for part in delay.parts {
            let value = part.delay.map(FigureUnit.milliseconds.text) ?? "–"
            lines.append(StatisticsLine("\(tr("Mouth to Ear")), \(part.name)", value))
        }
        lines += DelayText.lines(sound: figures.delay, picture: figures.pictureDelay).map {
            StatisticsLine("\(tr("Delay by Stage")), \($0.title)", $0.text)
        }
        if let information = figures.information { lines += InformationText.lines(information) }
        lines += ProcessorText.lines(figures.processor).map {
            StatisticsLine("\(tr("Processor")), \($0.title)", $0.text)
        }
        return lines.map { tr("{title}: {value}", ["title": $0.title, "value": $0.text]) + "\n" }.joined()
    }

    /// For programs: what `causeriectl stats --json` prints.
    package static func json(_ statistics: StreamStatistics) -> String {
        JSONValue(statistics).text(pretty: true) + "\n"
    }
}
