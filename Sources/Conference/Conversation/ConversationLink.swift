import RTC
import Wire

/// One way to a correspondent: carries frames in order until it is closed, and may lose what was on it then.
@MainActor package protocol ConversationLink: AnyObject {
    /// Who hears what comes; set at once by whoever takes the link.
    var onEvent: ((ConversationLinkEvent) -> Void)? { get set }
    /// The key that the far side proved to have.
    var remoteIdentity: DTLSFingerprint { get }
    var remoteAddress: IPAddress? { get }
    var origin: ConversationLinkOrigin { get }
    /// Bytes that wait to be sent: who has much to send waits for `drained` above `bufferLimit`.
    var bufferedAmount: Int { get }
    func send(_ frame: ConversationFrame)
    /// Closes when all is sent.
    func close()
}

/// How a way came about.
package enum ConversationLinkOrigin: Hashable, Sendable {
    /// A data channel of a call.
    case call
    /// A connection that we made, or the far side.
    case dialed, accepted
}

package enum ConversationLinkEvent: Hashable, Sendable {
    /// What came together.
    case frames([ConversationFrame])
    /// `bufferedAmount` has gone down.
    case drained
    /// Nothing comes after it. The text, if any, is for the log: what the far side did wrong.
    case closed(violation: String?)
}

package enum ConversationLinkLimit {
    /// Bytes that should wait in a link at most.
    package static let buffer = 256 << 10
    /// Frames a second that a far side may send.
    static let frames = 1000
}
