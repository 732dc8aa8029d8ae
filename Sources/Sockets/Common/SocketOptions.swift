/// How the sockets of this module work, where the defaults do not suit.
public struct SocketOptions: Sendable, Hashable {
    /// Whether small writes are gathered into fewer packets (Nagle's algorithm); on by default, as in the original.
    public var nagle: Bool

    /// Whether a port that was just closed may be created again at once; on by default.
    public var addressReuse: Bool

    /// Whether the host name of each peer is looked up once it is connected; off by default, since it takes time.
    public var peerNames: Bool

    /// How long a handshake with a proxy or with TLS may take, on top of the connection itself; 20 s by default.
    public var handshakeLimit: Duration

    /// How many bytes are read ahead of the program before the socket stops reading; 64 KiB by default.
    public var readAhead: Int

    /// The longest message accepted, in bytes of UTF-8; 64 MiB by default.
    public var messageLimit: Int

    /// How many clients may wait to be accepted; 128 by default. Further ones stay with the system.
    public var backlog: Int

    /// The options, each with its default.
    public init(
        nagle: Bool = true, addressReuse: Bool = true, peerNames: Bool = false, handshakeLimit: Duration = .seconds(20),
        readAhead: Int = 65_536, messageLimit: Int = 64 << 20, backlog: Int = 128
    ) {
        self.nagle = nagle
        self.addressReuse = addressReuse
        self.peerNames = peerNames
        self.handshakeLimit = handshakeLimit
        self.readAhead = readAhead
        self.messageLimit = messageLimit
        self.backlog = backlog
    }
}
