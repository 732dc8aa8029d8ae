import Conference
import GLibKit

/// The ways of sound and of pictures, a line for each stage of which something is known.
package nonisolated enum DelayText {
    /// A line for each stage that is known.
    package static func lines(sound: StageDelays, picture: StageDelays) -> [StatisticsLine] {
        zip(sound.stages, picture.stages).compactMap { sound, picture in
            text(sound.delay, picture.delay).map { StatisticsLine(name(sound.name), $0) }
        }
    }

    private static func text(_ sound: Double?, _ picture: Double?) -> String? {
        let words = FigureUnit.milliseconds.text
        return switch (sound, picture) {
        case (.some(let sound), .some(let picture)):
            tr("Sound {sound}, picture {picture}", ["sound": words(sound), "picture": words(picture)])
        case (.some(let sound), nil): tr("Sound {delay}", ["delay": words(sound)])
        case (nil, .some(let picture)): tr("Picture {delay}", ["delay": words(picture)])
        case (nil, nil): nil
        }
    }

    private static func name(_ stage: String) -> String {
        switch stage {
        case "capture": tr("Capture")
        case "encode": tr("Encoding")
        case "sendQueue": tr("Waiting to be sent")
        case "network": tr("Network")
        case "jitterBuffer": tr("Buffer")
        case "decode": tr("Decoding")
        case "playout": tr("Playback")
        // A stage that has no name here yet.
        default: stage
        }
    }
}
