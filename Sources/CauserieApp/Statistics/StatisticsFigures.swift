import Conference
import GLibKit

/// What a statistics view knows of a stream: a plain copy, so that it can be shown, copied and tested without a call.
package nonisolated struct StatisticsFigures: Hashable, Sendable {
    /// Who is, or was, at the other end.
    package var name = ""
    package var state: StreamState = .idle
    /// One a second, the newest last.
    package var samples: [StatisticsSample] = []
    package var quality: CallQuality?
    package var information: StreamInformation?

    package init() {}

    /// Whether there is nothing to show yet.
    package var isEmpty: Bool { samples.isEmpty }

    package var plots: [PlotContents] { PlotContents.all(samples, isOver: quality == nil) }

    package var delay: StageDelays { samples.last?.mouthToEar ?? StageDelays() }

    package var pictureDelay: StageDelays { samples.last?.cameraToScreen ?? StageDelays() }

    /// CPU seconds a second, by stage.
    package var processor: [String: Double] { samples.last?.cpu ?? [:] }

    /// How good the call is, or that it is over, in a word and a sentence.
    package var verdict: (word: String, sentence: String) {
        if let quality {
            (QualityMark(quality).words, QualityMark(quality).cause ?? tr("Nothing is wrong."))
        } else {
            (tr("The call is over"), tr("These are its last figures."))
        }
    }
}

extension StatisticsFigures {
    /// What the model says now; the information has to be asked for.
    @MainActor package init(_ stream: Stream) {
        name = CallSituation.name(of: stream)
        state = stream.state
        samples = stream.samples
        quality = stream.state.isBusy ? stream.quality : nil
    }
}
