import Conference
import GLibKit

/// How good a call is, as a symbol and in words.
package nonisolated struct QualityMark: Hashable, Sendable {
    package var grade: CallQuality.Grade
    /// What is wrong, in a sentence; nil when all is well.
    package var cause: String?

    package init(_ quality: CallQuality) {
        grade = quality.grade
        cause = quality.cause.map { translated($0.sentence) }
    }

    package var icon: String {
        switch grade {
        case .good: "causerie-quality-good-symbolic"
        case .fair: "causerie-quality-fair-symbolic"
        case .poor: "causerie-quality-poor-symbolic"
        }
    }

    /// The grade in a word of its own: beside the symbol.
    package var word: String {
        switch grade {
        case .good: trc("connection", "Good")
        case .fair: trc("connection", "Fair")
        case .poor: trc("connection", "Poor")
        }
    }

    /// What it is that is good or not.
    package var words: String {
        switch grade {
        case .good: tr("Good connection")
        case .fair: tr("Fair connection")
        case .poor: tr("Poor connection")
        }
    }

    /// Grade and cause, for a tooltip and for screen readers.
    package var sentence: String {
        guard let cause else { return words }
        return tr("{grade}: {cause}", ["grade": words, "cause": cause])
    }
}
