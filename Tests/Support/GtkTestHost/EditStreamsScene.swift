import CGLib
import CGtk
import CauserieApp
import Conference
import GLibKit
import GtkKit
import Logging
import Media

/// The *Edit Streams* dialog over a model of its own, which keeps nothing and opens no device.
final class EditStreamsScene {
    let dialog: EditStreamsDialog
    private let conference: Conference
    private let description: WindowDescription

    init(_ scene: Scene, width: Int32, height: Int32) throws {
        let options = ConferenceOptions(
            port: 0, camera: .testPattern, microphone: .testTone, speaker: SpeakerSource.none,
            defaults: StreamDefaults(identifier: "Ann Lee"))
        // With a name that is none, nothing is read and nothing is kept.
        conference = Conference(
            profile: "no profile", options: options, logger: Logger(label: "scene") { _ in SwiftLogNoOpLogHandler() })
        guard let description = conference.windows.first, let main = description.streams.first else {
            throw BuilderError.missing("conference", "window")
        }
        self.description = description
        try main.note(address: "192.168.1.7")
        let desk = conference.addStream(named: "desk", to: description)
        try desk.note(address: "office.example.org:29172")
        conference.addStream(named: "door", to: description).connect(to: "nobody here")
        conference.addPane(showing: desk, to: description).display = .received
        if scene == .editStreamsCall { main.testCall() }
        dialog = try EditStreamsDialog(description, conference)
        gtk_window_set_default_size(dialog.window.pointer(), width, height)
        if scene != .editStreamsList { dialog.select(main) }
    }

    /// What is done once everything is on the screen.
    func act(_ scene: Scene) {
        switch scene {
        case .editStreamsInvalid:
            let rows = find(adw_entry_row_get_type())
            for (row, text) in zip(rows, ["desk", "Ann Lee", "no address at all"]) {
                gtk_editable_set_text(row.opaque, text)
            }
            if let floor = find(gtk_spin_button_get_type()).dropFirst(2).first {
                gtk_spin_button_set_value(floor.opaque, 5000)
            }
        case .editStreamsCall:
            description.history.record("Timeout of main") { description.streams.first?.timeout = 30 }
            description.streams.first?.outgoing = .audio
        default: break
        }
        scroll()
    }

    /// The page is taller than a screen: SCROLL says from which pixel on it is seen.
    private func scroll() {
        guard let place = environment("SCROLL").flatMap({ Double($0) }) else { return }
        let adjustments = find(gtk_scrolled_window_get_type()).compactMap {
            gtk_scrolled_window_get_vadjustment($0.opaque)
        }
        let longest = adjustments.max { gtk_adjustment_get_upper($0) < gtk_adjustment_get_upper($1) }
        if let longest { gtk_adjustment_set_value(longest, place) }
    }

    /// Presses Tab until everything must have had the keyboard; gives the controls that never had it.
    func unreached() -> [String] {
        var reached: Set<Widget> = []
        for _ in 0..<150 {
            gtk_widget_child_focus(dialog.window.pointer(), GTK_DIR_TAB_FORWARD)
            var focus = gtk_window_get_focus(dialog.window.pointer())
            while let widget = focus {
                reached.insert(Widget(widget))
                focus = gtk_widget_get_parent(widget)
            }
        }
        let types = [
            gtk_button_get_type(), gtk_switch_get_type(), gtk_spin_button_get_type(), gtk_scale_get_type(),
            gtk_drop_down_get_type(), adw_entry_row_get_type(), adw_combo_row_get_type(), gtk_list_box_get_type(),
        ]
        return find(types).filter { !reached.contains($0) && gtk_widget_is_sensitive($0.widget) != 0 }.map {
            "\(String(cString: g_type_name(CGLib_type_of($0.gobject)))) \($0.tooltip ?? "")"
        }
    }

    private func find(_ types: GType...) -> [Widget] { find(types) }

    private func find(_ types: [GType]) -> [Widget] { Self.find(types, in: Widget(dialog.window)) }

    /// Those that can be seen, in their order; the window's own buttons are not.
    private static func find(_ types: [GType], in widget: Widget) -> [Widget] {
        guard widget.isMapped, String(cString: g_type_name(CGLib_type_of(widget.gobject))) != "GtkWindowControls"
        else { return [] }
        if types.contains(where: { CGtk_is_a(widget.gobject, $0) != 0 }) {
            // A single codec is nothing to choose from.
            let isFixed =
                CGtk_is_a(widget.gobject, adw_combo_row_get_type()) != 0
                && gtk_widget_get_focusable(widget.widget) != 0
                && gtk_list_box_row_get_activatable(widget.pointer()) == 0
            return isFixed ? [] : [widget]
        }
        var found: [Widget] = []
        var child = gtk_widget_get_first_child(widget.widget)
        while let next = child {
            found += find(types, in: Widget(next))
            child = gtk_widget_get_next_sibling(next)
        }
        return found
    }
}
