import GRDB
import Logging
import Observation
import RTC
import Transport

/// Text messages with correspondents, in a call and without one.
@MainActor @Observable package final class Chat {
    /// Those with something in them, the latest first.
    package internal(set) var conversations: [Conversation] = []
    /// What a correspondent's messages are told to; each for as long as its owner wants.
    @ObservationIgnored var arrivals: [ArrivalToken: (Conversation, ChatMessage) -> Void] = [:]
    @ObservationIgnored package let lines: ConversationLines
    @ObservationIgnored var known: [Int64: Conversation] = [:]
    @ObservationIgnored let logger: Logger
    @ObservationIgnored private weak var contacts: ContactBook?
    /// Nil while no conversation is on the screen.
    @ObservationIgnored var shown: Set<Int64> = []

    /// Ends the watch for messages: see `removeArrival`.
    package struct ArrivalToken: Hashable, Sendable { let number: Int }
    @ObservationIgnored private var tokens = 0

    /// Messages in memory of each conversation at first.
    package static let pageSize = 100
    /// Messages that somebody may leave before they are answered.
    static let requestLimit = 16

    init(lines: ConversationLines, contacts: ContactBook, logger: Logger) {
        self.lines = lines
        self.contacts = contacts
        self.logger = logger
        lines.topics[.chat] = self
        for line in lines.all { known[line.record.id] = Conversation(line, contacts) }
        loadLast()
        sort()
    }

    /// What nobody has looked at yet: messages, and files that are offered.
    package var unread: Int { conversations.reduce(0) { $0 + $1.unread } }

    // MARK: Who

    /// The conversation of a line; loaded when it is asked for first.
    func conversation(_ line: ConversationLine) -> Conversation {
        if let known = known[line.record.id] { return known }
        let conversation = Conversation(line, contacts)
        known[line.record.id] = conversation
        reload(conversation)
        return conversation
    }

    package func conversation(withFingerprint text: String) -> Conversation? {
        known.values.first { $0.fingerprint == text }
    }

    package func conversation(withID id: Int64) -> Conversation? { known[id] }

    /// The conversation with somebody whose key is known, a new one if need be.
    package func open(fingerprint: String, name: String = "", address: String = "") throws(ChatProblem) -> Conversation
    {
        guard let identity = DTLSFingerprint(parsing: fingerprint) else { throw .unknownPerson }
        do {
            guard let line = try lines.open(identity, name: name, address: address, .open) else {
                throw ChatProblem.unknownPerson
            }
            var record = line.record
            if record.name.isEmpty { record.name = SignalingText.name(name) }
            if let place = CallAddress(address), !record.places.contains(place),
                record.places.isEmpty || place.person != nil
            {
                record.met(at: address)
            }
            try lines.update(line, to: record)
            return conversation(line)
        } catch let problem as ChatProblem {
            throw problem
        } catch { throw .diskRefuses }
    }

    /// Brings the list in line: the latest first, without those in which nothing was said or offered.
    func sort() {
        let sorted = known.values.filter { conversation in
            conversation.standing != .blocked && lines.topics.values.contains { $0.needs(conversation.line) }
        }.sorted { ($0.last?.id ?? 0, $0.id) > ($1.last?.id ?? 0, $1.id) }
        if sorted.map(\.id) != conversations.map(\.id) { conversations = sorted }
    }

    // MARK: Telling

    /// Calls `handler` with each message that comes, until the token is given back.
    package func onArrival(_ handler: @escaping (Conversation, ChatMessage) -> Void) -> ArrivalToken {
        tokens += 1
        let token = ArrivalToken(number: tokens)
        arrivals[token] = handler
        return token
    }

    package func removeArrival(_ token: ArrivalToken) { arrivals[token] = nil }

    // MARK: Reading

    /// Of every conversation the last message, and how many are unread: what a list shows.
    private func loadLast() {
        do {
            let (last, unread) = try lines.database.writer.read { database in
                (try ChatStore.lastOfEach(database), try ChatStore.unreadOfEach(database))
            }
            for message in last {
                guard let conversation = known[message.conversation] else { continue }
                conversation.messages = [message]
                conversation.unreadMessages = unread[message.conversation] ?? 0
                (conversation.hasEarlier, conversation.isLoaded) = (true, false)
            }
        } catch { logger.error("messages cannot be read: \(error)") }
    }

    /// Brings what of a conversation is shown first: until somebody looks, only its last message is in memory.
    package func load(_ conversation: Conversation) {
        if !conversation.isLoaded { reload(conversation) }
    }

    func reload(_ conversation: Conversation) {
        conversation.isLoaded = true
        let count = max(conversation.messages.count, Self.pageSize)
        do {
            let (messages, unread, total) = try lines.database.writer.read { database in
                (
                    try ChatStore.messages(of: conversation.id, count: count, database),
                    try ChatStore.unread(of: conversation.id, database),
                    try ChatStore.count(of: conversation.id, database)
                )
            }
            if conversation.messages != messages { conversation.messages = messages }
            if conversation.unreadMessages != unread { conversation.unreadMessages = unread }
            if conversation.hasEarlier != (total > messages.count) { conversation.hasEarlier = total > messages.count }
        } catch { logger.error("messages cannot be read: \(error)") }
    }

    /// Brings one page more of a conversation into memory.
    package func loadEarlier(_ conversation: Conversation) {
        load(conversation)
        guard conversation.hasEarlier, let first = conversation.messages.first else { return }
        do {
            let earlier = try lines.database.writer.read {
                try ChatStore.messages(of: conversation.id, before: first.id, count: Self.pageSize, $0)
            }
            conversation.messages = earlier + conversation.messages
            conversation.hasEarlier = earlier.count == Self.pageSize
        } catch { logger.error("messages cannot be read: \(error)") }
    }

    /// The last `count` messages, from the disk.
    package func messages(of conversation: Conversation, count: Int) -> [ChatMessage] {
        (try? lines.database.writer.read { try ChatStore.messages(of: conversation.id, count: count, $0) }) ?? []
    }

    /// The latest messages that have all the words or their beginnings, the oldest first.
    package func search(_ words: String, in conversation: Conversation?, count: Int = 200) -> [ChatMessage] {
        do {
            return try lines.database.writer.read {
                try ChatStore.search(words, in: conversation?.id, count: count, $0)
            }
        } catch {
            logger.error("messages cannot be searched: \(error)")
            return []
        }
    }

    /// Milliseconds since 1970.
    static var now: Int64 { MonotonicClock.secondsSince1970 * 1000 }
}
