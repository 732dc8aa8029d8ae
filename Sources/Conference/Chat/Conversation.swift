import Observation

/// A chat with one correspondent, as it is shown.
@MainActor @Observable package final class Conversation: Identifiable {
    package nonisolated let id: Int64
    /// `sha-256 AA:BB:...`: who it is.
    package nonisolated let fingerprint: String
    package internal(set) var name: String
    /// Where they are met; their name at a server where that is all there is.
    package internal(set) var address: String
    package internal(set) var standing: ConversationRecord.Standing
    /// Messages that were not on the screen yet.
    var unreadMessages = 0
    /// Files that were offered since somebody looked.
    var unreadFiles = 0
    /// The latest of them, the oldest first: the last one alone until `Chat.load`; `loadEarlier` brings more.
    package internal(set) var messages: [ChatMessage] = []
    /// Whether there are messages before the first of `messages`.
    package internal(set) var hasEarlier = false
    /// Whether the correspondent is writing now.
    package internal(set) var isTyping = false
    /// How the two are connected now; nil when they are not.
    package internal(set) var way: ConversationLinkOrigin?
    /// Why what waits does not go, where somebody tried.
    package internal(set) var failure: EndReason?
    /// Whether the correspondent does not want to talk.
    package internal(set) var isDeclined = false

    @ObservationIgnored let line: ConversationLine
    @ObservationIgnored var isLoaded = true
    @ObservationIgnored private weak var contacts: ContactBook?
    @ObservationIgnored var typingEnd: Task<Void, Never>?
    @ObservationIgnored var typingTold: ContinuousClock.Instant?

    init(_ line: ConversationLine, _ contacts: ContactBook?) {
        self.line = line
        self.contacts = contacts
        let record = line.record
        (id, fingerprint, name) = (record.id, record.fingerprint, record.name)
        (address, standing) = (record.shownAddress, record.standing)
    }

    /// What has come since somebody looked: messages, and files that are offered.
    package var unread: Int { unreadMessages + unreadFiles }
    package var isLinked: Bool { way != nil }

    /// Whether the correspondent is met at an address.
    func isMet(at address: CallAddress) -> Bool { line.record.places.contains(address) }

    package var last: ChatMessage? { messages.last }
    /// The one that can be edited or deleted.
    package var lastOwn: ChatMessage? { messages.last { $0.isOwn }.flatMap { $0.isDeleted ? nil : $0 } }
    /// Whom the user knows by this key.
    package var contact: Contact? { contacts?.contact(withFingerprint: fingerprint) }
    /// What to call the correspondent: by the user's own word for them, before theirs.
    package var title: String { contact?.name ?? (name.isEmpty ? address : name) }
}
