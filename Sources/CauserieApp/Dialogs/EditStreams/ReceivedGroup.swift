import CGtk
import Conference
import GLibKit
import GtkKit
import Media

/// What is received, and where and how loud it is played.
final class ReceivedGroup: StreamGroup {
    let root: GObjectRef
    private let sound: SwitchField
    private let picture: SwitchField
    private let speaker: Choice<SpeakerSource>
    private let volume: Widget
    private let scale: Widget
    private let percent: Widget
    private let note: FieldNote
    private var connection: SignalConnection?

    init(_ editing: StreamEditing) throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/edit-streams-received.ui"))
        root = try builder.retained("group", adw_preferences_group_get_type())
        sound = try SwitchField(builder, "sound", label: tr("Receive Sound")) { isOn in
            editing.change(tr("Received Sound")) { $0.incoming.set(.audio, isOn) }
        }
        picture = try SwitchField(builder, "picture", label: tr("Receive Picture")) { isOn in
            editing.change(tr("Received Picture")) { $0.incoming.set(.video, isOn) }
        }
        speaker = try Choice(builder, "speaker", label: tr("Speakers")) { source in
            editing.change(tr("Speakers")) { $0.speaker = source }
        }
        volume = try builder.object("volume_adjustment", gtk_adjustment_get_type())
        scale = try builder.object("volume", gtk_scale_get_type())
        percent = try builder.object("volume_text", gtk_label_get_type())
        note = try FieldNote(builder, "media", above: try builder.widget("picture"))
        scale.setAccessibleLabel(tr("Volume"))
        let adjustment = volume
        connection = connect(volume, "value-changed") { [weak self] in
            // Whole percents: what is shown is what is set.
            let value = gtk_adjustment_get_value(adjustment.pointer()).rounded()
            self?.showPercent(value)
            editing.change(tr("Volume"), of: "volume") { $0.volume = value / 100 }
        }
    }

    func show(_ now: StreamSnapshot, before: StreamSnapshot?) {
        sound.show(now.incoming.contains(.audio))
        picture.show(now.incoming.contains(.video))
        speaker.show(DeviceChoices.speakers(now.devices, selected: now.speaker), selected: now.speaker)
        let value = (now.volume * 100).rounded()
        connection?.whileBlocked { gtk_adjustment_set_value(volume.pointer(), value) }
        showPercent(value)
        note.tellOfNegotiation(now, before: before, \.incoming)
    }

    private func showPercent(_ value: Double) {
        let text = tr("{percent} %", ["percent": String(Int(value))])
        gtk_label_set_text(percent.opaque, text)
        scale.setAccessibleValue(text)
    }
}
