import RTC

/// What two installations say to each other about a conversation, whichever way carries it: a call's data channel, a
/// connection of its own, or later a server. A carrier sees sequence numbers; payloads are opaque to it, so that they can
/// be sealed for a carrier that is not to be trusted.
///
/// On the wire: one byte of kind, then the fields below in network order. Each frame is one message of the carrier.
package enum ConversationFrame: Hashable, Sendable {
    /// The first frame each way, and again after each change of `epoch`: where each direction stands.
    case hello(Hello)
    case message(ConversationMessage)
    /// Everything up to `sequence` of the sender's `epoch` is kept on the disk of whoever says so.
    case acknowledgement(epoch: ConversationIdentifier, sequence: UInt64)
    /// Sent once and never again: what is out of date when it is late.
    case transient([UInt8])
    case refusal(ConversationRefusal)
    /// What was refused until later is taken now.
    case resume

    /// Where a side's counting stands, said first on each line.
    package struct Hello: Hashable, Sendable {
        /// Of what the sender of this frame sends.
        package var epoch: ConversationIdentifier
        /// The sequence number of the first message that it will send.
        package var first: UInt64
        /// Of what it has received: nil when nothing ever.
        package var receivedEpoch: ConversationIdentifier?
        package var received: UInt64
        /// Whether it has had the other side's hello on this way.
        package var isAnswer: Bool
        /// Who it is, for those who show it; opaque here. At most `introductionLimit` bytes.
        package var introduction: [UInt8]
    }

    /// The largest frame, bytes.
    package static let sizeLimit = 64 << 10
    /// The largest payload, bytes.
    package static let payloadLimit = 60 << 10
    package static let introductionLimit = 2048
    private static let version: UInt8 = 1

    private enum Kind: UInt8 {
        case hello = 1
        case message, acknowledgement, transient, refusal, resume
    }

    /// Nil for a kind that this version does not know: passed over.
    ///
    /// - Throws: for a frame that is cut short or too long.
    package static func parse(_ bytes: [UInt8]) throws(ConversationError) -> ConversationFrame? {
        guard bytes.count <= sizeLimit else { throw ConversationError("a frame of \(bytes.count) bytes") }
        var reader = ConversationReader(bytes)
        guard let kind = Kind(rawValue: try reader.byte()) else { return nil }
        switch kind {
        case .hello: return .hello(try hello(&reader))
        case .message:
            let id = try reader.identifier()
            let sequence = try reader.integer()
            return .message(ConversationMessage(id: id, sequence: sequence, payload: reader.rest()))
        case .acknowledgement: return .acknowledgement(epoch: try reader.identifier(), sequence: try reader.integer())
        case .transient: return .transient(reader.rest())
        case .refusal:
            let sequence = try reader.integer()
            // A reason of a later version: what it refuses may be taken later.
            let reason = ConversationRefusal.Reason(rawValue: try reader.byte()) ?? .tooFast
            let milliseconds = min(try reader.integer(), ConversationRefusal.longestDelay)
            return .refusal(
                ConversationRefusal(sequence: sequence, reason: reason, delay: .milliseconds(Int64(milliseconds))))
        case .resume: return .resume
        }
    }

    private static func hello(_ reader: inout ConversationReader) throws(ConversationError) -> Hello {
        guard try reader.byte() == version else { throw ConversationError("another version of conversations") }
        let flags = try reader.byte()
        let (epoch, first) = (try reader.identifier(), try reader.integer())
        let (receivedEpoch, received) = (try reader.identifier(), try reader.integer())
        let introduction = reader.rest()
        guard introduction.count <= introductionLimit, first > 0 else { throw ConversationError("a malformed hello") }
        return Hello(
            epoch: epoch, first: first, receivedEpoch: flags & 1 == 0 ? nil : receivedEpoch, received: received,
            isAnswer: flags & 2 != 0, introduction: introduction)
    }

    var isTransient: Bool { if case .transient = self { true } else { false } }

    package var bytes: [UInt8] {
        switch self {
        case .hello(let hello):
            let flags: UInt8 = (hello.receivedEpoch == nil ? 0 : 1) | (hello.isAnswer ? 2 : 0)
            let received = hello.receivedEpoch ?? ConversationIdentifier(high: 0, low: 0)
            return [Kind.hello.rawValue, Self.version, flags] + hello.epoch.bytes + hello.first.networkBytes
                + received.bytes + hello.received.networkBytes + hello.introduction
        case .message(let message):
            return [Kind.message.rawValue] + message.id.bytes + message.sequence.networkBytes + message.payload
        case .acknowledgement(let epoch, let sequence):
            return [Kind.acknowledgement.rawValue] + epoch.bytes + sequence.networkBytes
        case .transient(let payload): return [Kind.transient.rawValue] + payload
        case .refusal(let refusal):
            let milliseconds = UInt64(clamping: refusal.delay.wholeMicroseconds / 1000)
            return [Kind.refusal.rawValue] + refusal.sequence.networkBytes + [refusal.reason.rawValue]
                + milliseconds.networkBytes
        case .resume: return [Kind.resume.rawValue]
        }
    }
}

/// A message that is to arrive once and in order.
package struct ConversationMessage: Hashable, Sendable {
    /// The same however often it is sent.
    package var id: ConversationIdentifier
    /// From 1, without gaps, for each epoch of a sender.
    package var sequence: UInt64
    package var payload: [UInt8]

    package init(id: ConversationIdentifier, sequence: UInt64, payload: [UInt8]) {
        self.id = id
        self.sequence = sequence
        self.payload = payload
    }
}

/// A message that is not taken.
package struct ConversationRefusal: Hashable, Sendable {
    /// Why, in a byte on the wire.
    package enum Reason: UInt8, Hashable, Sendable {
        /// Too many at a time: again after the delay.
        case tooFast = 1
        /// The person has not agreed to the conversation yet, and enough is waiting for that.
        case notAccepted
        /// It never will be: the sender gives it up.
        case unacceptable
    }

    /// ms
    static let longestDelay: UInt64 = 600_000

    package var sequence: UInt64
    package var reason: Reason
    package var delay: Duration

    package init(sequence: UInt64, reason: Reason, delay: Duration) {
        self.sequence = sequence
        self.reason = reason
        self.delay = delay
    }
}

/// The far side broke the protocol; the text is for the log.
package struct ConversationError: Error, Hashable, Sendable, CustomStringConvertible {
    package var description: String

    package init(_ description: String) { self.description = description }
}
