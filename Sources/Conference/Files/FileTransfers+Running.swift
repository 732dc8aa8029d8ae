import GRDB
import Logging
import RTC
import Transport

/// Which files go, and when.
extension FileTransfers {
    /// Files of one correspondent that go at a time, each way.
    static let atOnce = 3
    /// Between attempts to find a way, seconds.
    private static let pauses = [1, 2, 5, 10, 30]
    /// The receiver looks for a way; the sender does if nobody comes.
    private static let senderPatience = Duration.milliseconds(1500)
    private static let waitForWord = Duration.seconds(10)

    /// Begins with those that were under way in the last run.
    func start() {
        isRunning = true
        for conversation in Set(transfers.map(\.conversation)) { schedule(conversation) }
    }

    func stop() {
        isRunning = false
        for transfer in transfers { stop(transfer.id) }
        watch?.cancel()
        watch = nil
    }

    func run(_ transfer: FileTransfer) { schedule(transfer.conversation) }

    func stop(_ id: ConversationIdentifier) {
        reaching[id]?.stop()
        handed.removeValue(forKey: id)?.close()
        if let move = moving.removeValue(forKey: id) {
            byID[id]?.bytesDone = move.meter.bytes
            move.pipe.close()
        }
        if isRunning, let conversation = byID[id]?.conversation { schedule(conversation) }
    }

    /// Removes what has come of a file that is not wanted any more.
    func discard(_ id: ConversationIdentifier) {
        guard var record = records[id], !record.isOwn, !record.part.isEmpty, record.state.stage != .done else { return }
        let (part, work) = (record.part, reaching[id])
        record.part = ""
        record.bytesDone = 0
        records[id] = record
        try? chat.lines.database.writer.write { try FileStore.save(record, $0) }
        // Not under the hands of whoever writes it.
        reaching[id] = FileWork(after: work) { work in
            FilePlace.discard(part)
            work.stop()
        }
    }

    /// The correspondent is there: no need to wait.
    func wake(_ conversation: Int64) {
        for transfer in transfers where transfer.conversation == conversation { reaching[transfer.id]?.wake() }
    }

    /// Sets the next ones going.
    private func schedule(_ conversation: Int64) {
        guard isRunning, let person = chat.conversation(withID: conversation), person.standing != .blocked else {
            return
        }
        for isOwn in [true, false] {
            let wanted = transfers.reversed().filter {
                $0.conversation == conversation && $0.isOwn == isOwn && $0.state.isWanted
            }
            for transfer in wanted.prefix(Self.atOnce) where reaching[transfer.id]?.isOver != false {
                reach(transfer, person)
            }
        }
    }

    private func reach(_ transfer: FileTransfer, _ person: Conversation) {
        let id = transfer.id
        reaching[id] = FileWork(after: reaching[id]) { [weak self] work in
            if transfer.isOwn { await work.pause(Self.senderPatience) }
            var attempt = 0
            while let self, isRunning, transfer.state.isWanted, !work.isOver {
                let before = transfer.bytesDone
                if transfer.isOwn { await push(transfer, person, work) } else { await pull(transfer, person, work) }
                guard transfer.state.isWanted, !work.isOver else { break }
                attempt = transfer.bytesDone > before ? 0 : attempt + 1
                await work.pause(.seconds(Self.pauses[min(attempt, Self.pauses.count - 1)]))
            }
            work.stop()
            if let self, isRunning { schedule(transfer.conversation) }
        }
    }

    private func tellInterrupted(_ transfer: FileTransfer, _ problem: FileProblem, _ work: FileWork? = nil) {
        guard work?.isOver != true, isRunning, transfer.state.isWanted else { return }
        try? apply(.interrupted(problem), to: transfer)
    }

    // MARK: Receiving

    private func pull(_ transfer: FileTransfer, _ person: Conversation, _ work: FileWork) async {
        guard let record = records[transfer.id] else { return }
        if record.isVerified { return await takeUpName(transfer, record) }
        var pipe = handed.removeValue(forKey: transfer.id)
        if pipe == nil {
            pipe = await openPipe(person, settings)
            if let made = pipe, let other = handed.removeValue(forKey: transfer.id) {
                made.close()
                pipe = other
            }
            if let made = pipe, !work.isOver { made.send(.open(transfer.id)) }
        }
        guard let pipe else { return tellInterrupted(transfer, .unreachable, work) }
        guard transfer.state.isWanted, !work.isOver, let record = records[transfer.id] else { return pipe.close() }
        let meter = FileMeter()
        moving[transfer.id] = FileMove(pipe, meter)
        beginWatching()
        let outcome = await receive(record, over: pipe, meter)
        if moving[transfer.id]?.pipe === pipe {
            moving[transfer.id] = nil
            transfer.bytesDone = meter.bytes
        }
        settle(outcome, of: transfer, work)
    }

    private func receive(_ record: FileRecord, over pipe: any FilePipe, _ meter: FileMeter) async -> FileOutcome {
        do throws(FileProblem) {
            let receiver = try FileReceiver(
                record, over: pipe, meter: meter,
                keep: { [weak self] changed in await self?.keep(changed) ?? false },
                started: { [weak self] in await self?.tellStarted(record.id) })
            return await receiver.run()
        } catch {
            pipe.close()
            return .failed(error)
        }
    }

    private func tellStarted(_ id: ConversationIdentifier) {
        if let transfer = byID[id] { try? apply(.started, to: transfer) }
    }

    /// Writes down where a file is written. False when it is not wanted any more, or the disk refuses.
    private func keep(_ changed: FileRecord) -> Bool {
        guard var record = records[changed.id], record.state.stage == .accepted else { return false }
        (record.part, record.path, record.isVerified) = (changed.part, changed.path, changed.isVerified)
        do {
            let record = record
            try chat.lines.database.writer.write { try FileStore.save(record, $0) }
        } catch {
            logger.error("a file cannot be kept: \(error)")
            return false
        }
        show(record)
        return true
    }

    /// The last run ended between the last byte and the name.
    private func takeUpName(_ transfer: FileTransfer, _ record: FileRecord) async {
        var record = record
        let source = record.offer.isFolder ? record.part + "/files" : record.part
        do throws(FileProblem) {
            if FilePlace.exists(source) {
                try await FileReceiver.giveName(&record) { [weak self] in await self?.keep($0) ?? false }
            } else if !FilePlace.exists(record.path) {
                throw .partMissing
            }
            FilePlace.discard(record.part)
            transfer.bytesDone = record.offer.size
            settle(.complete, of: transfer, nil)
        } catch {
            records[transfer.id]?.isVerified = false
            settle(.failed(error), of: transfer, nil)
        }
    }

    private func settle(_ outcome: FileOutcome, of transfer: FileTransfer, _ work: FileWork?) {
        records[transfer.id]?.bytesDone = transfer.bytesDone
        switch outcome {
        case .complete:
            try? apply(transfer.isOwn ? .complete : .verified(byUs: true), to: transfer)
        case .broken(let problem): tellInterrupted(transfer, problem, work)
        case .failed(let problem):
            logger.notice(
                "a file cannot go on", metadata: ["file": "\(transfer.name)", "reason": "\(problem.rawValue)"])
            try? apply(.fail(problem, byUs: true), to: transfer)
        case .idle: break
        }
    }

    // MARK: Sending

    private func push(_ transfer: FileTransfer, _ person: Conversation, _ work: FileWork) async {
        if moving[transfer.id] != nil || transfer.phase == .verifying { return }
        guard let pipe = await openPipe(person, settings) else {
            if moving[transfer.id] == nil { tellInterrupted(transfer, .unreachable, work) }
            return
        }
        guard transfer.state.isWanted, !work.isOver, moving[transfer.id] == nil else { return pipe.close() }
        pipe.send(.open(transfer.id))
        await serve(transfer, over: pipe)
    }

    /// Sends over a way that is there, as soon as the receiver asks.
    private func serve(_ transfer: FileTransfer, over pipe: any FilePipe) async {
        guard let record = records[transfer.id] else { return pipe.close() }
        let meter = FileMeter()
        let sender = FileSender(record, over: pipe, pace: pace, meter: meter)
        let outcome = await sender.run { [weak self] in await self?.claim(transfer, pipe, meter) ?? false }
        guard moving[transfer.id]?.pipe === pipe else { return }
        moving[transfer.id] = nil
        transfer.bytesDone = meter.bytes
        settle(outcome, of: transfer, nil)
    }

    /// The receiver has chosen this way: one before it is of no use any more.
    private func claim(_ transfer: FileTransfer, _ pipe: any FilePipe, _ meter: FileMeter) -> Bool {
        guard isRunning, transfer.state.isWanted else { return false }
        moving.updateValue(FileMove(pipe, meter), forKey: transfer.id)?.pipe.close()
        beginWatching()
        try? apply(.started, to: transfer)
        return true
    }

    /// Somebody has made a way.
    func admit(_ pipe: any FilePipe, from identity: DTLSFingerprint) {
        guard isRunning else { return pipe.close() }
        let deadline = Task {
            guard (try? await Task.sleep(for: Self.waitForWord)) != nil else { return }
            pipe.close()
        }
        Task {
            var id: ConversationIdentifier?
            for await frame in pipe.frames {
                if case .open(let named) = frame { id = named }
                break
            }
            deadline.cancel()
            guard let id, let transfer = byID[id], let person = conversation(of: transfer), isRunning,
                person.fingerprint == identity.description, person.standing != .blocked, transfer.state.isWanted
            else { return pipe.close() }
            if transfer.isOwn { return await serve(transfer, over: pipe) }
            guard moving[id] == nil, handed[id] == nil, let work = reaching[id], !work.isOver else {
                return pipe.close()
            }
            handed[id] = pipe
            work.wake()
        }
    }

    // MARK: Watching

    /// Shows four times a second how far they are, and gives up ways that nothing comes over.
    private func beginWatching() {
        guard watch == nil else { return }
        watch = Task { [weak self] in
            while (try? await Task.sleep(for: .milliseconds(250))) != nil {
                guard let self, !moving.isEmpty else { break }
                look()
            }
            self?.watch = nil
        }
        lookAtCalls()
    }

    private func look() {
        let now = MonotonicClock.now
        lookAtCalls()
        for id in moving.keys {
            guard let transfer = byID[id], let rate = moving[id]?.rate(at: now), let move = moving[id] else { continue }
            let bytes = move.meter.bytes
            if transfer.bytesDone != bytes { transfer.bytesDone = bytes }
            if transfer.bytesPerSecond != rate { transfer.bytesPerSecond = rate }
            if move.meter.isStalled { move.pipe.close() }
        }
    }

    private func lookAtCalls() {
        let people = callConversations()
        pace.setYielding(
            Set(
                moving.keys.compactMap { id in
                    guard let transfer = byID[id], let person = conversation(of: transfer) else { return nil }
                    return people.contains(person.fingerprint) ? person.id : nil
                }))
    }
}

extension FileTransfers {
    /// Somebody is connected to send or to receive.
    func admit(_ connection: FileConnection) { admit(connection, from: connection.remoteIdentity) }
}
