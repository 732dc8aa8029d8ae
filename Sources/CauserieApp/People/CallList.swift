import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// Calls that were in a list box: with whom, when, how they ended; called again, made contacts and forgotten from here.
final class CallList {
    private let list: Widget
    private var shown: [CallItem] = []
    private var rows: [Widget] = []
    private var actions: [Action: (CallItem) -> Void] = [:]

    enum Action: CaseIterable { case call, add, remove }

    /// - Parameter list: a `GtkListBox`.
    init(_ list: Widget) {
        self.list = list
        connect(
            list, "row-activated",
            with: { [weak self] arguments in
                guard let self, let chosen = arguments.object(0),
                    let place = rows.firstIndex(where: { $0.gobject == chosen })
                else { return }
                actions[.call]?(shown[place])
            })
    }

    func on(_ action: Action, _ handler: @escaping (CallItem) -> Void) { actions[action] = handler }

    func show(_ items: [CallItem]) {
        guard items != shown else { return }
        for row in rows { gtk_list_box_remove(list.opaque, row.widget) }
        shown = items
        rows = items.map(makeRow)
        for row in rows { gtk_list_box_append(list.opaque, row.widget) }
    }

    private func makeRow(_ item: CallItem) -> Widget {
        let row = Widget(gtk_list_box_row_new())
        let box = Widget(gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 6))
        let texts = Widget(gtk_box_new(GTK_ORIENTATION_VERTICAL, 0))
        let icon = Widget(gtk_image_new_from_icon_name(item.icon))
        icon.setAccessibleHidden(true)
        icon.set(class: "error", item.isMissed)
        let (name, detail) = (RowParts.label(), RowParts.label("caption", "dim-label"))
        gtk_label_set_text(name.opaque, item.name)
        gtk_label_set_text(detail.opaque, item.detail)
        // Why a call ended takes more than one line of a narrow window.
        gtk_label_set_wrap(detail.opaque, 1)
        gtk_label_set_lines(detail.opaque, 2)
        name.set(class: "heading", item.isMissed && !item.record.isSeen)
        gtk_widget_set_hexpand(texts.widget, 1)
        gtk_widget_set_margin_start(texts.widget, 6)
        RowParts.append([name, detail], to: texts)
        RowParts.append([icon, texts], to: box)
        let words = ["name": item.name]
        if actions[.add] != nil, item.isStranger {
            add(.add, "contact-new-symbolic", tr("Add {name} to Contacts", words), item, to: box)
        }
        if actions[.remove] != nil {
            add(.remove, "user-trash-symbolic", tr("Forget the Call with {name}", words), item, to: box)
        }
        if actions[.call] != nil, !item.address.isEmpty {
            add(.call, "causerie-call-symbolic", tr("Call {name}", words), item, to: box)
        }
        RowParts.setMargins(box, 8)
        gtk_list_box_row_set_child(row.pointer(), box.widget)
        row.tooltip = item.figures
        row.setAccessibleLabel([item.name, item.direction, item.detail].joined(separator: ", "))
        row.setAccessibleDescription(item.figures)
        return row
    }

    private func add(_ action: Action, _ icon: String, _ words: String, _ item: CallItem, to box: Widget) {
        let button = RowParts.button(icon)
        button.tooltip = words
        button.setAccessibleLabel(words)
        connect(button, "clicked") { [weak self] in self?.actions[action]?(item) }
        gtk_box_append(box.pointer(), button.widget)
    }
}
