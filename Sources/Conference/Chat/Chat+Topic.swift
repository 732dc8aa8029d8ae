import GRDB
import RTC

/// What correspondents do.
extension Chat: ConversationTopic {
    /// A stranger who has left enough hears again after so long, or when they are answered.
    private static let requestDelay = Duration.seconds(300)
    private static let typingLimit = Duration.seconds(6)

    func receive(
        _ payload: [UInt8], id: ConversationIdentifier, on line: ConversationLine, _ database: Database
    ) throws -> ConversationVerdict {
        let event: ChatEvent?
        do throws(ConversationError) {
            event = try ChatEvent.parse(payload)
        } catch { return .refused(.unacceptable, delay: .zero) }
        let conversation = line.record.id
        switch event {
        case .text(let text, let date):
            if line.record.standing == .requested,
                try ChatStore.count(of: conversation, database) >= Self.requestLimit
            {
                return .refused(.notAccepted, delay: Self.requestDelay)
            }
            let message = try ChatStore.add(
                id, isOwn: false, text: text, date: date, now: Self.now, to: conversation, database)
            return .taken { [weak self, weak line] in
                if let self, let line { arrived(message, on: line) }
            }
        case .edit(let target, let text):
            // Only the last one: what was said before stays said.
            guard let last = try ChatStore.last(isOwn: false, of: conversation, database),
                last.identifier == target, !last.isDeleted
            else { return .taken(then: nil) }
            try ChatStore.edit(last.id, text, database)
        case .delete(let target):
            guard let last = try ChatStore.last(isOwn: false, of: conversation, database), last.identifier == target
            else { return .taken(then: nil) }
            try ChatStore.delete(last.id, database)
        case .read(let target):
            guard let message = try ChatStore.message(target, isOwn: true, of: conversation, database) else {
                return .taken(then: nil)
            }
            try ChatStore.setRead(through: message.id, of: conversation, database)
        case .declined:
            return .taken { [weak self, weak line] in
                if let self, let line { self.conversation(line).isDeclined = true }
            }
        case .typing, nil: return .taken(then: nil)
        }
        return .taken { [weak self, weak line] in
            if let self, let line { self.reload(self.conversation(line)) }
        }
    }

    private func arrived(_ message: ChatMessage, on line: ConversationLine) {
        let conversation = conversation(line)
        setTypingShown(false, conversation)
        reload(conversation)
        sort()
        for handler in arrivals.values { handler(conversation, message) }
    }

    func receiveTransient(_ payload: [UInt8], on line: ConversationLine) {
        guard case .typing(let isTyping)? = try? ChatEvent.parse(payload), line.record.standing == .open else { return }
        setTypingShown(isTyping, conversation(line))
    }

    private func setTypingShown(_ isTyping: Bool, _ conversation: Conversation) {
        conversation.typingEnd?.cancel()
        if conversation.isTyping != isTyping { conversation.isTyping = isTyping }
        guard isTyping else { return }
        conversation.typingEnd = Task { [weak conversation] in
            guard (try? await Task.sleep(for: Self.typingLimit)) != nil else { return }
            conversation?.isTyping = false
        }
    }

    func acknowledged(_ ids: [ConversationIdentifier], on line: ConversationLine, _ database: Database) throws {
        try ChatStore.setDelivered(ids, of: line.record.id, database)
        reloadSoon(line)
    }

    func refused(_ id: ConversationIdentifier, on line: ConversationLine, _ database: Database) throws {
        try ChatStore.setFailed(id, of: line.record.id, database)
        reloadSoon(line)
    }

    /// After the transaction.
    private func reloadSoon(_ line: ConversationLine) {
        Task { [weak self, weak line] in
            if let self, let line { reload(conversation(line)) }
        }
    }

    func changed(_ line: ConversationLine) {
        guard known[line.record.id] != nil || line.isLinked else { return }
        let conversation = conversation(line)
        let record = line.record
        if conversation.name != record.name { conversation.name = record.name }
        if conversation.address != record.shownAddress { conversation.address = record.shownAddress }
        if conversation.standing != record.standing { conversation.standing = record.standing }
        if conversation.way != line.way { conversation.way = line.way }
        if conversation.failure != line.failure { conversation.failure = line.failure }
        if !line.isLinked { setTypingShown(false, conversation) }
        sort()
        forgetIfNothingWasSaid(conversation)
    }

    func needs(_ line: ConversationLine) -> Bool { known[line.record.id]?.messages.isEmpty == false }

    func seen(_ line: ConversationLine) {}

    func declined(_ line: ConversationLine) {}

    func removed(_ line: ConversationLine) {}

    /// Somebody was connected for a moment, and said nothing.
    private func forgetIfNothingWasSaid(_ conversation: Conversation) {
        guard conversation.standing == .requested, !conversation.isLinked, conversation.messages.isEmpty,
            !conversation.line.hasPending, !lines.topics.values.contains(where: { $0.needs(conversation.line) })
        else { return }
        remove(conversation)
    }
}
