import GRDB
import Logging
import RTC

/// What a person does in a chat.
extension Chat {
    // MARK: Writing

    /// Sends a text, now or when the correspondent is there.
    @discardableResult package func send(_ text: String, to conversation: Conversation) throws(ChatProblem)
        -> ChatMessage
    {
        let text = try Self.checked(text)
        guard conversation.standing != .blocked else { throw .blocked }
        accept(conversation)
        let id = ConversationIdentifier.random()
        var sent: ChatMessage?
        try keep(.text(text, date: Self.now), id: id, to: conversation) { database in
            sent = try ChatStore.add(
                id, isOwn: true, text: text, date: Self.now, now: Self.now, to: conversation.id, database)
        }
        guard let sent else { throw .diskRefuses }
        conversation.typingTold = nil
        conversation.isDeclined = false
        reload(conversation)
        sort()
        return sent
    }

    /// Changes the last message of ours.
    package func edit(_ message: ChatMessage, to text: String, in conversation: Conversation) throws(ChatProblem) {
        let text = try Self.checked(text)
        guard conversation.lastOwn?.id == message.id else { throw .notLastMessage }
        guard text != message.text else { return }
        try keep(.edit(message.identifier, text), id: .random(), to: conversation) {
            try ChatStore.edit(message.id, text, $0)
        }
        reload(conversation)
    }

    /// Takes the last message of ours back.
    package func delete(_ message: ChatMessage, in conversation: Conversation) throws(ChatProblem) {
        guard conversation.lastOwn?.id == message.id else { throw .notLastMessage }
        try keep(.delete(message.identifier), id: .random(), to: conversation) {
            try ChatStore.delete(message.id, $0)
        }
        reload(conversation)
    }

    private static func checked(_ text: String) throws(ChatProblem) -> String {
        guard text.utf8.count <= ChatText.limit else { throw .textTooLong }
        let shown = ChatText.shown(text)
        guard ChatText.isAllowed(shown) else { throw .emptyText }
        return shown
    }

    private func keep(
        _ event: ChatEvent, id: ConversationIdentifier, to conversation: Conversation,
        _ also: (Database) throws -> Void
    ) throws(ChatProblem) {
        do {
            try conversation.line.send(.chat, event.payload, id: id, also: also)
        } catch is ConversationError {
            throw .tooManyWaiting
        } catch {
            logger.error("a message cannot be kept: \(error)")
            throw .diskRefuses
        }
    }

    /// Again what an honest correspondent forgets after six seconds.
    private static let typingInterval = Duration.seconds(4)

    /// The person types, or has stopped to.
    package func setTyping(_ isTyping: Bool, in conversation: Conversation) {
        guard conversation.isLinked, conversation.standing == .open else { return }
        let now = ContinuousClock.now
        if isTyping {
            if let told = conversation.typingTold, now - told < Self.typingInterval { return }
            conversation.typingTold = now
        } else {
            guard conversation.typingTold != nil else { return }
            conversation.typingTold = nil
        }
        conversation.line.sendTransient(.chat, ChatEvent.typing(isTyping).payload)
    }

    // MARK: Reading

    /// The conversation is on the screen; the correspondent is told how far it was read.
    package func markRead(_ conversation: Conversation) {
        for topic in lines.topics.values where topic !== self { topic.seen(conversation.line) }
        guard conversation.unreadMessages > 0 else { return }
        load(conversation)
        let last = conversation.messages.last { !$0.isOwn }
        do {
            if conversation.standing == .open, let last {
                try keep(.read(last.identifier), id: .random(), to: conversation) {
                    try ChatStore.markRead(conversation.id, $0)
                }
            } else {
                try lines.database.writer.write { try ChatStore.markRead(conversation.id, $0) }
            }
            conversation.unreadMessages = 0
        } catch { logger.error("a conversation cannot be marked as read: \(error)") }
    }

    // MARK: Strangers

    /// The person wants to talk.
    package func accept(_ conversation: Conversation) {
        guard conversation.standing == .requested else { return }
        set(.open, conversation)
        conversation.line.resume()
    }

    /// The person does not want to talk; what was said is forgotten, and may be tried again.
    package func decline(_ conversation: Conversation) {
        guard conversation.standing == .requested else { return }
        do {
            for topic in lines.topics.values where topic !== self { topic.declined(conversation.line) }
            try keep(.declined, id: .random(), to: conversation) { try ChatStore.removeAll(of: conversation.id, $0) }
            conversation.line.resume()
        } catch { logger.error("a request cannot be declined: \(error)") }
        conversation.messages = []
        conversation.unreadMessages = 0
        reload(conversation)
        sort()
    }

    /// Nothing is taken from this person any more, and they are not told.
    package func block(_ conversation: Conversation) {
        set(.blocked, conversation)
        conversation.line.hangUp()
        sort()
    }

    /// They may write again.
    package func unblock(_ conversation: Conversation) {
        guard conversation.standing == .blocked else { return }
        set(.open, conversation)
        sort()
    }

    /// Those from whom nothing is taken.
    package var blocked: [Conversation] {
        known.values.filter { $0.standing == .blocked }.sorted { $0.id < $1.id }
    }

    private func set(_ standing: ConversationRecord.Standing, _ conversation: Conversation) {
        var record = conversation.line.record
        record.standing = standing
        do {
            try lines.update(conversation.line, to: record)
        } catch { logger.error("a conversation cannot be kept: \(error)") }
    }

    /// Forgets everything that was said.
    package func remove(_ conversation: Conversation) {
        do {
            try lines.remove(conversation.line)
            known[conversation.id] = nil
            sort()
        } catch { logger.error("a conversation cannot be removed: \(error)") }
    }
}
