import Conference
import GLibKit
import GtkKit

/// What a chat shows: words and states, ready for widgets.
package nonisolated struct ChatPresentation: Equatable, Sendable {
    /// One message, ready to show.
    package struct Message: Equatable, Identifiable, Sendable {
        package var id: Int64
        package var isOwn: Bool
        /// Pango markup of our own making: every word of the message is escaped.
        package var markup: String
        /// For screen readers and the clipboard.
        package var plain: String
        package var time: String
        /// The day above it, where another one begins.
        package var day: String?
        /// How far an own message has got, as an icon and in words.
        package var delivery: (icon: String, words: String)?
        package var isEdited = false
        package var isDeleted = false
        package var canChange = false

        package static func == (left: Message, right: Message) -> Bool {
            left.id == right.id && left.isOwn == right.isOwn && left.markup == right.markup && left.time == right.time
                && left.day == right.day && left.delivery?.icon == right.delivery?.icon
                && left.delivery?.words == right.delivery?.words && left.isEdited == right.isEdited
                && left.isDeleted == right.isDeleted && left.canChange == right.canChange
        }
    }

    /// A file that was offered: its card knows the rest.
    package struct File: Equatable, Identifiable, Sendable {
        package var id: ConversationIdentifier
        package var isOwn: Bool
        package var time: String
        /// The day above it, where another one begins.
        package var day: String?
    }

    /// A line of the conversation, in the order of time.
    package enum Entry: Equatable, Identifiable, Sendable {
        case message(Message)
        case file(File)

        /// What tells one row from the others.
        package enum ID: Hashable, Sendable {
            case message(Int64)
            case file(ConversationIdentifier)
        }

        package var id: ID {
            switch self {
            case .message(let message): .message(message.id)
            case .file(let file): .file(file.id)
            }
        }
    }

    /// When a file was offered, and by whom.
    package struct Offer: Sendable {
        var id: ConversationIdentifier
        var isOwn: Bool
        /// ms since 1970
        var date: Int64

        package init(id: ConversationIdentifier, isOwn: Bool, date: Int64) {
            (self.id, self.isOwn, self.date) = (id, isOwn, date)
        }
    }

    package var title: String
    package var status: String
    package var entries: [Entry]
    package var hasEarlier: Bool
    /// Whether a stranger waits for an answer.
    package var isRequest: Bool
    /// Why something does not go; empty when all is well.
    package var notice: String
    package var isTyping: Bool
    package var canWrite: Bool

    package init(
        title: String, status: String, entries: [Entry], hasEarlier: Bool = false, isRequest: Bool = false,
        notice: String = "", isTyping: Bool = false, canWrite: Bool = true
    ) {
        (self.title, self.status, self.entries) = (title, status, entries)
        (self.hasEarlier, self.isRequest, self.notice) = (hasEarlier, isRequest, notice)
        (self.isTyping, self.canWrite) = (isTyping, canWrite)
    }

    /// - Parameters:
    ///   - files: all with this correspondent.
    ///   - found: what a search has found; nil shows the conversation itself.
    @MainActor init(
        _ conversation: Conversation, files: [FileTransfer], found: (words: String, messages: [ChatMessage])? = nil
    ) {
        let shown = found?.messages ?? conversation.messages
        // Those from before the messages that are loaded come with these.
        let begin = found == nil && conversation.hasEarlier ? shown.first?.date ?? .min : .min
        let offers = files.filter { file in
            file.date >= begin && found.map { file.name.lowercased().contains($0.words.lowercased()) } != false
        }
        let last = conversation.lastOwn?.id
        self.init(
            title: conversation.title,
            status: Self.status(conversation),
            entries: Self.entries(
                shown, offers.map { Offer(id: $0.id, isOwn: $0.isOwn, date: $0.date) }, changeable: last),
            hasEarlier: found == nil && conversation.hasEarlier, isRequest: conversation.standing == .requested,
            notice: Self.notice(conversation), isTyping: conversation.isTyping,
            canWrite: conversation.standing != .blocked)
    }

    /// - Parameters:
    ///   - messages: the earliest first.
    ///   - offers: in any order.
    ///   - changeable: the message that may be edited.
    package static func entries(_ messages: [ChatMessage], _ offers: [Offer], changeable: Int64?) -> [Entry] {
        var waiting = offers.sorted { $0.date < $1.date }[...]
        var entries: [Entry] = []
        var last = ""
        let day = { (date: MessageDate) -> String? in
            defer { last = date.day }
            return date.day == last ? nil : date.day
        }
        let appendFiles = { (end: Int64) in
            while let offer = waiting.first, offer.date < end {
                waiting.removeFirst()
                let date = MessageDate(milliseconds: offer.date)
                entries.append(.file(File(id: offer.id, isOwn: offer.isOwn, time: date.time, day: day(date))))
            }
        }
        for message in messages {
            appendFiles(message.date)
            let date = MessageDate(milliseconds: message.date)
            var shown = Message(
                id: message.id, isOwn: message.isOwn, markup: markup(message), plain: message.text, time: date.time,
                day: day(date), delivery: message.isOwn ? delivery(message.delivery) : nil,
                isEdited: message.isEdited, isDeleted: message.isDeleted)
            shown.canChange = message.id == changeable
            entries.append(.message(shown))
        }
        appendFiles(.max)
        return entries
    }

    private static func delivery(_ delivery: ChatMessage.Delivery) -> (icon: String, words: String)? {
        switch delivery {
        case .pending: ("causerie-waiting-symbolic", tr("Waiting for the other one to be there"))
        case .delivered: ("causerie-delivered-symbolic", tr("Delivered"))
        case .read: ("causerie-read-symbolic", tr("Read"))
        case .failed: ("dialog-warning-symbolic", tr("Not accepted"))
        case .received: nil
        }
    }

    private static func markup(_ message: ChatMessage) -> String {
        if message.isDeleted { return "<i>\(escapeMarkup(tr("Message deleted")))</i>" }
        return ChatRun.runs(of: message.text).map(markup).joined()
    }

    private static func markup(_ run: ChatRun) -> String {
        var markup = escapeMarkup(run.text)
        if run.style.contains(.code) { markup = "<tt>\(markup)</tt>" }
        if run.style.contains(.struck) { markup = "<s>\(markup)</s>" }
        if run.style.contains(.italic) { markup = "<i>\(markup)</i>" }
        if run.style.contains(.bold) { markup = "<b>\(markup)</b>" }
        if let link = run.link { markup = "<a href=\"\(escapeMarkup(link))\">\(markup)</a>" }
        return markup
    }

    @MainActor private static func status(_ conversation: Conversation) -> String {
        guard let way = conversation.way else { return conversation.address }
        return way.isPeerToPeer ? tr("Connected") : tr("Connected through the server, encrypted from end to end")
    }

    @MainActor private static func notice(_ conversation: Conversation) -> String {
        if conversation.isDeclined { return tr("{name} does not want to talk.", ["name": conversation.title]) }
        guard let failure = conversation.failure, conversation.messages.contains(where: { $0.delivery == .pending })
        else { return "" }
        if failure == .identityChanged {
            return tr("Somebody else answers at this address: your messages wait.")
        }
        return tr("{name} is away. Your messages wait and are sent as soon as possible.", ["name": conversation.title])
    }
}
