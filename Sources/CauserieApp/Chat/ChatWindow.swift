import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// All conversations: the list, and the one that is chosen. Narrow, one of the two at a time.
package final class ChatWindow {
    package let window: GObjectRef
    package let view: ChatView
    private let leaflet: Widget
    private let side: Widget
    private let main: Widget
    private let sideHeader: Widget
    private let back: Widget
    private let people: Widget
    private let sideStack: Widget
    private let toasts: Widget
    private var rows: [ConversationRow] = []
    private var selecting: SignalConnection?

    var onChoice: (Int64) -> Void = { _ in }

    package init(_ view: ChatView) throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/chat-window.ui"))
        window = try builder.retained("window", adw_window_get_type())
        leaflet = try builder.object("leaflet", adw_leaflet_get_type())
        side = try builder.object("side", gtk_box_get_type())
        main = try builder.object("main", gtk_box_get_type())
        sideHeader = try builder.object("side_header", adw_header_bar_get_type())
        back = try builder.object("back_button", gtk_button_get_type())
        people = try builder.object("people", gtk_list_box_get_type())
        sideStack = try builder.object("side_stack", gtk_stack_get_type())
        toasts = try builder.object("toasts", adw_toast_overlay_get_type())
        self.view = view
        gtk_box_append(main.pointer(), Widget(view.root).widget)
        selecting = connect(people, "row-activated") { [weak self] in self?.chosen() }
        connect(back, "clicked") { [weak self] in
            guard let self else { return }
            adw_leaflet_set_visible_child(leaflet.opaque, side.widget)
        }
        connect(leaflet, "notify::folded") { [weak self] in self?.folded() }
        folded()
    }

    private func folded() {
        let isFolded = adw_leaflet_get_folded(leaflet.opaque) != 0
        back.isVisible = isFolded
        adw_header_bar_set_show_end_title_buttons(sideHeader.opaque, isFolded ? 1 : 0)
    }

    private func chosen() {
        guard let row = gtk_list_box_get_selected_row(people.opaque),
            let chosen = rows.first(where: { Widget($0.root).gobject == row.gobject })
        else { return }
        onChoice(chosen.presentation.id)
    }

    /// Shows who there is, and whose conversation is beside it.
    func show(_ all: [ConversationRow.Presentation], selected: Int64?) {
        let kept = Dictionary(rows.map { ($0.presentation.id, $0) }) { first, _ in first }
        if rows.map(\.presentation.id) == all.map(\.id) {
            for (row, new) in zip(rows, all) where row.presentation != new { row.show(new) }
        } else {
            for row in rows { gtk_list_box_remove(people.opaque, Widget(row.root).widget) }
            rows = []
            for presentation in all {
                guard let row = try? kept[presentation.id] ?? ConversationRow(presentation) else { continue }
                row.show(presentation)
                gtk_list_box_append(people.opaque, Widget(row.root).widget)
                rows.append(row)
            }
        }
        gtk_stack_set_visible_child_name(sideStack.opaque, rows.isEmpty ? "empty" : "list")
        let row = rows.first { $0.presentation.id == selected }
        gtk_list_box_select_row(people.opaque, row.map { Widget($0.root).pointer() })
    }

    /// Narrow, the conversation takes the place of the list.
    func showConversation() { adw_leaflet_set_visible_child(leaflet.opaque, main.widget) }

    func showToast(_ text: String) {
        guard let toast = adw_toast_new(escapeMarkup(text)) else { return }
        adw_toast_overlay_add_toast(toasts.opaque, toast)
    }

    package var isActive: Bool { gtk_window_is_active(window.pointer()) != 0 }

    package func present() { gtk_window_present(window.pointer()) }

    /// For scenes and tests: rows by hand.
    package func showExample(_ people: [(name: String, last: String, unread: Int, isRequest: Bool)], selected: Int) {
        let all = people.enumerated().map { index, person in
            ConversationRow.Presentation(
                id: Int64(index), name: person.name, last: person.last, unread: person.unread,
                isRequest: person.isRequest)
        }
        show(all, selected: Int64(selected))
    }
}

/// The window of all conversations over the model: one a program.
final class ChatWindowController {
    let window: ChatWindow
    private let controller: ChatController
    private let chat: Chat
    private var observations: [ModelObservation] = []

    /// - Parameter closed: called when the window is gone.
    init(_ files: FileTransfers, application: GObjectRef, closed: @escaping () -> Void) throws(BuilderError) {
        let chat = files.chat
        self.chat = chat
        // Filled below: the controller is made first.
        let front = Front()
        controller = try ChatController(
            files, isInFront: { front.window?.isActive ?? false }, tell: { front.window?.showToast($0) })
        window = try ChatWindow(controller.view)
        front.window = window
        gtk_window_set_application(window.window.pointer(), application.pointer())
        window.onChoice = { [weak self] id in
            guard let self, let conversation = chat.conversation(withID: id) else { return }
            show(conversation)
        }
        connect(window.window, "notify::is-active") { [weak self] in self?.controller.markRead() }
        connect(
            window.window, "close-request",
            returning: { [weak self] _ in
                self?.observations = []
                self?.controller.show(nil)
                closed()
                return false
            })
        observations = [
            ModelObservation({ chat.conversations.map { ConversationRow.Presentation($0) } }) { [weak self] all in
                guard let self else { return }
                window.show(all, selected: controller.conversation?.id)
            }
        ]
        if let first = chat.conversations.first { controller.show(first) }
    }

    private final class Front {
        weak var window: ChatWindow?
    }

    /// Shows a conversation, and puts the keyboard where one writes.
    func show(_ conversation: Conversation) {
        controller.show(conversation)
        window.show(chat.conversations.map { ConversationRow.Presentation($0) }, selected: conversation.id)
        window.showConversation()
        controller.view.focusEntry()
    }
}

extension ConversationRow.Presentation {
    @MainActor init(_ conversation: Conversation) {
        self.init(
            id: conversation.id, name: conversation.title,
            last: conversation.last.map { $0.isDeleted ? tr("Message deleted") : $0.text } ?? "",
            unread: conversation.unread, isRequest: conversation.standing == .requested)
    }
}
