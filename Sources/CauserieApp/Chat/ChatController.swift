import Conference
import GLibKit
import GtkKit

/// Brings a conversation and its widgets together; which conversation may change.
final class ChatController {
    let view: ChatView
    private let chat: Chat
    private let deeds: FileDeeds
    private(set) var conversation: Conversation?
    private var observations: [ModelObservation] = []
    private var drafts: [Int64: String] = [:]
    private var editing: ChatMessage?
    private var words = ""
    /// Whether somebody looks: then what comes is read.
    private let isInFront: () -> Bool
    private let tell: (String) -> Void

    /// - Parameters:
    ///   - isInFront: whether the view is on the screen in the window that a person is at.
    ///   - tell: shows a line that goes by itself.
    init(
        _ files: FileTransfers, isInFront: @escaping () -> Bool, tell: @escaping (String) -> Void
    ) throws(BuilderError) {
        chat = files.chat
        deeds = FileDeeds(files, tell: tell)
        self.isInFront = isInFront
        self.tell = tell
        view = try ChatView()
        view.onSend = { [weak self] in self?.send($0) }
        view.onTyping = { [weak self] isTyping in
            guard let self, let conversation, editing == nil else { return }
            chat.setTyping(isTyping, in: conversation)
        }
        view.onSearch = { [weak self] in self?.search($0) }
        view.onKeys(
            recall: { [weak self] in self?.editLast() },
            escape: { [weak self] in self?.endEditing() ?? false },
            paste: { [weak self] in
                guard let self, let conversation else { return false }
                return deeds.paste(for: conversation, from: Widget(view.root)) { [weak view] in view?.insert($0) }
            })
        view.onFiles = { [weak self] in self?.send(files: $0) }
        view.makeCard = { [deeds] in deeds.card(for: $0, isListed: false) }
        addActions()
        addFileActions()
    }

    private func addFileActions() {
        view.actions.add("send-files") { [weak self] in
            guard let self, let conversation else { return }
            deeds.chooseFiles(for: conversation, from: Widget(view.root))
        }
        view.actions.add("send-folder") { [weak self] in
            guard let self, let conversation else { return }
            deeds.chooseFolder(for: conversation, from: Widget(view.root))
        }
    }

    private func addActions() {
        view.actions.add("accept") { [weak self] in
            guard let self, let conversation else { return }
            chat.accept(conversation)
            view.focusEntry()
        }
        view.actions.add("decline") { [weak self] in
            guard let self, let conversation else { return }
            chat.decline(conversation)
        }
        view.actions.add("block") { [weak self] in
            guard let self, let conversation else { return }
            chat.block(conversation)
            tell(tr("{name} is blocked.", ["name": conversation.title]))
        }
        view.actions.add("unblock") { [weak self] in
            guard let self, let conversation else { return }
            chat.unblock(conversation)
        }
        view.actions.add("earlier") { [weak self] in
            guard let self, let conversation else { return }
            chat.loadEarlier(conversation)
        }
        view.actions.add("edit-last") { [weak self] in self?.editLast() }
        view.actions.add("delete-last") { [weak self] in
            guard let self, let conversation, let last = conversation.lastOwn else { return }
            attempt { () throws(ChatProblem) in try self.chat.delete(last, in: conversation) }
        }
        view.actions.add("cancel-editing") { [weak self] in _ = self?.endEditing() }
        view.actions.add("search", initially: false) { [weak self] isOn in
            self?.view.setSearching(isOn)
        }
    }

    // MARK: Whose

    /// Shows another conversation, or none.
    func show(_ new: Conversation?) {
        guard new !== conversation else { return markRead() }
        _ = endEditing()
        if let conversation { drafts[conversation.id] = view.draft }
        words = ""
        view.setSearching(false)
        conversation = new
        observations = []
        guard let new else { return view.showNobody() }
        chat.load(new)
        view.draft = drafts[new.id] ?? ""
        observations = [
            ModelObservation({ [files = deeds.files] in ChatPresentation(new, files: files.transfers(with: new)) }) {
                [weak self] _ in self?.refresh()
            }
        ]
        refresh()
    }

    private func refresh() {
        guard let conversation else { return }
        let found = words.isEmpty ? nil : (words: words, messages: chat.search(words, in: conversation))
        view.show(ChatPresentation(conversation, files: deeds.files.transfers(with: conversation), found: found))
        for action in ["send-files", "send-folder"] {
            view.actions.setEnabled(action, conversation.standing != .blocked)
        }
        view.actions.setEnabled("unblock", conversation.standing == .blocked)
        view.actions.setEnabled("block", conversation.standing != .blocked)
        markRead()
    }

    /// What is seen is read.
    func markRead() {
        guard let conversation, conversation.unread > 0, conversation.standing == .open, isInFront() else { return }
        chat.markRead(conversation)
    }

    // MARK: Writing

    private func send(_ text: String) {
        guard let conversation else { return }
        if let edited = editing {
            attempt { () throws(ChatProblem) in
                try chat.edit(edited, to: text, in: conversation)
                _ = endEditing()
            }
        } else {
            attempt { () throws(ChatProblem) in
                try chat.send(text, to: conversation)
                view.draft = ""
            }
        }
    }

    /// Offers files to whom the conversation is with.
    func send(files paths: [String]) {
        guard let conversation else { return }
        deeds.send(paths, to: conversation)
    }

    private func attempt(_ work: () throws(ChatProblem) -> Void) {
        do throws(ChatProblem) { try work() } catch { tell(translated("\(error)")) }
    }

    private func editLast() {
        guard let last = conversation?.lastOwn else { return }
        editing = last
        view.setEditing(true)
        view.draft = last.text
        view.focusEntry()
    }

    /// False when nothing was being edited.
    private func endEditing() -> Bool {
        guard editing != nil else { return false }
        editing = nil
        view.setEditing(false)
        view.draft = ""
        return true
    }

    private func search(_ words: String) {
        guard words != self.words else { return }
        self.words = words
        refresh()
    }
}
