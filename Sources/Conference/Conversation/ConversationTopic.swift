import GRDB
import RTC

/// What a conversation carries: the first byte of each payload.
package enum ConversationTopicCode: UInt8, Hashable, Sendable {
    case chat = 1
    case files = 2
}

/// A part of the model that talks through conversations: chat, file transfer.
@MainActor protocol ConversationTopic: AnyObject {
    /// A message is here for the first time; what is written to `database` is kept together with the fact that it came.
    ///
    /// - Parameter payload: without the topic's code.
    func receive(
        _ payload: [UInt8], id: ConversationIdentifier, on line: ConversationLine, _ database: Database
    ) throws -> ConversationVerdict
    func receiveTransient(_ payload: [UInt8], on line: ConversationLine)
    /// The correspondent has these of ours, of whichever topic, on their disk.
    func acknowledged(_ ids: [ConversationIdentifier], on line: ConversationLine, _ database: Database) throws
    /// The correspondent will never take this one.
    func refused(_ id: ConversationIdentifier, on line: ConversationLine, _ database: Database) throws
    /// Its link came or went, its record changed, or why nobody is reached.
    func changed(_ line: ConversationLine)
    /// Whether something of this topic would be lost with the line.
    func needs(_ line: ConversationLine) -> Bool
    /// A person looks at the conversation.
    func seen(_ line: ConversationLine)
    /// A person does not want what this stranger has sent.
    func declined(_ line: ConversationLine)
    /// The line is gone, with everything that was kept of it.
    func removed(_ line: ConversationLine)
}

/// What becomes of a message that has come.
enum ConversationVerdict {
    /// The closure runs when it is on the disk.
    case taken(then: (() -> Void)?)
    case refused(ConversationRefusal.Reason, delay: Duration)
}

/// How much somebody may send: so many at once, and so many a second in the long run.
struct ConversationAllowance {
    private let burst: Double
    private let rate: Double
    private var tokens: Double
    private var filled: Instant

    init(burst: Int, rate: Int, at now: Instant) {
        (self.burst, self.rate, tokens, filled) = (Double(burst), Double(rate), Double(burst), now)
    }

    /// False when it is used up.
    mutating func take(at now: Instant) -> Bool {
        tokens = min(burst, tokens + max(.zero, now - filled).inSeconds * rate)
        filled = now
        guard tokens >= 1 else { return false }
        tokens -= 1
        return true
    }
}
