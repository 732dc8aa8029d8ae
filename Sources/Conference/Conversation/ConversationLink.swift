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
    /// The same through a server, which sees who talks to whom, and not what is said.
    case dialedThroughServer, acceptedThroughServer

    /// Whether nothing but the network is between the two: what is large goes by no other way.
    package var isPeerToPeer: Bool { rank > 0 }

    /// Whether the far side came to us, by itself.
    var isFromOutside: Bool { self == .accepted || self == .acceptedThroughServer }

    /// For programs.
    package var word: String {
        switch self {
        case .call: "call"
        case .dialed, .accepted: "direct"
        case .dialedThroughServer, .acceptedThroughServer: "server"
        }
    }

    /// Of two ways the one with the higher rank is taken.
    private var rank: Int {
        switch self {
        case .call: 2
        case .dialed, .accepted: 1
        case .dialedThroughServer, .acceptedThroughServer: 0
        }
    }

    /// Whether a new way takes the place of an old one; both sides decide alike.
    ///
    /// - Parameter isLower: whether our key comes before the correspondent's.
    func isBetter(than old: Self, isLower: Bool) -> Bool {
        // Whoever comes by itself has no call with us any more, as after a crash.
        if old == .call { return self == .call || isFromOutside }
        guard rank == old.rank else { return rank > old.rank }
        // Of two that crossed, the one that the lower key made; of two of one making, the later one.
        return isFromOutside == old.isFromOutside || isFromOutside != isLower
    }
}

/// What comes of a link, in order.
package enum ConversationLinkEvent: Hashable, Sendable {
    /// What came together.
    case frames([ConversationFrame])
    /// `bufferedAmount` has gone down.
    case drained
    /// Nothing comes after it. The text, if any, is for the log: what the far side did wrong.
    case closed(violation: String?)
}

/// What a link holds at most.
package enum ConversationLinkLimit {
    /// Bytes that should wait in a link at most.
    package static let buffer = 256 << 10
    /// Frames a second that a far side may send.
    static let frames = 1000
}
