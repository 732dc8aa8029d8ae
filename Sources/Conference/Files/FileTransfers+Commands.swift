import FoundationEssentials
import GRDB
import Logging

/// What a person does with files.
extension FileTransfers {
    /// Offers files and folders, each by itself.
    ///
    /// - Parameter paths: absolute.
    /// - Returns: a transfer for each.
    /// - Throws: for the first that cannot be sent; then none is.
    @discardableResult package func send(
        _ paths: [String], to conversation: Conversation
    ) async throws(FileProblem) -> [FileTransfer] {
        guard conversation.standing != .blocked else { throw .blocked }
        let underWay = transfers.count { $0.conversation == conversation.id && $0.isOwn && !$0.state.isOver }
        guard underWay + paths.count <= Self.offerLimit else { throw .tooManyOffers }
        var found: [(String, FoundFile)] = []
        for path in paths { found.append((path, try await FoundFile.look(at: path))) }
        chat.accept(conversation)
        var sent: [FileTransfer] = []
        for (path, file) in found { sent.append(try offer(file, at: path, to: conversation)) }
        return sent
    }

    private func offer(
        _ file: FoundFile, at path: String, to conversation: Conversation
    ) throws(FileProblem) -> FileTransfer {
        let record = FileRecord(
            id: .random(), conversation: conversation.id, isOwn: true, offer: file.offer, date: Chat.now,
            state: FileTransferState(isOwn: true), path: path, mark: file.mark)
        let payload = FileControl(record.id, .offer(file.offer)).payload
        do {
            try conversation.line.send(.files, payload, id: .random()) { try FileStore.save(record, $0) }
        } catch is ConversationError {
            throw .tooManyOffers
        } catch {
            logger.error("a file cannot be offered: \(error)")
            throw .diskRefuses
        }
        let transfer = insert(record)
        chat.sort()
        return transfer
    }

    /// Takes a file.
    ///
    /// - Parameter place: a folder, or the whole path under a name of one's own, absolute; nil for the usual place.
    package func accept(_ transfer: FileTransfer, to place: String? = nil) throws(FileProblem) {
        guard transfer.state.canAccept, var record = records[transfer.id] else { throw .notPossible }
        let path = try FilePlace.target(for: record.offer, at: place, usual: settings.place)
        record.path = path
        if let conversation = conversation(of: transfer) { chat.accept(conversation) }
        try apply(.accept(byUs: true), to: transfer, record)
        markRead(transfer)
    }

    /// The file is not wanted; the far side is told. Throws when it is not offered any more.
    package func decline(_ transfer: FileTransfer) throws(FileProblem) {
        guard transfer.state.canAccept else { throw .notPossible }
        try apply(.decline(byUs: true), to: transfer)
        markRead(transfer)
    }

    /// Stops it until `resume`, here and there. Throws when there is nothing to pause.
    package func pause(_ transfer: FileTransfer) throws(FileProblem) {
        guard transfer.state.canPause else { throw .notPossible }
        try apply(.pause(byUs: true), to: transfer)
    }

    /// Goes on with what was paused here. Throws when it was not.
    package func resume(_ transfer: FileTransfer) throws(FileProblem) {
        guard transfer.state.canResume else { throw .notPossible }
        try apply(.resume(byUs: true), to: transfer)
    }

    /// Gives it up; what has come is removed. Throws when it is over.
    package func cancel(_ transfer: FileTransfer) throws(FileProblem) {
        guard transfer.state.canCancel else { throw .notPossible }
        try apply(.cancel(byUs: true), to: transfer)
    }

    /// Once more: from where it was, or, for a file of ours that was changed, from the beginning as another transfer.
    package func retry(_ transfer: FileTransfer) async throws(FileProblem) {
        guard transfer.state.canRetry else { throw .notPossible }
        if transfer.isOwn, [.failed(.sourceChanged), .failed(.sourceMissing)].contains(transfer.state.stage) {
            guard let conversation = conversation(of: transfer) else { throw .unknownTransfer }
            try await send([transfer.path], to: conversation)
            return try remove(transfer)
        }
        try apply(.retry(byUs: true), to: transfer)
    }

    /// Forgets one that is over; the file stays.
    package func remove(_ transfer: FileTransfer) throws(FileProblem) {
        guard transfer.state.isOver else { throw .notPossible }
        do {
            try chat.lines.database.writer.write {
                try FileStore.delete(transfer.id, of: transfer.conversation, $0)
            }
        } catch { throw .diskRefuses }
        discard(transfer.id)
        drop(transfer.id)
    }

    // MARK: Doing it

    /// Lets something happen to a file: on the disk, on the line, and here.
    func apply(
        _ event: FileTransferState.Event, to transfer: FileTransfer, _ changed: FileRecord? = nil
    ) throws(FileProblem) {
        guard var record = changed ?? records[transfer.id], let line = conversation(of: transfer)?.line else {
            throw .unknownTransfer
        }
        record.state = transfer.state
        let effects = record.state.handle(event)
        let kept = record
        do {
            var words = effects.compactMap { if case .tell(let word) = $0 { word } else { nil } }[...]
            if let word = words.popFirst() {
                try line.send(.files, FileControl(record.id, word).payload, id: .random()) {
                    try FileStore.save(kept, $0)
                }
            } else if kept != records[transfer.id] {
                try chat.lines.database.writer.write { try FileStore.save(kept, $0) }
            }
        } catch {
            logger.error("what happens to a file cannot be kept: \(error)")
            throw .diskRefuses
        }
        show(kept)
        perform(effects, on: transfer)
    }

    func show(_ record: FileRecord) {
        guard let transfer = byID[record.id] else { return }
        records[record.id] = record
        if transfer.state != record.state { transfer.state = record.state }
        if transfer.path != record.path { transfer.path = record.path }
        if !transfer.state.isWanted { transfer.bytesPerSecond = 0 }
    }

    func perform(_ effects: [FileTransferState.Effect], on transfer: FileTransfer) {
        for effect in effects {
            switch effect {
            case .tell: break
            case .run: run(transfer)
            case .stop: stop(transfer.id)
            case .discard: discard(transfer.id)
            }
        }
    }
}
