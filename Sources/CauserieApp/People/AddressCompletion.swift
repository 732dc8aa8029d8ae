import CGLib
import CGtk
import GLibKit
import GtkKit

/// What somebody who types an address may mean.
package nonisolated struct AddressSuggestion: Hashable, Sendable {
    package static let limit = 6

    package var title: String
    package var detail: String
    /// What is called.
    package var text: String

    package init(title: String, detail: String, text: String) {
        self.title = title
        self.detail = detail
        self.text = text
    }
}

/// The list under the address entry while somebody types: Down goes into it, Enter or a click calls, Escape puts it away.
final class AddressCompletion {
    private let entry: Widget
    private let popover: GObjectRef
    private let list: Widget
    private var rows: [Widget] = []
    private var shown: [AddressSuggestion] = []
    private var choose: (String) -> Void = { _ in }
    var suggest: (String) -> [AddressSuggestion] = { _ in [] }

    init(_ entry: Widget) {
        self.entry = entry
        popover = GObjectRef(adopting: gtk_popover_new())
        list = Widget(gtk_list_box_new())
        gtk_popover_set_child(popover.pointer(), list.widget)
        // The entry keeps the keyboard.
        gtk_popover_set_autohide(popover.pointer(), 0)
        gtk_popover_set_has_arrow(popover.pointer(), 0)
        gtk_widget_set_can_focus(popover.pointer(), 1)
        gtk_list_box_set_selection_mode(list.opaque, GTK_SELECTION_NONE)
        list.setAccessibleLabel(tr("Suggestions"))
        gtk_widget_set_parent(popover.pointer(), entry.widget)
        connect(entry, "destroy") { [popover] in gtk_widget_unparent(popover.pointer()) }
        connect(
            list, "row-activated",
            with: { [weak self] arguments in
                guard let self, let chosen = arguments.object(0),
                    let place = rows.firstIndex(where: { $0.gobject == chosen })
                else { return }
                let text = shown[place].text
                hide()
                choose(text)
            })
        watchKeys()
    }

    func onChoose(_ handler: @escaping (String) -> Void) { choose = handler }

    var isOpen: Bool { Widget(popover).isVisible }

    /// Offers what fits to a text that a person is typing; nothing for none.
    func update(_ text: String) {
        let isTyping = gtk_widget_get_focus_child(entry.widget) != nil || gtk_widget_has_focus(entry.widget) != 0
        show(text.isEmpty || !isTyping ? [] : suggest(text))
    }

    func hide() { show([]) }

    private func show(_ items: [AddressSuggestion]) {
        if items != shown {
            for row in rows { gtk_list_box_remove(list.opaque, row.widget) }
            shown = items
            rows = items.map(makeRow)
            for row in rows { gtk_list_box_append(list.opaque, row.widget) }
        }
        if items.isEmpty {
            gtk_popover_popdown(popover.pointer())
        } else if !isOpen {
            gtk_widget_set_size_request(popover.pointer(), gtk_widget_get_width(entry.widget), -1)
            gtk_popover_popup(popover.pointer())
        }
    }

    private func makeRow(_ item: AddressSuggestion) -> Widget {
        let row = Widget(gtk_list_box_row_new())
        let box = Widget(gtk_box_new(GTK_ORIENTATION_VERTICAL, 0))
        let (title, detail) = (RowParts.label(), RowParts.label("caption", "dim-label"))
        gtk_label_set_text(title.opaque, item.title)
        gtk_label_set_text(detail.opaque, item.detail)
        RowParts.append([title, detail], to: box)
        RowParts.setMargins(box, 6)
        gtk_list_box_row_set_child(row.pointer(), box.widget)
        row.setAccessibleLabel(tr("Call {name}", ["name": item.title]) + ", " + item.detail)
        return row
    }

    private func watchKeys() {
        if let keys = gtk_event_controller_key_new() {
            gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE)
            connect(
                keys, "key-pressed",
                returning: { [weak self] arguments in
                    guard let self, isOpen else { return false }
                    if arguments.int(0) == Int(GDK_KEY_Escape) {
                        hide()
                        entry.focus()
                        return true
                    }
                    guard arguments.int(0) == Int(GDK_KEY_Down), gtk_widget_get_focus_child(list.widget) == nil,
                        let first = rows.first
                    else { return false }
                    first.focus()
                    return true
                })
            gtk_widget_add_controller(entry.widget, keys)
        }
        if let focus = gtk_event_controller_focus_new() {
            connect(focus, "leave") { [weak self] in self?.hide() }
            gtk_widget_add_controller(entry.widget, focus)
        }
    }
}
