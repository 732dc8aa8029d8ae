import GRDB
import Logging
import RTC
import Transport

/// The line to one correspondent: its session, the way that it has now, and what is on the disk.
@MainActor package final class ConversationLine {
    package internal(set) var record: ConversationRecord
    /// Why the correspondent was not reached last; nil while linked, or when nobody tried.
    package private(set) var failure: EndReason?
    private(set) var session: ConversationSession
    private(set) var link: (any ConversationLink)?
    private unowned let lines: ConversationLines
    private var timer: Task<Void, Never>?
    private var idling: Task<Void, Never>?
    private lazy var reaching = ConversationReach(self, lines)
    private var lastUse = MonotonicClock.now
    private var allowance = ConversationAllowance(burst: 60, rate: 5, at: MonotonicClock.now)
    /// A message that was sent too early may come again after so long.
    private static let refusalDelay = Duration.seconds(2)
    private static let idleLimit = Duration.seconds(300)
    /// Messages that may wait for one correspondent.
    static let pendingLimit = 1000

    init(_ record: ConversationRecord, lines: ConversationLines) throws {
        self.record = record
        self.lines = lines
        let (position, pending) = try lines.database.writer.read {
            try ConversationStore.position(of: record.id, $0)
        }
        session = ConversationSession(position: position, pending: pending)
    }

    /// How the two are connected now.
    package var way: ConversationLinkOrigin? { link?.origin }
    package var isLinked: Bool { link != nil }
    /// Whether what is sent now passes nobody: what is large waits for that.
    package var isPeerToPeer: Bool { link?.origin.isPeerToPeer ?? false }
    package var hasPending: Bool { !session.pending.isEmpty }
    private var now: Instant { MonotonicClock.now }

    // MARK: Sending

    /// Sends a message, now or when the correspondent is there.
    ///
    /// - Parameter also: what is to be kept together with it.
    /// - Throws: when the disk refuses; then nothing has happened.
    func send(
        _ topic: ConversationTopicCode, _ payload: [UInt8], id: ConversationIdentifier,
        also: (Database) throws -> Void = { _ in }
    ) throws {
        guard session.pending.count < Self.pendingLimit else { throw ConversationError("too many messages wait") }
        guard payload.count < ConversationFrame.payloadLimit else { throw ConversationError("too large a message") }
        let message = session.message(id: id, [topic.rawValue] + payload)
        try lines.database.writer.write { database in
            try ConversationStore.keep(message, of: record.id, database)
            try also(database)
        }
        session.enqueue(message, at: now)
        drain()
        reach()
    }

    /// Sends what is only worth it now.
    func sendTransient(_ topic: ConversationTopicCode, _ payload: [UInt8]) {
        guard link != nil else { return }
        session.sendTransient([topic.rawValue] + payload)
        drain()
    }

    /// The person has agreed: what the correspondent holds back may come.
    func resume() {
        session.resume()
        drain()
    }

    // MARK: The way

    /// Takes a way, if it is better than the one there is; both sides choose the same.
    func attach(_ new: any ConversationLink) {
        if let link, !new.origin.isBetter(than: link.origin, isLower: lines.isLower(than: record)) {
            return new.close()
        }
        let old = link
        old?.onEvent = nil
        link = new
        old?.close()
        new.onEvent = { [weak self, weak new] event in
            guard let self, let new, link === new else { return }
            receive(event)
        }
        reaching.succeeded()
        failure = nil
        lastUse = now
        session.introduction = lines.introduction()
        session.linked(at: now)
        drain()
        watchIdleness()
        lines.changed(self)
    }

    private func receive(_ event: ConversationLinkEvent) {
        lastUse = now
        switch event {
        case .frames(let frames): receive(frames)
        case .drained: break
        case .closed(let violation):
            if let violation {
                lines.logger.notice(
                    "the far side of a conversation broke the protocol",
                    metadata: ["from": "\(link?.remoteAddress.map { "\($0)" } ?? "")", "reason": "\(violation)"])
                return unlink(afterFailures: 3)
            }
            unlink()
        }
    }

    private func unlink(afterFailures failures: Int = 0) {
        link?.onEvent = nil
        link = nil
        idling?.cancel()
        timer?.cancel()
        session.unlinked()
        lines.changed(self)
        reaching.retry(afterAtLeast: failures)
    }

    /// Gives the way up; it comes again when something is to be sent.
    func hangUp() {
        reaching.stop()
        guard let link else { return }
        link.close()
        link.onEvent = nil
        self.link = nil
        idling?.cancel()
        timer?.cancel()
        session.unlinked()
    }

    private func watchIdleness() {
        idling?.cancel()
        guard let origin = link?.origin, origin != .call, !origin.isFromOutside else { return }
        idling = Task { [weak self] in
            while (try? await Task.sleep(for: .seconds(60))) != nil {
                guard let self, let link else { return }
                if now - lastUse > Self.idleLimit, !hasPending { link.close() }
            }
        }
    }

    // MARK: Reaching the correspondent

    /// Makes a way if something waits and there is none.
    func reach() { reaching.start() }

    /// Nobody was reached, wherever they were looked for.
    func notReached(_ reason: EndReason) {
        failure = reason
        lines.changed(self)
    }

    // MARK: The session

    private func receive(_ frames: [ConversationFrame]) {
        // What is not kept needs no disk.
        guard !frames.allSatisfy(\.isTransient) else {
            for frame in frames { session.receive(frame, at: now) }
            return drain()
        }
        var later: [() -> Void] = []
        let name = record.id
        do {
            try lines.database.writer.write { database in
                for frame in frames {
                    session.receive(frame, at: now)
                    try settle(database, &later)
                }
                try ConversationStore.save(session.position, of: name, database)
            }
        } catch {
            // What was not written down has not happened: everything as it was, and again from there.
            lines.logger.error("a conversation cannot be kept: \(error)")
            return startOver()
        }
        for work in later { work() }
        session.flushAcknowledgement()
        drain()
    }

    /// Does what the session wants, within a transaction.
    private func settle(_ database: Database, _ later: inout [() -> Void]) throws {
        while let output = session.poll() {
            switch output {
            case .deliver(let message): try deliver(message, database, &later)
            case .acknowledged(let sequence):
                let ids = try ConversationStore.identifiers(through: sequence, of: record.id, database)
                try ConversationStore.forget(through: sequence, of: record.id, database)
                for topic in lines.topics.values { try topic.acknowledged(ids, on: self, database) }
            case .restarted:
                try ConversationStore.replace(with: session.pending, of: record.id, database)
                try ConversationStore.save(session.position, of: record.id, database)
            case .refused(let refusal) where refusal.reason == .unacceptable:
                guard let message = session.pending.first(where: { $0.sequence == refusal.sequence }) else { break }
                for topic in lines.topics.values { try topic.refused(message.id, on: self, database) }
            default: later.append { [weak self] in self?.perform(output) }
            }
        }
    }

    private func deliver(
        _ message: ConversationMessage, _ database: Database, _ later: inout [() -> Void]
    ) throws {
        guard allowance.take(at: now) else { return session.refuse(.tooFast, for: Self.refusalDelay) }
        var verdict = ConversationVerdict.taken(then: nil)
        if let code = message.payload.first.flatMap({ ConversationTopicCode(rawValue: $0) }),
            let topic = lines.topics[code],
            try ConversationStore.isNew(message.id, of: record.id, database)
        {
            verdict = try topic.receive(
                Array(message.payload.dropFirst()), id: message.id, on: self, database)
        }
        switch verdict {
        case .taken(let then):
            if let then { later.append(then) }
            session.committed()
        case .refused(let reason, let delay):
            session.refuse(reason, for: delay)
            if reason == .unacceptable {
                session.committed()
            } else {
                // It comes again, and is new then.
                try ConversationStore.forgetReceived(message.id, of: record.id, database)
            }
        }
    }

    private func drain() {
        while let output = session.poll() { perform(output) }
        schedule()
    }

    /// What needs no disk.
    private func perform(_ output: ConversationSession.Output) {
        switch output {
        case .send(let frame): link?.send(frame)
        case .transient(let payload):
            guard let code = payload.first.flatMap({ ConversationTopicCode(rawValue: $0) }) else { return }
            lines.topics[code]?.receiveTransient(Array(payload.dropFirst()), on: self)
        case .introduced(let introduction): lines.introduced(self, introduction)
        case .violation(let reason):
            lines.logger.notice("a conversation is cut off", metadata: ["reason": "\(reason)"])
            link?.close()
        case .refused: lines.changed(self)
        case .deliver, .acknowledged, .restarted: break
        }
    }

    private func startOver() {
        guard
            let (position, pending) = try? lines.database.writer.read({
                try ConversationStore.position(of: record.id, $0)
            })
        else { return hangUp() }
        hangUp()
        session = ConversationSession(position: position, pending: pending)
        reaching.retry(afterAtLeast: 4)
    }

    private func schedule() {
        timer?.cancel()
        guard let due = session.nextTimeout else { return }
        let wait = max(due - now, .milliseconds(1))
        timer = Task { [weak self] in
            guard (try? await Task.sleep(for: wait)) != nil, let self else { return }
            session.handleTimeout(at: now)
            drain()
        }
    }
}
