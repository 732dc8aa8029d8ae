import GLibKit
import Media
import RTC

/// Why a medium is not there, in one sentence for the person at this end.
package nonisolated enum MediaProblemText {
    package static func sentence(_ problem: MediaProblem, of kind: MediaKind) -> String {
        switch kind {
        case .video: picture(problem)
        case .audio: sound(problem)
        }
    }

    private static func picture(_ problem: MediaProblem) -> String {
        switch problem {
        case .noDevice: tr("No camera was found.")
        case .deviceNotFound(let name): tr("The camera “{name}” is not connected.", ["name": name])
        case .deviceBusy(let name): tr("Another program uses the camera “{name}”.", ["name": name])
        case .noSoundServer, .failed: tr("The camera does not work: {reason}", ["reason": reason(problem)])
        }
    }

    private static func sound(_ problem: MediaProblem) -> String {
        switch problem {
        case .noDevice: tr("No microphone was found.")
        case .deviceNotFound(let name): tr("The microphone “{name}” is not connected.", ["name": name])
        case .deviceBusy(let name): tr("Another program uses the microphone “{name}”.", ["name": name])
        case .noSoundServer: tr("No sound: the sound server cannot be reached.")
        case .failed: tr("The microphone does not work: {reason}", ["reason": reason(problem)])
        }
    }

    private static func reason(_ problem: MediaProblem) -> String {
        if case .failed(let words) = problem { words } else { tr("unknown") }
    }
}
