import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// A file on its way, or there: what it is, how far it has got, and what can be done.
package final class FileCard {
    package let root: GObjectRef
    package private(set) var presentation: FilePresentation?
    package var onAction: (FilePresentation.Action) -> Void = { _ in }
    private let icon: Widget
    private let name: Widget
    private let detail: Widget
    private let progress: Widget
    private let state: Widget
    private let buttons: Widget
    private var shown: [FilePresentation.Action: Widget] = [:]
    private var observation: ModelObservation?

    package init() throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/file-card.ui"))
        root = try builder.retained("card", gtk_box_get_type())
        icon = try builder.object("icon", gtk_image_get_type())
        name = try builder.object("name", gtk_label_get_type())
        detail = try builder.object("detail", gtk_label_get_type())
        progress = try builder.object("progress", gtk_progress_bar_get_type())
        state = try builder.object("state", gtk_label_get_type())
        buttons = try builder.object("buttons", gtk_box_get_type())
    }

    /// Shows what becomes of a file for as long as this lives.
    func follow(_ transfer: FileTransfer, who conversation: Conversation?, isListed: Bool) {
        let read = { @MainActor @Sendable in
            FilePresentation(transfer, who: conversation?.title ?? "", isListed: isListed)
        }
        show(read())
        observation = ModelObservation(read) { [weak self] in self?.show($0) }
    }

    /// Shows another state of the file; widgets stay where they are.
    package func show(_ new: FilePresentation) {
        let old = presentation
        guard new != old else { return }
        presentation = new
        if old?.name != new.name { showName(new) }
        gtk_label_set_text(detail.opaque, new.detail)
        gtk_label_set_text(state.opaque, new.state)
        state.set(class: "warning", new.isProblem)
        progress.isVisible = new.fraction != nil
        gtk_progress_bar_set_fraction(progress.opaque, new.fraction ?? 0)
        if old?.actions != new.actions { showButtons(new.actions) }
        Widget(root).setAccessibleLabel([new.name, new.detail, new.state].joined(separator: ", "))
    }

    private func showName(_ new: FilePresentation) {
        gtk_label_set_text(name.opaque, new.name)
        name.tooltip = new.name
        if new.isFolder { return gtk_image_set_from_icon_name(icon.opaque, "folder") }
        guard let type = g_content_type_guess(new.name, nil, 0, nil) else { return }
        defer { g_free(type) }
        guard let image = g_content_type_get_icon(type) else { return }
        gtk_image_set_from_gicon(icon.opaque, image)
        g_object_unref(UnsafeMutableRawPointer(image))
    }

    /// Those that stay keep the focus.
    private func showButtons(_ actions: [FilePresentation.Action]) {
        for (action, button) in shown where !actions.contains(action) {
            gtk_box_remove(buttons.pointer(), button.widget)
            shown[action] = nil
        }
        var last: Widget?
        for action in actions {
            let button = shown[action] ?? makeButton(action)
            shown[action] = button
            gtk_box_reorder_child_after(buttons.pointer(), button.widget, last?.widget)
            last = button
        }
        buttons.isVisible = !actions.isEmpty
    }

    private func makeButton(_ action: FilePresentation.Action) -> Widget {
        let button =
            action.isWord ? Widget(gtk_button_new_with_label(action.label)) : RowParts.button(action.icon)
        if !action.isWord {
            button.tooltip = action.label
            button.setAccessibleLabel(action.label)
        }
        connect(button, "clicked") { [weak self] in self?.onAction(action) }
        gtk_box_append(buttons.pointer(), button.widget)
        return button
    }
}
