import CGtk
import Conference
import GLibKit
import GtkKit
import Media

/// How the sound is sent.
final class SoundGroup: StreamGroup {
    let root: GObjectRef
    private let bitrate: NumberField
    private let duration: Choice<Int>
    private let switches: [(field: SwitchField, path: WritableKeyPath<AudioSettings, Bool>)]

    init(_ editing: StreamEditing) throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/edit-streams-sound.ui"))
        root = try builder.retained("group", adw_preferences_group_get_type())
        let kilobits = AudioSettings.bitrates.lowerBound / 1000...AudioSettings.bitrates.upperBound / 1000
        bitrate = try NumberField(builder, "bitrate", label: tr("Sound Bit Rate"), range: kilobits) { value in
            editing.change(tr("Sound Bit Rate"), of: "sound") { $0.audio.bitrate = value * 1000 }
            return nil
        }
        duration = try Choice(builder, "duration", label: tr("Frame Duration")) { duration in
            editing.change(tr("Frame Duration")) { $0.audio.frameDuration = duration }
        }
        let kinds: [(String, String, WritableKeyPath<AudioSettings, Bool>)] = [
            ("correction", tr("Error Correction"), \.forwardErrorCorrection),
            ("transmission", tr("Silence Saving"), \.discontinuousTransmission),
            ("echo", tr("Echo Cancellation"), \.echoCancellation),
            ("noise", tr("Noise Suppression"), \.noiseSuppression),
            ("gain", tr("Automatic Gain"), \.gainControl),
            ("music", tr("Music"), \.musicMode),
        ]
        var switches: [(SwitchField, WritableKeyPath<AudioSettings, Bool>)] = []
        for (name, label, path) in kinds {
            let field = try SwitchField(builder, name, label: label) { isOn in
                editing.change(label) { $0.audio[keyPath: path] = isOn }
            }
            switches.append((field, path))
        }
        self.switches = switches
    }

    /// Music goes out as it is: the switches that it overrules cannot be used.
    private static let speech: Set<PartialKeyPath<AudioSettings>> = [
        \.echoCancellation, \.noiseSuppression, \.gainControl,
    ]

    func show(_ now: StreamSnapshot, before: StreamSnapshot?) {
        bitrate.show(now.audio.bitrate / 1000, isAnother: before == nil)
        let durations = AudioSettings.frameDurations.map { length in
            (length, tr("{count} ms", ["count": String(length)]))
        }
        duration.show(durations, selected: now.audio.frameDuration)
        for (field, path) in switches {
            field.show(now.audio[keyPath: path])
            field.isSensitive = !now.audio.musicMode || !Self.speech.contains(path)
        }
    }

    func commit() { bitrate.commit() }

    var isTyping: Bool { bitrate.isTyping }
}
