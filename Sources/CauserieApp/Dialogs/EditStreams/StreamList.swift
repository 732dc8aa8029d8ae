import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// The window's streams, each with its name and state in a word.
final class StreamList {
    /// One line of the list, as it is shown.
    nonisolated struct Item: Hashable, Sendable {
        let id: String
        let name: String
        let state: StreamState
    }

    private struct Row {
        let item: Item
        let widget: Widget
        let name: Widget
        let state: Widget
        let call: Widget
    }

    private let list: Widget
    private var rows: [Row] = []
    private var connection: SignalConnection?

    /// - Parameter list: a `GtkListBox`.
    init(_ list: Widget) { self.list = list }

    /// Calls `handler` with the identifier of the stream that a person selects.
    func onSelect(_ handler: @escaping (String) -> Void) {
        connection = connect(
            list, "row-selected",
            with: { [weak self] arguments in
                guard let self, let selected = arguments.object(0) else { return }
                if let row = rows.first(where: { $0.widget.gobject == selected }) { handler(row.item.id) }
            })
    }

    /// Calls `handler` when a person wants to see the selected stream.
    func onActivate(_ handler: @escaping () -> Void) { connect(list, "row-activated", handler) }

    /// Shows these streams in this order.
    func show(_ items: [Item]) {
        let change = { [self] in
            if items.map(\.id) != rows.map(\.item.id) { arrange(items) }
            rows = zip(rows, items).map(update)
        }
        if let connection { connection.whileBlocked(change) } else { change() }
    }

    func select(_ id: String) {
        guard let row = rows.first(where: { $0.item.id == id }) else { return }
        let select = { gtk_list_box_select_row(self.list.opaque, row.widget.pointer()) }
        if let connection { connection.whileBlocked(select) } else { select() }
    }

    /// Where a stream is in the list.
    func place(of id: String?) -> Int? { rows.firstIndex { $0.item.id == id } }

    /// Puts the keyboard on the selected stream.
    func focus() {
        guard let row = gtk_list_box_get_selected_row(list.opaque) else { return }
        Widget(row).focus()
    }

    // MARK: Rows

    /// Rows that stay are kept, so that selection and focus are.
    private func arrange(_ items: [Item]) {
        let ids = items.map(\.id)
        for row in rows where !ids.contains(row.item.id) { gtk_list_box_remove(list.opaque, row.widget.widget) }
        let kept = rows.filter { ids.contains($0.item.id) }
        let isInOrder = kept.map(\.item.id) == ids.filter { id in kept.contains { $0.item.id == id } }
        if !isInOrder { for row in kept { gtk_list_box_remove(list.opaque, row.widget.widget) } }
        rows = items.enumerated().map { place, item in
            if isInOrder, let row = kept.first(where: { $0.item.id == item.id }) { return row }
            let row = Self.makeRow(item)
            gtk_list_box_insert(list.opaque, row.widget.widget, Int32(clamping: place))
            return row
        }
    }

    private static func makeRow(_ item: Item) -> Row {
        let row = Widget(gtk_list_box_row_new())
        let box = Widget(gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6))
        let texts = Widget(gtk_box_new(GTK_ORIENTATION_VERTICAL, 0))
        let name = label(class: nil)
        let state = label(class: "caption")
        state.set(class: "dim-label", true)
        let call = Widget(gtk_image_new_from_icon_name("causerie-call-symbolic"))
        call.setAccessibleHidden(true)
        gtk_widget_set_hexpand(texts.widget, 1)
        gtk_widget_set_margin_top(box.widget, 6)
        gtk_widget_set_margin_bottom(box.widget, 6)
        gtk_box_append(texts.pointer(), name.widget)
        gtk_box_append(texts.pointer(), state.widget)
        gtk_box_append(box.pointer(), texts.widget)
        gtk_box_append(box.pointer(), call.widget)
        gtk_list_box_row_set_child(row.pointer(), box.widget)
        return Row(item: item, widget: row, name: name, state: state, call: call)
    }

    private static func label(class name: String?) -> Widget {
        let label = Widget(gtk_label_new(""))
        gtk_label_set_xalign(label.opaque, 0)
        gtk_label_set_ellipsize(label.opaque, PANGO_ELLIPSIZE_END)
        if let name { label.set(class: name, true) }
        return label
    }

    private func update(_ row: Row, _ item: Item) -> Row {
        let state = translated(item.state.word)
        gtk_label_set_text(row.name.opaque, item.name)
        gtk_label_set_text(row.state.opaque, state)
        row.call.isVisible = item.state.isBusy
        row.widget.tooltip = item.name
        row.widget.setAccessibleLabel(tr("{name}, {state}", ["name": item.name, "state": state]))
        return Row(item: item, widget: row.widget, name: row.name, state: row.state, call: row.call)
    }
}
