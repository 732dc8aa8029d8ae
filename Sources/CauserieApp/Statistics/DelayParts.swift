import Conference
import GLibKit

/// The way from mouth to ear, cut into its parts for a bar.
package nonisolated struct DelayParts: Hashable, Sendable {
    /// One part of the way.
    package struct Part: Hashable, Sendable {
        package var name: String
        /// ms; nil while it is not known.
        package var delay: Double?
    }

    package var parts: [Part]

    /// What the codec and the queue take is little: it counts with its neighbour.
    package init(_ delay: StageDelays) {
        let sum = { (main: Double?, others: [Double?]) in main.map { others.reduce($0) { $0 + ($1 ?? 0) } } }
        let delays = [
            (tr("Capture"), sum(delay.capture, [delay.encode, delay.queue])), (tr("Network"), delay.network),
            (tr("Buffer"), delay.buffer), (tr("Playback"), sum(delay.playout, [delay.decode])),
        ]
        // Rounded before they are added: the total is the sum of what is read.
        parts = delays.map { Part(name: $0, delay: $1.map { max($0.rounded(), 0) }) }
    }

    /// What is known of it together, ms; nil while nothing is.
    package var known: Double? {
        let delays = parts.compactMap(\.delay)
        return delays.isEmpty ? nil : delays.reduce(0, +)
    }

    package var isComplete: Bool { parts.allSatisfy { $0.delay != nil } }

    /// `96 ms`, or that it is more than what is known.
    package var total: String {
        guard let known else { return tr("Not measured") }
        let text = FigureUnit.milliseconds.text(known)
        return isComplete ? text : tr("over {delay}", ["delay": text])
    }

    /// Where each part lies on a bar: begin and end, 0...1; empty ranges for what is not known.
    package var ranges: [ClosedRange<Double>] {
        let whole = max(known ?? 0, .leastNormalMagnitude)
        var begin = 0.0
        return parts.map { part in
            let end = min(begin + (part.delay ?? 0) / whole, 1)
            defer { begin = end }
            return begin...end
        }
    }

    /// For a screen reader.
    package var spoken: String {
        guard let known else { return tr("{title}: {value}", ["title": tr("Mouth to Ear"), "value": total]) }
        let words = FigureUnit.milliseconds.spoken(known)
        let values =
            [isComplete ? words : tr("over {delay}", ["delay": words])]
            + parts.map { part in
                let value = part.delay.map(FigureUnit.milliseconds.spoken) ?? tr("Not measured")
                return tr("{name} {value}", ["name": part.name, "value": value])
            }
        return tr("{title}: {value}", ["title": tr("Mouth to Ear"), "value": values.joined(separator: ", ")])
    }
}
