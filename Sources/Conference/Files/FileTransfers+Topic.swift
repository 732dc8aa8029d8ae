import GRDB
import Logging

/// What correspondents say about files.
extension FileTransfers: ConversationTopic {
    func receive(
        _ payload: [UInt8], id: ConversationIdentifier, on line: ConversationLine, _ database: Database
    ) throws -> ConversationVerdict {
        let control: FileControl?
        do throws(ConversationError) {
            control = try FileControl.parse(payload)
        } catch { return .refused(.unacceptable, delay: .zero) }
        guard let control else { return .taken(then: nil) }
        if case .offer(let offer) = control.word { return try take(offer, control.transfer, on: line, database) }
        guard var record = try FileStore.record(control.transfer, of: line.record.id, database),
            let event = Self.event(control.word)
        else { return .taken(then: nil) }
        let effects = record.state.handle(event)
        try FileStore.save(record, database)
        return .taken { [weak self] in
            guard let self, let transfer = byID[record.id] else { return }
            var changed = records[record.id] ?? record
            // What of it lives in memory alone stays as it is.
            changed.state = transfer.state
            _ = changed.state.handle(event)
            show(changed)
            perform(effects, on: transfer)
        }
    }

    private static func event(_ word: FileControl.Word) -> FileTransferState.Event? {
        switch word {
        case .offer: nil
        case .accept: .accept(byUs: false)
        case .decline: .decline(byUs: false)
        case .pause: .pause(byUs: false)
        case .resume: .resume(byUs: false)
        case .cancel: .cancel(byUs: false)
        case .retry: .retry(byUs: false)
        case .done: .verified(byUs: false)
        case .fail(let problem): .fail(problem, byUs: false)
        }
    }

    /// Somebody wants to send something. One too many is declined at once, so that what comes behind it is not held up.
    private func take(
        _ offer: FileOffer, _ id: ConversationIdentifier, on line: ConversationLine, _ database: Database
    ) throws -> ConversationVerdict {
        guard try !FileStore.isKnown(id, database) else { return .taken(then: nil) }
        let limit = line.record.standing == .requested ? Self.strangerLimit : Self.offerLimit
        guard try FileStore.waiting(of: line.record.id, database) < limit else {
            return .taken { [weak line] in
                let word = FileControl(id, .fail(.tooManyOffers))
                try? line?.send(.files, word.payload, id: .random())
            }
        }
        let record = FileRecord(
            id: id, conversation: line.record.id, isOwn: false, offer: offer, date: Chat.now,
            state: FileTransferState(isOwn: false), path: "")
        try FileStore.save(record, database)
        try FileStore.setUnread(id, true, database)
        return .taken { [weak self, weak line] in
            if let self, let line { arrived(record, on: line) }
        }
    }

    private func arrived(_ record: FileRecord, on line: ConversationLine) {
        let conversation = chat.conversation(line)
        let transfer = insert(record)
        chat.sort()
        if isTrusted(line), record.offer.size <= settings.automaticLimit {
            do throws(FileProblem) {
                try accept(transfer)
            } catch { logger.notice("a file cannot be taken by itself: \(error)") }
        }
        // Taken by itself, it is news all the same.
        transfer.isUnread = true
        countUnread(in: conversation)
        for handler in offers.values { handler(transfer) }
    }

    /// Whose files may be taken without a question: those of contacts whose key the user has verified with them. A key
    /// that was only seen with an address may be anybody's who was there first.
    private func isTrusted(_ line: ConversationLine) -> Bool {
        line.record.standing == .open && contacts?.contact(withFingerprint: line.record.fingerprint)?.isVerified == true
    }

    func receiveTransient(_ payload: [UInt8], on line: ConversationLine) {}

    func acknowledged(_ ids: [ConversationIdentifier], on line: ConversationLine, _ database: Database) throws {}

    func refused(_ id: ConversationIdentifier, on line: ConversationLine, _ database: Database) throws {}

    func changed(_ line: ConversationLine) {
        if line.record.standing == .blocked {
            for transfer in transfers where transfer.conversation == line.record.id { stop(transfer.id) }
        } else if line.isLinked {
            wake(line.record.id)
        }
    }

    /// A stranger who offers something has said something.
    func needs(_ line: ConversationLine) -> Bool { transfers.contains { $0.conversation == line.record.id } }

    func seen(_ line: ConversationLine) {
        for transfer in transfers where transfer.conversation == line.record.id { markRead(transfer) }
    }

    func declined(_ line: ConversationLine) {
        for transfer in transfers where transfer.conversation == line.record.id && transfer.state.canAccept {
            do throws(FileProblem) {
                try decline(transfer)
                try remove(transfer)
            } catch { logger.error("a file cannot be declined: \(error)") }
        }
    }

    func removed(_ line: ConversationLine) {
        for transfer in transfers where transfer.conversation == line.record.id {
            stop(transfer.id)
            discard(transfer.id)
            drop(transfer.id)
        }
    }
}
