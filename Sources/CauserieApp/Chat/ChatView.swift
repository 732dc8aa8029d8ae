import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// A conversation's widgets: who, the messages, what a stranger is answered with, and where to write.
package final class ChatView {
    package let root: GObjectRef
    /// The `chat.` actions.
    package let actions: ActionMap

    private let stack: Widget
    private let title: Widget
    private let status: Widget
    private let list: Widget
    private let scroller: Widget
    private let earlier: Widget
    private let request: Widget
    private let requestText: Widget
    private let notice: Widget
    private let noticeText: Widget
    private let typing: Widget
    private let searchBar: Widget
    private let searchEntry: Widget
    private let composer: MessageComposer
    private let composerArea: Widget
    private let editing: Widget
    private let attach: Widget
    private var rows: [any ChatRow] = []
    private var presentation: ChatPresentation?
    /// Whether the list follows what comes.
    private var isAtEnd = true
    /// What is above grows: what is in sight stays where it is.
    private var keepsPlace = false
    private var height = 0.0
    private var scrolling: EventSource?

    package var onSend: (String) -> Void = { _ in }
    package var onTyping: (Bool) -> Void = { _ in }
    package var onSearch: (String) -> Void = { _ in }
    /// Files were let go over the conversation.
    package var onFiles: ([String]) -> Void = { _ in }
    /// The card of a file of the conversation.
    package var makeCard: (ConversationIdentifier) -> FileCard? = { _ in nil }

    package init() throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/chat.ui"))
        root = try builder.retained("chat", gtk_box_get_type())
        stack = try builder.object("stack", gtk_stack_get_type())
        title = try builder.object("title", gtk_label_get_type())
        status = try builder.object("status", gtk_label_get_type())
        list = try builder.object("messages", gtk_list_box_get_type())
        scroller = try builder.object("scroller", gtk_scrolled_window_get_type())
        earlier = try builder.object("earlier_button", gtk_button_get_type())
        request = try builder.object("request", gtk_revealer_get_type())
        requestText = try builder.object("request_text", gtk_label_get_type())
        notice = try builder.object("notice", gtk_revealer_get_type())
        noticeText = try builder.object("notice_text", gtk_label_get_type())
        typing = try builder.object("typing", gtk_label_get_type())
        searchBar = try builder.object("search_bar", gtk_revealer_get_type())
        searchEntry = try builder.object("search_entry", gtk_search_entry_get_type())
        composerArea = try builder.object("composer", gtk_box_get_type())
        editing = try builder.object("editing", gtk_revealer_get_type())
        attach = try builder.object("attach_button", gtk_menu_button_get_type())
        composer = try MessageComposer(builder)
        actions = ActionMap(of: Widget(root), prefix: "chat")
        searchBar.setAccessibleHidden(true)
        composer.onSend = { [weak self] in self?.onSend($0) }
        composer.onTyping = { [weak self] in self?.onTyping($0) }
        connect(searchEntry, "search-changed") { [weak self] in self?.searchChanged() }
        // Esc.
        connect(searchEntry, "stop-search") { [weak self] in
            self?.setSearching(false)
            self?.focusEntry()
        }
        watchScrolling()
        showNobody()
        FileDrop.install(
            on: Widget(root),
            isPossible: { [weak self] in self?.presentation.map { $0.canWrite && !$0.isRequest } ?? false },
            dropped: { [weak self] in self?.onFiles($0) })
    }

    // MARK: Showing

    /// Nobody is chosen, or the pane's stream has no correspondent yet.
    package func showNobody() {
        presentation = nil
        gtk_stack_set_visible_child_name(stack.opaque, "nobody")
    }

    /// Shows another state of the conversation; what has not changed stays where it is.
    package func show(_ new: ChatPresentation) {
        let old = presentation
        presentation = new
        gtk_stack_set_visible_child_name(stack.opaque, "conversation")
        gtk_label_set_text(title.opaque, new.title)
        gtk_label_set_text(status.opaque, new.status)
        status.isVisible = !new.status.isEmpty
        earlier.isVisible = new.hasEarlier
        gtk_revealer_set_reveal_child(request.opaque, new.isRequest ? 1 : 0)
        request.setAccessibleHidden(!new.isRequest)
        gtk_label_set_text(requestText.opaque, tr("{name} would like to talk with you.", ["name": new.title]))
        gtk_revealer_set_reveal_child(notice.opaque, new.notice.isEmpty ? 0 : 1)
        if !new.notice.isEmpty { gtk_label_set_text(noticeText.opaque, new.notice) }
        gtk_label_set_text(typing.opaque, new.isTyping ? tr("{name} is writing…", ["name": new.title]) : "")
        composer.setEnabled(new.canWrite)
        attach.isSensitive = new.canWrite
        composerArea.isVisible = !new.isRequest
        if old?.entries != new.entries || old?.title != new.title { showEntries(new) }
    }

    /// Rows that are right stay: whoever reads them, or has one in focus, is not disturbed.
    private func showEntries(_ presentation: ChatPresentation) {
        let identifiers = Set(presentation.entries.map(\.id))
        // What comes above the first that was there has been loaded.
        if let first = rows.first?.entry.id {
            keepsPlace = identifiers.contains(first) && presentation.entries.first?.id != first
        }
        let kept = Dictionary(rows.map { ($0.entry.id, $0) }) { first, _ in first }
        for row in rows where !identifiers.contains(row.entry.id) {
            gtk_list_box_remove(list.opaque, Widget(row.root).widget)
        }
        rows = []
        for entry in presentation.entries {
            if let row = kept[entry.id] {
                if row.entry != entry { row.show(entry, from: presentation.title) }
                rows.append(row)
            } else if let row = makeRow(entry, from: presentation.title) {
                gtk_list_box_insert(list.opaque, Widget(row.root).widget, Int32(clamping: rows.count))
                rows.append(row)
            }
        }
    }

    private func makeRow(_ entry: ChatPresentation.Entry, from name: String) -> (any ChatRow)? {
        switch entry {
        case .message(let message): try? MessageRow(message, from: name)
        case .file(let file): makeCard(file.id).flatMap { try? FileRow(file, $0) }
        }
    }

    /// The end stays in sight while a person has not scrolled away from it.
    private func watchScrolling() {
        guard let adjustment = gtk_scrolled_window_get_vadjustment(scroller.opaque) else { return }
        let end = { gtk_adjustment_get_upper(adjustment) - gtk_adjustment_get_page_size(adjustment) }
        connect(adjustment, "value-changed") { [weak self] in
            self?.isAtEnd = gtk_adjustment_get_value(adjustment) >= end() - 24
        }
        connect(adjustment, "changed") { [weak self] in
            guard let self else { return }
            let grown = gtk_adjustment_get_upper(adjustment) - height
            height += grown
            guard isAtEnd || keepsPlace, grown != 0 || isAtEnd else { return }
            let wasAtEnd = isAtEnd
            keepsPlace = false
            // Not while the list is being laid out, which sets it back.
            scrolling = EventSource.whenIdle {
                gtk_adjustment_set_value(
                    adjustment, wasAtEnd ? end() : gtk_adjustment_get_value(adjustment) + grown)
            }
        }
    }

    // MARK: Writing

    package func focusEntry() { composer.focus() }

    /// Writes a text where the cursor is.
    func insert(_ text: String) { composer.insert(text) }

    package var draft: String {
        get { composer.text }
        set { composer.text = newValue }
    }

    /// Whether an earlier message is being changed.
    package func setEditing(_ isEditing: Bool) {
        gtk_revealer_set_reveal_child(editing.opaque, isEditing ? 1 : 0)
        editing.setAccessibleHidden(!isEditing)
    }

    /// - Parameters:
    ///   - recall: the up arrow in an empty entry.
    ///   - escape: whether there was something to give up.
    ///   - paste: whether what was copied is no text, and taken care of.
    func onKeys(recall: @escaping () -> Void, escape: @escaping () -> Bool, paste: @escaping () -> Bool) {
        composer.onRecall = recall
        composer.onPaste = paste
        composer.onEscape = escape
    }

    // MARK: Searching

    /// Shows or hides the search.
    package func setSearching(_ isSearching: Bool) {
        actions.set("search", to: isSearching)
        gtk_revealer_set_reveal_child(searchBar.opaque, isSearching ? 1 : 0)
        searchBar.setAccessibleHidden(!isSearching)
        if isSearching { searchEntry.focus() }
        searchChanged()
    }

    private func searchChanged() {
        let isOn = gtk_revealer_get_reveal_child(searchBar.opaque) != 0
        let text = gtk_editable_get_text(searchEntry.opaque).map { String(cString: $0) } ?? ""
        onSearch(isOn ? text : "")
    }
}
