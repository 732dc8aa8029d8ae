import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// Who else is at our server, in a list box: each can be called, written to, and made a contact with one click.
final class ServerUserList {
    /// What a person does with a line.
    enum Action: CaseIterable {
        case add, call
    }

    private struct Row {
        let user: ServerUser
        let widget: Widget
    }

    private let list: Widget
    private var rows: [Row] = []
    private var handlers: [Action: (ServerUser) -> Void] = [:]

    /// - Parameter list: a `GtkListBox`.
    init(_ list: Widget) {
        self.list = list
        connect(
            list, "row-activated",
            with: { [weak self] arguments in
                guard let self, let chosen = arguments.object(0) else { return }
                if let row = rows.first(where: { $0.widget.gobject == chosen }) { handlers[.add]?(row.user) }
            })
    }

    func on(_ action: Action, _ handler: @escaping (ServerUser) -> Void) { handlers[action] = handler }

    /// Shows these; the lines of those who stay are kept, so that the focus is.
    func show(_ users: [ServerUser]) {
        let users = Array(users.prefix(PersonList.limit))
        let gone = rows.filter { !users.contains($0.user) }
        for row in gone { gtk_list_box_remove(list.opaque, row.widget.widget) }
        rows.removeAll { !users.contains($0.user) }
        for (place, user) in users.enumerated() where place >= rows.count || rows[place].user != user {
            // They are in the order in which they came, so that almost always the new ones are at the end.
            if let old = rows.firstIndex(where: { $0.user == user }) {
                gtk_list_box_remove(list.opaque, rows[old].widget.widget)
                rows.remove(at: old)
            }
            let row = makeRow(user)
            gtk_list_box_insert(list.opaque, row.widget.widget, Int32(place))
            rows.insert(row, at: place)
        }
    }

    private func makeRow(_ user: ServerUser) -> Row {
        let widget = Widget(gtk_list_box_row_new())
        let box = Widget(gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 12))
        let avatar = Widget(adw_avatar_new(32, user.name, 1))
        avatar.setAccessibleHidden(true)
        let name = RowParts.label()
        gtk_label_set_text(name.opaque, user.name)
        gtk_widget_set_hexpand(name.widget, 1)
        let add = button("contact-new-symbolic", tr("Add {name} to Contacts", ["name": user.name]))
        let write = button("causerie-chat-symbolic", tr("Write to {name}", ["name": user.name]))
        let call = button("causerie-call-symbolic", tr("Call {name}", ["name": user.name]))
        for (button, action) in [(add, Action.add), (call, .call)] {
            connect(button, "clicked") { [weak self] in self?.handlers[action]?(user) }
        }
        gtk_actionable_set_action_name(write.opaque, "app.message-address")
        gtk_actionable_set_action_target_value(write.opaque, g_variant_new_string(user.address))
        RowParts.append([avatar, name, add, write, call], to: box)
        RowParts.setMargins(box, 8)
        gtk_list_box_row_set_child(widget.pointer(), box.widget)
        widget.tooltip = user.address
        widget.setAccessibleLabel(user.name)
        return Row(user: user, widget: widget)
    }

    private func button(_ icon: String, _ words: String) -> Widget {
        let button = RowParts.button(icon)
        button.tooltip = words
        button.setAccessibleLabel(words)
        return button
    }
}
