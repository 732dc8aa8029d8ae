import GLibKit
import Media

/// What a person may choose for each kind of device, in words. A device that was chosen and is not there now stays in
/// the list, so that the list says what is set.
package nonisolated enum DeviceChoices {
    package static func cameras(
        _ devices: [MediaDevice], selected: CameraSource
    ) -> [(value: CameraSource, name: String)] {
        var choices: [(CameraSource, String)] = [(.systemDefault, tr("Automatic"))]
        choices += devices.filter { $0.kind == .camera }.map { (.device($0.id), $0.name) }
        choices.append((.testPattern, tr("Test Pattern")))
        choices.append((.none, trc("camera", "None")))
        return completed(choices, selected, String(describing: selected))
    }

    package static func microphones(
        _ devices: [MediaDevice], selected: MicrophoneSource
    ) -> [(value: MicrophoneSource, name: String)] {
        var choices: [(MicrophoneSource, String)] = [(.systemDefault, tr("Automatic"))]
        choices += devices.filter { $0.kind == .microphone }.map { (.device($0.id), $0.name) }
        choices.append((.testTone, tr("Test Tone")))
        choices.append((.none, trc("microphone", "None")))
        return completed(choices, selected, String(describing: selected))
    }

    package static func speakers(
        _ devices: [MediaDevice], selected: SpeakerSource
    ) -> [(value: SpeakerSource, name: String)] {
        var choices: [(SpeakerSource, String)] = [(.systemDefault, tr("Automatic"))]
        choices += devices.filter { $0.kind == .speaker }.map { (.device($0.id), $0.name) }
        choices.append((.none, trc("speakers", "None")))
        return completed(choices, selected, String(describing: selected))
    }

    private static func completed<Value: Hashable>(
        _ choices: [(Value, String)], _ selected: Value, _ text: String
    ) -> [(value: Value, name: String)] {
        let isThere = choices.contains { $0.0 == selected }
        return (isThere ? choices : choices + [(selected, text)]).map { (value: $0.0, name: $0.1) }
    }
}
