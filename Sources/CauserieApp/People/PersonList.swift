import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// Contacts in a list box: who it is, how they are reached now, and a button that calls them.
final class PersonList {
    private struct Row {
        var item: PersonItem
        let widget: Widget
        let avatar: Widget
        let name: Widget
        let detail: Widget
        let verified: Widget
        let call: Widget
        /// Nil in a list that only calls.
        let message: Widget?
    }

    /// More lines than anybody reads: beyond them, a person searches.
    static let limit = 200

    private let list: Widget
    private let photo: (String) -> [UInt8]?
    private let canMessage: Bool
    private var rows: [Row] = []
    private var choose: (String) -> Void = { _ in }
    private var call: (String) -> Void = { _ in }

    /// - Parameters:
    ///   - list: a `GtkListBox`.
    ///   - canMessage: whether each line has a button that opens the conversation.
    ///   - photo: a contact's picture, by id.
    init(_ list: Widget, canMessage: Bool = false, photo: @escaping (String) -> [UInt8]?) {
        self.list = list
        self.canMessage = canMessage
        self.photo = photo
        connect(
            list, "row-activated",
            with: { [weak self] arguments in
                guard let self, let chosen = arguments.object(0) else { return }
                if let row = rows.first(where: { $0.widget.gobject == chosen }) { choose(row.item.id) }
            })
    }

    /// Calls `handler` with the id of the contact whose line is chosen.
    func onChoose(_ handler: @escaping (String) -> Void) { choose = handler }

    /// Calls `handler` with the id of the contact whose button is pressed.
    func onCall(_ handler: @escaping (String) -> Void) { call = handler }

    /// Shows these contacts; lines that stay are kept, so that the focus is.
    func show(_ items: [PersonItem]) {
        let items = Array(items.prefix(Self.limit))
        if items.map(\.id) != rows.map(\.item.id) {
            for row in rows { gtk_list_box_remove(list.opaque, row.widget.widget) }
            rows = items.map { item in
                let row = makeRow(item)
                gtk_list_box_append(list.opaque, row.widget.widget)
                showPhoto(row)
                show(item, in: row)
                return row
            }
        }
        for (place, item) in items.enumerated() where rows[place].item != item {
            let hadPhoto = rows[place].item.hasPhoto
            rows[place].item = item
            if hadPhoto || item.hasPhoto { showPhoto(rows[place]) }
            show(item, in: rows[place])
        }
    }

    private func show(_ item: PersonItem, in row: Row) {
        adw_avatar_set_text(row.avatar.opaque, item.name)
        gtk_label_set_text(row.name.opaque, item.name)
        gtk_label_set_text(row.detail.opaque, item.detail)
        row.verified.isVisible = item.isVerified
        // Greyed, but not forbidden: they may be there again since.
        for widget in [row.avatar, row.name] { widget.set(class: "unreachable", !item.presence.canBeCalled) }
        row.widget.tooltip = item.address
        row.widget.setAccessibleLabel(item.spoken)
        let words = tr("Call {name}", ["name": item.name])
        row.call.tooltip = words
        row.call.setAccessibleLabel(words)
        let writing = tr("Write to {name}", ["name": item.name])
        row.message?.tooltip = writing
        row.message?.setAccessibleLabel(writing)
    }

    private func showPhoto(_ row: Row) {
        Picture.show(row.item.hasPhoto ? photo(row.item.id) : nil, in: row.avatar)
    }

    private func makeRow(_ item: PersonItem) -> Row {
        let widget = Widget(gtk_list_box_row_new())
        let box = Widget(gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12))
        let texts = Widget(gtk_box_new(GTK_ORIENTATION_VERTICAL, 0))
        let title = Widget(gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6))
        let avatar = Widget(adw_avatar_new(32, item.name, 1))
        avatar.setAccessibleHidden(true)
        let (name, detail) = (RowParts.label(), RowParts.label("caption", "dim-label"))
        let verified = Widget(gtk_image_new_from_icon_name("security-high-symbolic"))
        verified.tooltip = tr("Verified")
        verified.setAccessibleLabel(tr("Verified"))
        let button = RowParts.button("causerie-call-symbolic")
        connect(button, "clicked") { [weak self, id = item.id] in self?.call(id) }
        RowParts.append([name, verified], to: title)
        RowParts.append([title, detail], to: texts)
        gtk_widget_set_hexpand(texts.widget, 1)
        gtk_widget_set_valign(texts.widget, GTK_ALIGN_CENTER)
        let message = canMessage ? messageButton(item.id) : nil
        RowParts.append([avatar, texts] + (message.map { [$0] } ?? []) + [button], to: box)
        RowParts.setMargins(box, 8)
        gtk_list_box_row_set_child(widget.pointer(), box.widget)
        return Row(
            item: item, widget: widget, avatar: avatar, name: name, detail: detail, verified: verified, call: button,
            message: message)
    }

    private func messageButton(_ id: String) -> Widget {
        let button = RowParts.button("causerie-chat-symbolic")
        gtk_actionable_set_action_name(button.opaque, "app.message-contact")
        gtk_actionable_set_action_target_value(button.opaque, g_variant_new_string(id))
        return button
    }
}
