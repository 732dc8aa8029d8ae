import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit
import Media

/// The preferences window: what a person changes is set at once.
package final class PreferencesDialog {
    package let window: GObjectRef
    private var network: NetworkPage?
    private let preferences: Preferences
    private let builder: Builder
    private let camera: Choice<CameraSource>
    private let microphone: Choice<MicrophoneSource>
    private let speaker: Choice<SpeakerSource>
    private let size: Choice<PictureSize>
    private let rate: Choice<Int>
    private let portRow: Widget
    let account: AccountGroup
    package let files: FilesGroup

    /// - Parameter userName: the name that others see when none is set.
    package init(_ preferences: Preferences, userName: String) throws(BuilderError) {
        self.preferences = preferences
        builder = try Builder(resource: resourcePath("ui/preferences.ui"))
        window = try builder.retained("preferences", adw_preferences_window_get_type())
        camera = Choice(try builder.object("camera", adw_combo_row_get_type()))
        microphone = Choice(try builder.object("microphone", adw_combo_row_get_type()))
        speaker = Choice(try builder.object("speaker", adw_combo_row_get_type()))
        size = Choice(try builder.object("video_size", adw_combo_row_get_type()))
        rate = Choice(try builder.object("frame_rate", adw_combo_row_get_type()))
        portRow = try builder.object("port_row", adw_action_row_get_type())
        account = try AccountGroup(builder)
        files = try FilesGroup(builder, over: window)
        account.onProblem = { [window] text in
            adw_preferences_window_add_toast(window.pointer(), adw_toast_new(escapeMarkup(text)))
        }
        try bindTexts(userName: userName)
        try bindNumbers()
        try bindSwitches()
        bindChoices()
    }

    /// Says under the port where calls arrive now, or why none can.
    package func setPortNote(_ text: String) {
        adw_action_row_set_subtitle(portRow.pointer(), escapeMarkup(text))
    }

    /// Adds the page about servers, interfaces and ports.
    package func add(_ page: NetworkPage) {
        network = page
        adw_preferences_window_add(window.pointer(), page.root.pointer())
    }

    /// Says something for a moment.
    package func say(_ text: String) {
        adw_preferences_window_add_toast(window.pointer(), adw_toast_new(escapeMarkup(text)))
    }

    /// The account at a server, how it fares, and what takes a change: it says what is wrong with it, if anything.
    package func setAccount(_ account: RendezvousAccount?, note: String, apply: @escaping AccountGroup.Apply) {
        self.account.show(account, note: note)
        self.account.apply = apply
    }

    /// Offers the devices that are there now.
    package func setDevices(_ devices: [MediaDevice]) {
        camera.show(DeviceChoices.cameras(devices, selected: preferences.camera), selected: preferences.camera)
        microphone.show(
            DeviceChoices.microphones(devices, selected: preferences.microphone), selected: preferences.microphone)
        speaker.show(DeviceChoices.speakers(devices, selected: preferences.speaker), selected: preferences.speaker)
    }

    package func present(over parent: GObjectRef) {
        gtk_window_set_transient_for(window.pointer(), parent.pointer())
        gtk_window_present(window.pointer())
    }

    // MARK: Binding

    private func bindTexts(userName: String) throws(BuilderError) {
        let row = try builder.object("identifier", adw_entry_row_get_type())
        let shown = preferences.text("identifier")
        gtk_editable_set_text(row.opaque, shown.isEmpty ? userName : shown)
        connect(row, "apply") { [preferences] in
            preferences.set("identifier", gtk_editable_get_text(row.opaque).map { String(cString: $0) } ?? "")
        }
    }

    private func bindNumbers() throws(BuilderError) {
        let numbers = [
            ("timeout", "timeout"), ("port", "port"), ("video_bitrate", "video-bitrate"),
            ("audio_bitrate", "audio-bitrate"),
        ]
        for (name, key) in numbers {
            let button = try builder.object(name, gtk_spin_button_get_type())
            gtk_spin_button_set_value(button.opaque, Double(preferences.number(key)))
            connect(button, "value-changed") { [weak self] in
                self?.preferences.set(key, Int(gtk_spin_button_get_value_as_int(button.opaque)))
            }
        }
    }

    private func bindSwitches() throws(BuilderError) {
        let switches = [
            ("detection", "detection"), ("do_not_disturb", "do-not-disturb"), ("ring_tone", "ring-tone"),
            ("echo_cancellation", "echo-cancellation"),
            ("noise_suppression", "noise-suppression"), ("gain_control", "gain-control"), ("music_mode", "music-mode"),
        ]
        for (name, key) in switches {
            let control = try builder.object(name, gtk_switch_get_type())
            gtk_switch_set_active(control.opaque, preferences.flag(key) ? 1 : 0)
            connect(control, "notify::active") { [weak self] in
                self?.preferences.set(key, gtk_switch_get_active(control.opaque) != 0)
                self?.showProcessing()
            }
        }
        showProcessing()
    }

    /// Music goes out as it is: the switches that it overrules cannot be used.
    private func showProcessing() {
        let isMusic = preferences.flag("music-mode")
        for name in ["echo_cancellation", "noise_suppression", "gain_control"] {
            guard let control = try? builder.widget(name) else { continue }
            control.isSensitive = !isMusic
        }
    }

    private func bindChoices() {
        setDevices([])
        camera.onChoice { [preferences] in preferences.set("camera", $0.description) }
        microphone.onChoice { [preferences] in preferences.set("microphone", $0.description) }
        speaker.onChoice { [preferences] in preferences.set("speaker", $0.description) }
        let current = PictureSize(preferences.text("video-size")) ?? .standard
        let sizes = PictureSize.offered + (PictureSize.offered.contains(current) ? [] : [current])
        size.show(sizes.map { ($0, $0.name) }, selected: current)
        size.onChoice { [preferences] in preferences.set("video-size", $0.description) }
        let rates = Set([10, 15, 24, 30, 60, preferences.number("frame-rate")]).sorted()
        rate.show(rates.map { ($0, String($0)) }, selected: preferences.number("frame-rate"))
        rate.onChoice { [preferences] in preferences.set("frame-rate", $0) }
    }
}
