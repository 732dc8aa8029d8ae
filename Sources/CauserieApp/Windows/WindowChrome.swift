import CGLib
import CGtk
import GLibKit
import GtkKit

/// Header bar and controls of a window: above and below the panes, or in full screen floating over them. Floating, they
/// fade when nothing moves and come back with the pointer or a key.
final class WindowChrome {
    /// How long they stay.
    private static let patience = Duration.seconds(3)

    /// Whether something of them is in use, so that they stay.
    var isHeld: () -> Bool = { false }
    /// Whether there are controls to bring back.
    var hasControls = false

    private let window: GObjectRef
    private let frame: Widget
    private let column: Widget
    private let header: Widget
    private let controls: Widget
    private var isFloating = false
    private var timer: EventSource?
    private var pointer: (x: Double, y: Double)?

    init(_ builder: Builder, window: GObjectRef) throws(BuilderError) {
        self.window = window
        frame = try builder.object("frame", gtk_overlay_get_type())
        column = try builder.object("column", gtk_box_get_type())
        header = try builder.object("header_revealer", gtk_revealer_get_type())
        controls = try builder.object("controls_revealer", gtk_revealer_get_type())
        watch()
    }

    func setFloating(_ isFloating: Bool) {
        guard isFloating != self.isFloating else { return }
        self.isFloating = isFloating
        // Held while they have no parent.
        let kept = [GObjectRef(retaining: header.gobject), GObjectRef(retaining: controls.gobject)]
        for part in [header, controls] {
            part.set(class: "floating", isFloating)
            if isFloating {
                gtk_box_remove(column.pointer(), part.widget)
                gtk_overlay_add_overlay(frame.opaque, part.widget)
            } else {
                gtk_overlay_remove_overlay(frame.opaque, part.widget)
            }
        }
        if !isFloating {
            gtk_box_prepend(column.pointer(), header.widget)
            gtk_box_append(column.pointer(), controls.widget)
        }
        withExtendedLifetime(kept) {}
        gtk_widget_set_halign(controls.widget, isFloating ? GTK_ALIGN_CENTER : GTK_ALIGN_FILL)
        reveal()
    }

    private func watch() {
        guard let motion = gtk_event_controller_motion_new(), let keys = gtk_event_controller_key_new() else { return }
        connect(
            motion, "motion",
            with: { [weak self] arguments in
                guard let self, let x = arguments.double(0), let y = arguments.double(1) else { return }
                // A layout under a still pointer is no movement.
                if let pointer, abs(pointer.x - x) < 1, abs(pointer.y - y) < 1 { return }
                pointer = (x, y)
                reveal()
            })
        connect(
            keys, "key-pressed",
            returning: { [weak self] _ in
                self?.reveal()
                return false
            })
        gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE)
        gtk_widget_add_controller(window.pointer(), motion)
        gtk_widget_add_controller(window.pointer(), keys)
    }

    private func reveal() {
        setRevealed(true)
        timer = isFloating ? EventSource.after(Self.patience) { [weak self] in self?.fade() } : nil
    }

    private func fade() {
        guard isFloating else { return }
        if isHeld() {
            timer = EventSource.after(Self.patience) { [weak self] in self?.fade() }
        } else {
            setRevealed(false)
        }
    }

    private func setRevealed(_ isRevealed: Bool) {
        gtk_revealer_set_reveal_child(header.opaque, isRevealed ? 1 : 0)
        gtk_revealer_set_reveal_child(controls.opaque, isRevealed && hasControls ? 1 : 0)
        guard isFloating else { return }
        gtk_widget_set_cursor_from_name(window.pointer(), isRevealed ? nil : "none")
    }
}
