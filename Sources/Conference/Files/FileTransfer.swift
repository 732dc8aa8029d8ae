import Observation

/// One file, or one folder, on its way to or from a correspondent: a row of the list.
@MainActor @Observable package final class FileTransfer: Identifiable {
    /// The same on both sides, for ever.
    package nonisolated let id: ConversationIdentifier
    /// Of the correspondent: `Chat.conversation(withID:)`.
    package nonisolated let conversation: Int64
    /// Whether this side sends it.
    package nonisolated let isOwn: Bool
    package nonisolated let offer: FileOffer
    /// ms since 1970: when it was offered, by this side's clock.
    package nonisolated let date: Int64
    package internal(set) var state: FileTransferState
    /// Where the file is, or where it goes; empty until a place is chosen. Absolute.
    package internal(set) var path: String
    /// Whether it was offered since somebody looked at the conversation.
    package internal(set) var isUnread = false
    /// Bytes that are known to be on the receiver's side.
    package internal(set) var bytesDone: Int64 = 0
    /// In the last seconds; 0 while nothing goes.
    package internal(set) var bytesPerSecond = 0.0

    init(_ record: FileRecord) {
        (id, conversation, isOwn) = (record.id, record.conversation, record.isOwn)
        (offer, date, state, path) = (record.offer, record.date, record.state, record.path)
        bytesDone = record.bytesDone
    }

    package var name: String { offer.name }
    package var size: Int64 { offer.size }
    package var isFolder: Bool { offer.isFolder }
    package var phase: FileTransferState.Phase { state.phase }
    /// 0...1; 1 for an empty file that is done.
    package var fraction: Double {
        if case .done = phase { return 1 }
        return size > 0 ? min(1, Double(bytesDone) / Double(size)) : 0
    }
    /// Seconds; nil while it is not known.
    package var secondsLeft: Double? {
        guard case .running = phase, bytesPerSecond >= 1 else { return nil }
        return Double(max(0, size - bytesDone)) / bytesPerSecond
    }

    /// What is going on, in a sentence.
    package var sentence: String {
        switch phase {
        case .offered: isOwn ? translatable("Waits for an answer") : translatable("Do you want this file?")
        case .waiting: translatable("Waits for its turn")
        case .running: isOwn ? translatable("Is being sent") : translatable("Is being received")
        case .paused(true, true): translatable("Paused by both")
        case .paused(true, _): translatable("Paused by you")
        case .paused: translatable("Paused by the correspondent")
        case .interrupted(let problem): "\(problem)"
        case .verifying: translatable("Is being verified")
        case .done: isOwn ? translatable("Sent") : translatable("Received")
        case .declined: isOwn ? translatable("Declined by the correspondent") : translatable("Declined")
        case .cancelled(true): translatable("Cancelled")
        case .cancelled: translatable("Cancelled by the correspondent")
        case .failed(let problem): "\(problem)"
        }
    }

    /// What scripts call the phase.
    package var code: String {
        switch phase {
        case .offered: "offered"
        case .waiting: "waiting"
        case .running: "running"
        case .paused(true, true): "paused"
        case .paused(true, _): "paused-here"
        case .paused: "paused-there"
        case .interrupted: "interrupted"
        case .verifying: "verifying"
        case .done: "done"
        case .declined: "declined"
        case .cancelled(true): "cancelled"
        case .cancelled: "cancelled-there"
        case .failed: "failed"
        }
    }
}
