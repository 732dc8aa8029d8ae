import FoundationEssentials
import GRDB
import Logging
import Observation

/// Files that are sent and received, with a call and without.
@MainActor @Observable package final class FileTransfers {
    /// All that are remembered, the latest first.
    package internal(set) var transfers: [FileTransfer] = []
    /// A change is kept, and applies at once.
    package var settings: FileSettings { didSet { if settings != oldValue { settingsChanged() } } }

    @ObservationIgnored package let chat: Chat
    @ObservationIgnored let logger: Logger
    @ObservationIgnored weak var contacts: ContactBook?
    @ObservationIgnored private let file: ProfileFile?
    @ObservationIgnored var byID: [ConversationIdentifier: FileTransfer] = [:]
    /// What is not shown of each.
    @ObservationIgnored var records: [ConversationIdentifier: FileRecord] = [:]
    @ObservationIgnored var offers: [OfferToken: (FileTransfer) -> Void] = [:]
    @ObservationIgnored private var tokens = 0

    // What moves bytes now: FileTransfers+Running.
    /// Makes a way to a correspondent.
    @ObservationIgnored let openPipe: (Conversation, FileSettings) async -> (any FilePipe)?
    @ObservationIgnored let pace = FilePace()
    @ObservationIgnored var isRunning = false
    @ObservationIgnored var reaching: [ConversationIdentifier: FileWork] = [:]
    @ObservationIgnored var moving: [ConversationIdentifier: FileMove] = [:]
    /// Ways that the far side has made for a file that we receive.
    @ObservationIgnored var handed: [ConversationIdentifier: any FilePipe] = [:]
    @ObservationIgnored var watch: Task<Void, Never>?
    /// The conversations with those that a call is up with.
    @ObservationIgnored let callConversations: () -> Set<String>

    /// Ends the watch for offers: see `removeOffer`.
    package struct OfferToken: Hashable, Sendable { let number: Int }

    /// Offers of one correspondent that may wait for an answer; of a stranger; and what we have under way with one.
    static let offerLimit = 256
    static let strangerLimit = 16
    private static let what = "the settings of files"

    /// - Parameters:
    ///   - openPipe: makes a way to a correspondent; nil when there is none.
    ///   - inCall: the fingerprints of those that a call is up with.
    init(
        chat: Chat, contacts: ContactBook, in folders: ProfileFolders?, logger: Logger,
        inCall: @escaping () -> Set<String>,
        openPipe: @escaping (Conversation, FileSettings) async -> (any FilePipe)?
    ) {
        self.openPipe = openPipe
        callConversations = inCall
        self.chat = chat
        self.contacts = contacts
        self.logger = logger
        file = folders.map { ProfileFile(path: $0.configuration + "/files.json") }
        settings = file?.load(FileSettings.self, Self.what, logger: logger, isValid: \.isValid) ?? FileSettings()
        pace.setLimit(settings.bytesPerSecond)
        load()
        chat.lines.topics[.files] = self
        chat.sort()
    }

    private func load() {
        do {
            for record in try chat.lines.database.writer.read(FileStore.all).reversed() { insert(record) }
            for id in try chat.lines.database.writer.read(FileStore.unread) { byID[id]?.isUnread = true }
            for conversation in chat.known.values { countUnread(in: conversation) }
        } catch { logger.error("the files cannot be read: \(error)") }
    }

    private func settingsChanged() {
        pace.setLimit(settings.bytesPerSecond)
        file?.save(settings, Self.what, logger: logger)
    }

    // MARK: Who

    package subscript(id: ConversationIdentifier) -> FileTransfer? { byID[id] }

    package func transfers(with conversation: Conversation) -> [FileTransfer] {
        transfers.filter { $0.conversation == conversation.id }
    }

    package func conversation(of transfer: FileTransfer) -> Conversation? {
        chat.conversation(withID: transfer.conversation)
    }

    @discardableResult func insert(_ record: FileRecord) -> FileTransfer {
        if let known = byID[record.id] {
            records[record.id] = record
            known.state = record.state
            return known
        }
        let transfer = FileTransfer(record)
        byID[record.id] = transfer
        records[record.id] = record
        transfers.insert(transfer, at: 0)
        return transfer
    }

    func drop(_ id: ConversationIdentifier) {
        let concerned = byID[id].flatMap { conversation(of: $0) }
        defer { if let concerned { countUnread(in: concerned) } }
        byID[id] = nil
        records[id] = nil
        transfers.removeAll { $0.id == id }
        chat.sort()
    }

    // MARK: Looking

    /// A person has seen that it is offered, or has answered.
    func markRead(_ transfer: FileTransfer) {
        guard transfer.isUnread else { return }
        do {
            try chat.lines.database.writer.write { try FileStore.setUnread(transfer.id, false, $0) }
        } catch { logger.error("a file cannot be marked as seen: \(error)") }
        transfer.isUnread = false
        if let conversation = conversation(of: transfer) { countUnread(in: conversation) }
    }

    func countUnread(in conversation: Conversation) {
        let count = transfers(with: conversation).count { $0.isUnread }
        if conversation.unreadFiles != count { conversation.unreadFiles = count }
    }

    // MARK: Telling

    /// Calls `handler` with each file that somebody wants to send, until the token is given back.
    package func onOffer(_ handler: @escaping (FileTransfer) -> Void) -> OfferToken {
        tokens += 1
        let token = OfferToken(number: tokens)
        offers[token] = handler
        return token
    }

    package func removeOffer(_ token: OfferToken) { offers[token] = nil }
}
