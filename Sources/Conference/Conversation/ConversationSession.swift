import RTC

/// One conversation's traffic with one correspondent, over ways that lose frames and break: each message arrives once and
/// in order, as long as what both sides have said is done is on their disks.
///
/// Takes frames and the time in, gives outputs by `poll`. Whoever drives it keeps to the order of the outputs, writes a
/// message down before `enqueue`, and what was delivered before `committed`.
package struct ConversationSession {
    /// Where it stands; what outlives the process.
    package struct Position: Hashable, Sendable {
        /// Of our own messages.
        package var epoch: ConversationIdentifier
        /// The sequence number of the next message of ours.
        package var next: UInt64
        /// Of what was received; nil when nothing ever was.
        package var receivedEpoch: ConversationIdentifier?
        package var received: UInt64

        package init(
            epoch: ConversationIdentifier, next: UInt64 = 1, receivedEpoch: ConversationIdentifier? = nil,
            received: UInt64 = 0
        ) {
            self.epoch = epoch
            self.next = next
            self.receivedEpoch = receivedEpoch
            self.received = received
        }
    }

    /// What the session wants done, in this order.
    package enum Output: Hashable, Sendable {
        case send(ConversationFrame)
        /// To be written down together with `position`, and then answered with `committed` or `refuse`.
        case deliver(ConversationMessage)
        case transient([UInt8])
        /// The far side has all of ours up to here; they need not be kept.
        case acknowledged(through: UInt64)
        /// Ours are counted anew, from `pending` and `position`: to be written down before anything else is sent.
        case restarted
        /// The far side says who it is.
        case introduced([UInt8])
        case refused(ConversationRefusal)
        /// The far side broke the protocol: its way is to be closed.
        case violation(String)
    }

    /// Messages, and bytes of their payloads, that are on their way unacknowledged.
    private static let window = 32
    private static let windowBytes = 256 << 10
    private static let firstPatience = Duration.seconds(3)
    private static let longestPatience = Duration.seconds(30)

    package private(set) var position: Position
    /// Ours that are not acknowledged, in order.
    package private(set) var pending: [ConversationMessage]
    /// What a hello tells of us.
    package var introduction: [UInt8]

    private var random: RandomSource
    private var outputs: [Output] = []
    private var isLinked = false
    /// The far side's hello has come on this way: it is known where to go on.
    private var isGreeted = false
    private var sentThrough: UInt64 = 0
    private var patience = Self.firstPatience
    private var resendAt: Instant?
    private var pausedUntil: Instant?
    /// Delivered, and not yet answered by whoever writes it down.
    private var delivering: UInt64?
    private var isAcknowledgementDue = false

    /// - Parameter pending: ours of the last run that were not acknowledged; their numbers end before `position.next`.
    package init(
        position: Position, pending: [ConversationMessage], introduction: [UInt8] = [], random: RandomSource = .system
    ) {
        self.position = position
        self.pending = pending
        self.introduction = introduction
        self.random = random
    }

    package mutating func poll() -> Output? { outputs.isEmpty ? nil : outputs.removeFirst() }

    package var nextTimeout: Instant? {
        guard isLinked else { return nil }
        return earliest(resendAt, pausedUntil)
    }

    // MARK: The way

    /// There is a way, a first or another one.
    package mutating func linked(at now: Instant) {
        isLinked = true
        isGreeted = false
        delivering = nil
        pausedUntil = nil
        sentThrough = 0
        patience = Self.firstPatience
        greet(at: now)
    }

    /// There is none any more.
    package mutating func unlinked() {
        isLinked = false
        isGreeted = false
        delivering = nil
        resendAt = nil
        pausedUntil = nil
    }

    private mutating func greet(at now: Instant) {
        let hello = ConversationFrame.Hello(
            epoch: position.epoch, first: pending.first?.sequence ?? position.next,
            receivedEpoch: position.receivedEpoch, received: position.received, isAnswer: isGreeted,
            introduction: introduction)
        outputs.append(.send(.hello(hello)))
        if !isGreeted { resendAt = now + patience }
    }

    package mutating func handleTimeout(at now: Instant) {
        guard isLinked else { return }
        if let until = pausedUntil, until <= now {
            pausedUntil = nil
            sentThrough = 0
            sendPending(at: now)
        }
        guard let due = resendAt, due <= now else { return }
        patience = min(patience * 2, Self.longestPatience)
        resendAt = nil
        if isGreeted {
            sentThrough = 0
            sendPending(at: now)
        } else {
            greet(at: now)
        }
    }

    // MARK: Ours

    /// The message that comes next, with its number; to be written down, then given to `enqueue`.
    package func message(id: ConversationIdentifier, _ payload: [UInt8]) -> ConversationMessage {
        ConversationMessage(id: id, sequence: position.next, payload: payload)
    }

    /// Sends a message as soon as there is a way.
    package mutating func enqueue(_ message: ConversationMessage, at now: Instant) {
        guard message.sequence == position.next else { return }
        position.next += 1
        pending.append(message)
        sendPending(at: now)
    }

    /// Sends what is only worth it now; nothing happens without a way.
    package mutating func sendTransient(_ payload: [UInt8]) {
        if isLinked, isGreeted { outputs.append(.send(.transient(payload))) }
    }

    private mutating func sendPending(at now: Instant) {
        guard isLinked, isGreeted, pausedUntil == nil else { return }
        var (count, bytes) = (0, 0)
        for message in pending.prefix(Self.window) {
            bytes += message.payload.count
            guard count == 0 || bytes <= Self.windowBytes else { break }
            count += 1
            guard message.sequence > sentThrough else { continue }
            outputs.append(.send(.message(message)))
            sentThrough = message.sequence
        }
        if pending.isEmpty { resendAt = nil } else if resendAt == nil { resendAt = now + patience }
    }

    private mutating func acknowledge(through sequence: UInt64, at now: Instant) {
        let count = pending.prefix { $0.sequence <= sequence }.count
        guard count > 0 else { return }
        pending.removeFirst(count)
        outputs.append(.acknowledged(through: sequence))
        patience = Self.firstPatience
        resendAt = nil
        sendPending(at: now)
    }

    /// Our own memory is older than the far side's, or never was the one that it knows: a new count.
    private mutating func restart() {
        position.epoch = .random(&random)
        for index in pending.indices { pending[index].sequence = UInt64(index) + 1 }
        position.next = UInt64(pending.count) + 1
        sentThrough = 0
        outputs.append(.restarted)
    }

    // MARK: In

    package mutating func receive(_ frame: ConversationFrame, at now: Instant) {
        guard isLinked else { return }
        switch frame {
        case .hello(let hello): receive(hello, at: now)
        case .message(let message):
            guard isGreeted else { return }
            receive(message)
        case .acknowledgement(let epoch, let sequence):
            guard isGreeted, epoch == position.epoch else { return }
            guard sequence < position.next else { return outputs.append(.violation("an acknowledgement of nothing")) }
            acknowledge(through: sequence, at: now)
        case .transient(let payload): if isGreeted { outputs.append(.transient(payload)) }
        case .refusal(let refusal): receive(refusal, at: now)
        case .resume:
            guard pausedUntil != nil else { return }
            pausedUntil = nil
            sentThrough = 0
            sendPending(at: now)
        }
    }

    private mutating func receive(_ hello: ConversationFrame.Hello, at now: Instant) {
        if position.receivedEpoch != hello.epoch {
            position.receivedEpoch = hello.epoch
            position.received = hello.first - 1
        } else if hello.first - 1 > position.received {
            // They know that we had these: our memory is older than that.
            position.received = hello.first - 1
        }
        delivering = nil
        let wasGreeted = isGreeted
        isGreeted = true
        resendAt = nil
        let knowsUs = hello.receivedEpoch == position.epoch
        let isAhead = knowsUs && hello.received >= position.next
        if isAhead {
            restart()
            greet(at: now)
        } else if !hello.isAnswer || !wasGreeted {
            greet(at: now)
        }
        if !wasGreeted {
            outputs.append(.introduced(hello.introduction))
            sentThrough = 0
        }
        if knowsUs, !isAhead { acknowledge(through: hello.received, at: now) }
        sendPending(at: now)
    }

    private mutating func receive(_ message: ConversationMessage) {
        // The ones behind come again when this one is settled.
        guard delivering == nil else { return }
        guard message.sequence == position.received + 1 else {
            isAcknowledgementDue = true
            return
        }
        guard message.payload.count <= ConversationFrame.payloadLimit else {
            return outputs.append(.violation("a message of \(message.payload.count) bytes"))
        }
        delivering = message.sequence
        outputs.append(.deliver(message))
    }

    /// The position as it will be when the delivered message is written down.
    package var positionWhenCommitted: Position {
        var position = position
        position.received = delivering ?? position.received
        return position
    }

    /// What was delivered last is on the disk.
    package mutating func committed() {
        guard let sequence = delivering else { return }
        delivering = nil
        position.received = sequence
        isAcknowledgementDue = true
    }

    /// Says what has arrived: once for all the frames that came together.
    package mutating func flushAcknowledgement() {
        guard isAcknowledgementDue, isLinked, let epoch = position.receivedEpoch else { return }
        isAcknowledgementDue = false
        outputs.append(.send(.acknowledgement(epoch: epoch, sequence: position.received)))
    }

    /// What was delivered last is not taken: for now, or (`unacceptable`, and to be committed too) never.
    package mutating func refuse(_ reason: ConversationRefusal.Reason, for delay: Duration = .zero) {
        guard let sequence = delivering else { return }
        outputs.append(
            .send(.refusal(ConversationRefusal(sequence: sequence, reason: reason, delay: delay))))
        if reason != .unacceptable { delivering = nil }
    }

    /// What was refused until later is taken now.
    package mutating func resume() {
        if isLinked, isGreeted { outputs.append(.send(.resume)) }
    }

    private mutating func receive(_ refusal: ConversationRefusal, at now: Instant) {
        guard isGreeted, pending.contains(where: { $0.sequence == refusal.sequence }) else { return }
        outputs.append(.refused(refusal))
        guard refusal.reason != .unacceptable else { return }
        pausedUntil = now + max(refusal.delay, .milliseconds(100))
        resendAt = nil
    }
}
