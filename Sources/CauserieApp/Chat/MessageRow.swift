import CGLib
import CGtk
import GLibKit
import GtkKit

/// One message in the list: a bubble, with the day above it where another one begins.
final class MessageRow: ChatRow {
    let root: GObjectRef
    private(set) var message: ChatPresentation.Message
    private let bubble: Widget
    private let spacer: Widget
    private let day: Widget
    private let text: Widget
    private let detail: Widget
    private let mark: Widget

    init(_ message: ChatPresentation.Message, from name: String) throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/chat-message.ui"))
        root = try builder.retained("row", gtk_list_box_row_get_type())
        bubble = try builder.object("bubble", gtk_box_get_type())
        spacer = try builder.object("spacer", gtk_box_get_type())
        day = try builder.object("day", gtk_label_get_type())
        text = try builder.object("text", gtk_label_get_type())
        detail = try builder.object("detail", gtk_label_get_type())
        mark = try builder.object("mark", gtk_image_get_type())
        self.message = message
        show(message, from: name)
        addMenuGestures()
    }

    var entry: ChatPresentation.Entry { .message(message) }

    func show(_ entry: ChatPresentation.Entry, from name: String) {
        if case .message(let message) = entry { show(message, from: name) }
    }

    private func show(_ message: ChatPresentation.Message, from name: String) {
        self.message = message
        gtk_label_set_text(day.opaque, message.day ?? "")
        day.isVisible = message.day != nil
        gtk_label_set_markup(text.opaque, message.markup)
        bubble.set(class: "own", message.isOwn)
        bubble.set(class: "deleted", message.isDeleted)
        spacer.isVisible = message.isOwn
        let edited = message.isEdited && !message.isDeleted ? tr("edited") + " · " : ""
        gtk_label_set_text(detail.opaque, edited + message.time)
        mark.isVisible = message.delivery != nil
        if let delivery = message.delivery {
            gtk_image_set_from_icon_name(mark.opaque, delivery.icon)
            mark.tooltip = delivery.words
            mark.setAccessibleLabel(delivery.words)
        }
        let said = message.isDeleted ? tr("Message deleted") : message.plain
        let line = tr(
            "{name}, {time}: {text}", ["name": message.isOwn ? tr("You") : name, "time": message.time, "text": said])
        let state = message.delivery.map { ". " + $0.words } ?? ""
        Widget(root).setAccessibleLabel(line + state)
    }

    /// The secondary button and the menu key open what can be done with the message.
    private func addMenuGestures() {
        let actions = ActionMap(of: Widget(root), prefix: "message")
        actions.add("copy") { [weak self] in
            guard let self, let display = gtk_widget_get_display(Widget(root).widget) else { return }
            gdk_clipboard_set_text(gdk_display_get_clipboard(display), message.plain)
        }
        actions.add("menu") { [weak self] in self?.openMenu() }
        guard let click = gtk_gesture_click_new() else { return }
        gtk_gesture_single_set_button(OpaquePointer(click.gobject), guint(GDK_BUTTON_SECONDARY))
        connect(click, "pressed") { [weak self] in self?.openMenu() }
        gtk_widget_add_controller(Widget(root).widget, OpaquePointer(click.gobject))
    }

    func openMenu() {
        guard !message.isDeleted, let menu = g_menu_new() else { return }
        let model = GObjectRef(adopting: menu)
        g_menu_append(menu, tr("_Copy"), "message.copy")
        if message.canChange {
            g_menu_append(menu, tr("_Edit"), "chat.edit-last")
            g_menu_append(menu, tr("_Delete"), "chat.delete-last")
        }
        guard let popover = gtk_popover_menu_new_from_model(model.pointer()) else { return }
        gtk_widget_set_parent(popover, bubble.widget)
        connect(popover, "closed") { [popover] in
            // Not within the popover's own signal.
            Task { gtk_widget_unparent(popover) }
        }
        gtk_popover_popup(Widget(popover).pointer())
    }
}
