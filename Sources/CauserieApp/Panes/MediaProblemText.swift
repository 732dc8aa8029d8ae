import GLibKit
import Media

/// Why a medium is not there, in one sentence for the person at this end.
package nonisolated enum MediaProblemText {
    /// Why a device is not used, in one sentence.
    package static func sentence(_ problem: MediaProblem, of kind: MediaDevice.Kind) -> String {
        switch kind {
        case .camera: camera(problem)
        case .microphone: microphone(problem)
        case .speaker: speaker(problem)
        }
    }

    private static func camera(_ problem: MediaProblem) -> String {
        switch problem {
        case .noDevice: tr("No camera was found.")
        case .deviceNotFound(let name): tr("The camera “{name}” is not connected.", ["name": name])
        case .deviceBusy(let name): tr("Another program uses the camera “{name}”.", ["name": name])
        case .noSoundServer, .heldBack, .failed: tr("The camera does not work: {reason}", ["reason": reason(problem)])
        }
    }

    private static func microphone(_ problem: MediaProblem) -> String {
        switch problem {
        case .noDevice: tr("No microphone was found.")
        case .deviceNotFound(let name): tr("The microphone “{name}” is not connected.", ["name": name])
        case .deviceBusy(let name): tr("Another program uses the microphone “{name}”.", ["name": name])
        case .noSoundServer: tr("No sound: the sound server cannot be reached.")
        case .heldBack, .failed: tr("The microphone does not work: {reason}", ["reason": reason(problem)])
        }
    }

    private static func speaker(_ problem: MediaProblem) -> String {
        switch problem {
        case .noDevice: tr("No speakers were found.")
        case .deviceNotFound(let name): tr("The speakers “{name}” are not connected.", ["name": name])
        case .deviceBusy(let name): tr("Another program uses the speakers “{name}”.", ["name": name])
        case .noSoundServer: tr("No sound: the sound server cannot be reached.")
        case .heldBack(let name):
            tr("The headset is gone. Choose “{name}” to hear the call aloud.", ["name": name])
        case .failed: tr("The speakers do not work: {reason}", ["reason": reason(problem)])
        }
    }

    private static func reason(_ problem: MediaProblem) -> String {
        if case .failed(let words) = problem { words } else { tr("unknown") }
    }
}
