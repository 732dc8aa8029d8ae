/// What went wrong with a socket, and with whom.
///
/// Every throwing function of this module throws this type and no other, cancellation included.
public struct SocketError: Error, Sendable, Hashable {
    /// The kinds of failure that a program may want to tell apart.
    public enum Kind: Sendable, Hashable {
        /// The peer closed the connection; what it sent before has been read (100031 in the original).
        case closedByPeer
        /// This program closed the socket, perhaps while another task waited on it (100032 in the original).
        case closedLocally
        /// The task was cancelled; the socket stays open.
        case cancelled
        /// A connection was not made in the time allowed.
        case timedOut
        /// A host name has no address.
        case unknownHost
        /// Nothing listens at the address, or a fire wall says so.
        case refused
        /// No way leads to the address.
        case unreachable
        /// The local address or port is taken.
        case addressInUse
        /// The local address does not belong to this computer, or the port does not exist.
        case addressUnavailable
        /// The system does not let this user do it, as with ports below 1024.
        case notPermitted
        /// This system has no sockets of the kind, as infrared ones on Linux since 4.17.
        case unavailable
        /// The link broke: reset, cable, time-out of the network.
        case linkBroken
        /// The proxy is not SOCKS5, wants another user or refuses the target.
        case proxy
        /// A TLS handshake failed or the encrypted stream is damaged.
        case security
        /// The peer's certificate is not trusted, expired or made for another name.
        case certificate
        /// A file with a certificate or key is missing, unreadable or has another password.
        case identity
        /// SSL 2, SSL 3, TLS 1.0 or TLS 1.1 was asked for.
        case obsoleteVersion
        /// The peer does not keep to the transmission mode: a header that is not a number, for instance.
        case badFraming
        /// A message is longer than the limit.
        case tooLong
        /// The peer does not keep to the protocol spoken above the socket, as WebSocket.
        case protocolViolation
        /// An argument makes no sense, as an empty end marker.
        case invalidArgument
        /// Anything else that the system reports.
        case system
    }

    /// What happened.
    public var kind: Kind

    /// The peer, where it is known: the address connected to, or the client's.
    public var peer: SocketEndpoint?

    /// One English sentence for a log, without the peer.
    public var detail: String

    /// A failure of `kind` with `peer`, told by `detail`.
    public init(_ kind: Kind, peer: SocketEndpoint? = nil, _ detail: String) {
        self.kind = kind
        self.peer = peer
        self.detail = detail
    }

    /// True for the two ends that are no fault: closed by the peer or by this program.
    public var isNormalClose: Bool { kind == .closedByPeer || kind == .closedLocally }

    /// The same failure, with `peer` where none was known.
    public func with(peer: SocketEndpoint?) -> SocketError {
        var copy = self
        copy.peer = self.peer ?? peer
        return copy
    }
}

extension SocketError: CustomStringConvertible {
    /// The detail, and the peer where it is known.
    public var description: String {
        guard let peer else { return detail }
        return "\(peer): \(detail)"
    }
}
