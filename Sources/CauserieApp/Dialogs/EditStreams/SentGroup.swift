import CGtk
import Conference
import GLibKit
import GtkKit
import Media

/// What is sent, and where it comes from.
final class SentGroup: StreamGroup {
    let root: GObjectRef
    private let sound: SwitchField
    private let picture: SwitchField
    private let microphone: Choice<MicrophoneSource>
    private let camera: Choice<CameraSource>
    private let note: FieldNote

    init(_ editing: StreamEditing) throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/edit-streams-sent.ui"))
        root = try builder.retained("group", adw_preferences_group_get_type())
        sound = try SwitchField(builder, "sound", label: tr("Send Sound")) { isOn in
            editing.change(tr("Sent Sound")) { $0.outgoing.set(.audio, isOn) }
        }
        picture = try SwitchField(builder, "picture", label: tr("Send Picture")) { isOn in
            editing.change(tr("Sent Picture")) { $0.outgoing.set(.video, isOn) }
        }
        microphone = try Choice(builder, "microphone", label: tr("Microphone")) { source in
            editing.change(tr("Microphone")) { $0.microphone = source }
        }
        camera = try Choice(builder, "camera", label: tr("Camera")) { source in
            editing.change(tr("Camera")) { $0.camera = source }
        }
        note = try FieldNote(builder, "media", above: try builder.widget("camera"))
    }

    func show(_ now: StreamSnapshot, before: StreamSnapshot?) {
        sound.show(now.outgoing.contains(.audio))
        picture.show(now.outgoing.contains(.video))
        microphone.show(DeviceChoices.microphones(now.devices, selected: now.microphone), selected: now.microphone)
        camera.show(DeviceChoices.cameras(now.devices, selected: now.camera), selected: now.camera)
        note.tellOfNegotiation(now, before: before, \.outgoing)
    }
}

extension MediaSet {
    mutating func set(_ medium: MediaSet, _ isIn: Bool) {
        if isIn { formUnion(medium) } else { subtract(medium) }
    }
}

extension FieldNote {
    /// Says that a change of what goes which way in mid-call takes both sides.
    func tellOfNegotiation(
        _ now: StreamSnapshot, before: StreamSnapshot?, _ media: KeyPath<StreamSnapshot, MediaSet>
    ) {
        guard let before, now.state.isAnswered else { return clear() }
        if now[keyPath: media] != before[keyPath: media] {
            inform(tr("The call goes on; both sides agree anew on what is sent and received."))
        }
    }
}
