import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// The *Edit Streams* dialog: every property of every stream of a window, changed while it runs.
///
/// A change applies at once, to a running call too, and can be taken back. What others change shows up as it happens.
package final class EditStreamsDialog {
    package let window: GObjectRef
    private let editing: StreamEditing
    private let list: StreamList
    private let page: StreamPage
    private let layout: EditStreamsLayout
    private let history: HistoryButtons
    private let actions: ActionMap
    private let actionGroup: GObjectRef
    private let toasts: Widget
    private var panes: PaneTable?
    private var toast: GObjectRef?
    private var observations: [ModelObservation] = []
    private var closed: () -> Void = {}

    package init(_ window: WindowDescription, _ conference: Conference) throws(BuilderError) {
        editing = StreamEditing(window, conference)
        let builder = try Builder(resource: resourcePath("ui/edit-streams.ui"))
        self.window = try builder.retained("edit_streams", adw_window_get_type())
        actionGroup = GObjectRef(adopting: g_simple_action_group_new())
        actions = ActionMap(actionGroup)
        gtk_widget_insert_action_group(self.window.pointer(), "streams", actionGroup.opaque)
        list = StreamList(try builder.object("streams", gtk_list_box_get_type()))
        page = try StreamPage(try builder.object("page", adw_preferences_page_get_type()), editing)
        layout = try EditStreamsLayout(builder)
        history = try HistoryButtons(builder, editing, actions)
        toasts = try builder.object("toasts", adw_toast_overlay_get_type())
        panes = try PaneTable(builder, editing) { [weak self] in self?.say($0) }
        editing.willChange = { [weak self] in self?.forgetToast() }
        addActions()
        addKeys()
        observe()
    }

    /// Shows a stream of this window.
    package func select(_ stream: Stream) {
        guard editing.window.streams.contains(where: { $0 === stream }) else { return }
        page.select(stream)
        list.select(stream.id)
        layout.setStream(stream.name)
        layout.showPage()
    }

    package func present(over parent: GObjectRef) {
        gtk_window_set_transient_for(window.pointer(), parent.pointer())
        // A key that is pressed too early must not rename a stream.
        if !Widget(window).isMapped { list.focus() }
        gtk_window_present(window.pointer())
    }

    /// Calls `handler` when the dialog has closed.
    package func onClose(_ handler: @escaping () -> Void) { closed = handler }

    // MARK: What is shown

    private func observe() {
        let description = editing.window
        let items = {
            description.streams.map { StreamList.Item(id: $0.id, name: $0.name, state: $0.state) }
        }
        list.onSelect { [weak self] id in
            guard let self, let stream = description.streams.first(where: { $0.id == id }) else { return }
            page.select(stream)
            layout.setStream(stream.name)
        }
        list.onActivate { [weak self] in self?.layout.showPage() }
        show(items())
        observations = [ModelObservation({ items() }) { [weak self] in self?.show($0) }]
        connect(window, "close-request", returning: { [weak self] _ in self?.closing() ?? false })
    }

    private func show(_ items: [StreamList.Item]) {
        let before = list.place(of: editing.stream?.id)
        list.show(items)
        let streams = editing.window.streams
        // A stream that is gone gives its place to the next one.
        if !streams.contains(where: { $0 === editing.stream }), !streams.isEmpty {
            page.select(streams[min(before ?? 0, streams.count - 1)])
        }
        if let stream = editing.stream {
            list.select(stream.id)
            layout.setStream(stream.name)
        }
        actions.setEnabled("add", editing.window.canAddStream)
        actions.setEnabled("duplicate", editing.window.canAddStream)
        actions.setEnabled("remove", streams.count > 1)
    }

    private func showNow() {
        show(editing.window.streams.map { StreamList.Item(id: $0.id, name: $0.name, state: $0.state) })
    }

    // MARK: Streams

    private func addActions() {
        actions.add("add") { [weak self] in self?.add() }
        actions.add("rename") { [weak self] in self?.rename() }
        actions.add("duplicate") { [weak self] in self?.duplicate() }
        actions.add("remove") { [weak self] in self?.remove() }
        actions.add("back") { [weak self] in
            self?.layout.showList()
            self?.list.focus()
        }
    }

    /// Ctrl+Z and Ctrl+Shift+Z, before an entry takes them: it would for letters that are set long since.
    private func addKeys() {
        guard let keys = gtk_event_controller_key_new() else { return }
        gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE)
        connect(
            keys, "key-pressed",
            returning: { [weak self] _ in
                guard let self, !isTyping, let event = gtk_event_controller_get_current_event(keys) else {
                    return false
                }
                return take(back: event)
            })
        gtk_widget_add_controller(window.pointer(), keys)
    }

    /// Whether the keyboard is where letters are typed that are not set yet.
    private var isTyping: Bool {
        guard let focus = gtk_window_get_focus(window.pointer()) else { return false }
        return CGtk_is_a(focus, gtk_text_get_type()) != 0 && page.isTyping
    }

    private func take(back event: OpaquePointer) -> Bool {
        let modifiers = gdk_event_get_modifier_state(event).rawValue
        let wanted = GDK_CONTROL_MASK.rawValue
        guard modifiers & (wanted | GDK_ALT_MASK.rawValue) == wanted else { return false }
        let isShifted = modifiers & GDK_SHIFT_MASK.rawValue != 0
        switch Int32(bitPattern: gdk_keyval_to_lower(gdk_key_event_get_keyval(event))) {
        case GDK_KEY_z: actions.activate(isShifted ? "redo" : "undo")
        case GDK_KEY_y where !isShifted: actions.activate("redo")
        default: return false
        }
        return true
    }

    private func add() {
        page.commit()
        var added: Stream?
        editing.record(tr("Add Stream")) {
            added = editing.conference.addStream(named: tr("stream"), to: editing.window)
        }
        edit(added)
    }

    private func duplicate() {
        page.commit()
        guard let stream = editing.stream else { return }
        var copy: Stream?
        editing.record(tr("Duplicate {stream}", ["stream": stream.name])) {
            copy = editing.conference.duplicate(stream, in: editing.window)
        }
        edit(copy)
    }

    /// A new stream is selected, its name ready to be typed.
    private func edit(_ stream: Stream?) {
        guard let stream else { return }
        showNow()
        select(stream)
        page.rename()
    }

    private func rename() {
        layout.showPage()
        page.rename()
    }

    private func remove() {
        guard let stream = editing.stream else { return }
        let name = stream.name
        editing.record(tr("Remove {stream}", ["stream": name])) {
            editing.conference.remove(stream, from: editing.window)
        }
        showNow()
        list.focus()
        say(tr("“{stream}” removed", ["stream": name]))
    }

    // MARK: Telling

    /// A line with a button that takes the last change back; the next change ends it.
    private func say(_ text: String) {
        guard let made = adw_toast_new(escapeMarkup(text)) else { return }
        adw_toast_set_button_label(made, tr("_Undo"))
        adw_toast_set_action_name(made, "streams.undo")
        toast = GObjectRef(retaining: made)
        adw_toast_overlay_add_toast(toasts.opaque, made)
    }

    private func forgetToast() {
        if let toast { adw_toast_dismiss(toast.opaque) }
        toast = nil
    }

    private func closing() -> Bool {
        page.close()
        panes?.close()
        history.close()
        observations = []
        let closed = self.closed
        closed()
        return false
    }
}
