import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// A line of text that is set when it is confirmed by Enter or left; Escape brings back what was. What is refused stays
/// there to be corrected, with the reason under it.
final class TextField {
    private let row: Widget
    /// The editable text inside the row, which has the keyboard.
    private let text: Widget
    private let note: FieldNote
    private let set: (String) throws(StreamTextProblem) -> Void
    private var shown = ""
    private var isShowing = false
    private var pending: EventSource?

    /// - Parameters:
    ///   - label: what a screen reader calls it.
    ///   - set: sets a confirmed text, or says why not.
    init(
        _ builder: Builder, _ name: String, label: String, set: @escaping (String) throws(StreamTextProblem) -> Void
    ) throws(BuilderError) {
        row = try builder.object(name, adw_entry_row_get_type())
        text = gtk_editable_get_delegate(row.opaque).map { Widget($0) } ?? row
        note = try FieldNote(builder, name, field: row, control: text)
        self.set = set
        text.setAccessibleLabel(label)
        connect(text, "changed") { [weak self] in self?.changed() }
        connect(text, "activate") { [weak self] in _ = self?.commit() }
        if let focus = gtk_event_controller_focus_new() {
            connect(focus, "leave") { [weak self] in _ = self?.commit() }
            gtk_widget_add_controller(row.widget, focus)
        }
        if let keys = gtk_event_controller_key_new() {
            connect(
                keys, "key-pressed",
                returning: { [weak self] in $0.int(0) == Int(GDK_KEY_Escape) && self?.revert() ?? false })
            gtk_widget_add_controller(text.widget, keys)
        }
    }

    var current: String { gtk_editable_get_text(text.opaque).map { String(cString: $0) } ?? "" }

    var isTyping: Bool { current != shown }

    func onChange(_ handler: @escaping () -> Void) { connect(text, "changed", handler) }

    /// Shows what is set. What is being typed stays, unless it is about something else now.
    func show(_ value: String, isAnother: Bool) {
        guard isAnother || value != shown else { return }
        let isTyping = current != shown && gtk_widget_is_focus(text.widget) != 0
        shown = value
        if isAnother || !isTyping { put(value) }
    }

    /// Sets what is typed. False when it is refused.
    @discardableResult
    func commit() -> Bool {
        pending = nil
        let typed = current
        guard typed != shown else { return true }
        do throws(StreamTextProblem) {
            try set(typed)
            shown = typed
            put(typed)
            return true
        } catch {
            note.refuse(translated(error.description))
            return false
        }
    }

    func focus() {
        row.focus()
        gtk_editable_select_region(text.opaque, 0, -1)
    }

    private func revert() -> Bool {
        guard current != shown else { return false }
        put(shown)
        gtk_editable_set_position(text.opaque, -1)
        return true
    }

    private func put(_ value: String) {
        note.clear()
        isShowing = true
        defer { isShowing = false }
        if current != value { gtk_editable_set_text(text.opaque, value) }
        // What is set is taken back by the dialog, not letter by letter.
        gtk_editable_set_enable_undo(text.opaque, 0)
        gtk_editable_set_enable_undo(text.opaque, 1)
    }

    private func changed() {
        guard !isShowing else { return }
        note.clear()
        // Assistive technology puts a text in without going there, and without a key to confirm it.
        if gtk_widget_is_focus(text.widget) == 0 {
            pending = EventSource.whenIdle { [weak self] in _ = self?.commit() }
        }
    }
}
