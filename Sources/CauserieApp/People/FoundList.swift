import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// People on this network in a list box, each with a button that calls, one that writes, and one that makes a contact of
/// whoever is none.
final class FoundList {
    private struct Row {
        var item: FoundItem
        let widget: Widget
    }

    private let list: Widget
    /// Whether a line only calls: where there is little room.
    private let onlyCalls: Bool
    private var rows: [Row] = []
    private var call: (String) -> Void = { _ in }
    private var add: (String) -> Void = { _ in }

    /// - Parameter list: a `GtkListBox`.
    init(_ list: Widget, onlyCalls: Bool = false) {
        self.list = list
        self.onlyCalls = onlyCalls
        connect(
            list, "row-activated",
            with: { [weak self] arguments in
                guard let self, let chosen = arguments.object(0) else { return }
                if let row = rows.first(where: { $0.widget.gobject == chosen }) { call(row.item.address) }
            })
    }

    /// Calls `handler` with the address of the person to be called.
    func onCall(_ handler: @escaping (String) -> Void) { call = handler }

    /// Calls `handler` with the id of the person who is to be a contact.
    func onAdd(_ handler: @escaping (String) -> Void) { add = handler }

    /// Shows these people; lines that stay are kept, so that the focus is.
    func show(_ items: [FoundItem]) {
        guard items != rows.map(\.item) else { return }
        for row in rows where !items.contains(row.item) { gtk_list_box_remove(list.opaque, row.widget.widget) }
        rows = items.enumerated().map { place, item in
            if let row = rows.first(where: { $0.item == item }) { return row }
            let row = Row(item: item, widget: makeRow(item))
            gtk_list_box_insert(list.opaque, row.widget.widget, Int32(clamping: place))
            return row
        }
    }

    private func makeRow(_ item: FoundItem) -> Widget {
        let widget = Widget(gtk_list_box_row_new())
        let box = Widget(gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12))
        let texts = Widget(gtk_box_new(GTK_ORIENTATION_VERTICAL, 0))
        let avatar = Widget(adw_avatar_new(32, item.name, 1))
        avatar.setAccessibleHidden(true)
        let (name, detail) = (RowParts.label(), RowParts.label("caption", "dim-label"))
        gtk_label_set_text(name.opaque, item.name)
        gtk_label_set_text(detail.opaque, CallSituation.shortened(item.address))
        RowParts.append([name, detail], to: texts)
        gtk_widget_set_hexpand(texts.widget, 1)
        gtk_widget_set_valign(texts.widget, GTK_ALIGN_CENTER)
        RowParts.append([avatar, texts] + buttons(item), to: box)
        RowParts.setMargins(box, 8)
        gtk_list_box_row_set_child(widget.pointer(), box.widget)
        widget.tooltip = item.address
        widget.setAccessibleLabel(item.spoken)
        return widget
    }

    private func buttons(_ item: FoundItem) -> [Widget] {
        let calling = button("causerie-call-symbolic", tr("Call {name}", ["name": item.name])) { [weak self] in
            self?.call(item.address)
        }
        guard !onlyCalls else { return [calling] }
        let writing = button("causerie-chat-symbolic", tr("Write to {name}", ["name": item.name])) {}
        let (action, target) =
            item.contactID.map { ("app.message-contact", $0) } ?? ("app.message-address", item.address)
        gtk_actionable_set_action_name(writing.opaque, action)
        gtk_actionable_set_action_target_value(writing.opaque, g_variant_new_string(target))
        guard item.contactID == nil else { return [writing, calling] }
        let adding = button("contact-new-symbolic", tr("Add {name} to Contacts", ["name": item.name])) { [weak self] in
            self?.add(item.id)
        }
        return [adding, writing, calling]
    }

    private func button(_ icon: String, _ name: String, _ action: @escaping () -> Void) -> Widget {
        let button = RowParts.button(icon)
        button.tooltip = name
        button.setAccessibleLabel(name)
        connect(button, "clicked", action)
        return button
    }
}
