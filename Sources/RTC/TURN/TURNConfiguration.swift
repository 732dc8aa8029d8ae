import Wire

/// The times of a `TURNClient`.
package struct TURNTiming: Hashable, Sendable {
    /// Over UDP: first retransmission time-out, doubled up to the maximum. With the count a request fails after about 8 s.
    package var firstRetransmission: Duration = .milliseconds(250)
    package var maximumRetransmission: Duration = .seconds(2)
    package var transmissions = 6
    /// Over a stream, where nothing is repeated: when to give up.
    package var streamTimeout: Duration = .seconds(10)

    /// What is asked for; the server decides.
    package var lifetime: Duration = .seconds(600)
    /// A permission lasts 5 minutes (RFC 8656 §9), a channel 10 (§12).
    package var permissionRefresh: Duration = .seconds(240)
    package var channelRefresh: Duration = .seconds(540)
    /// After this long without a word from us a NAT may forget the way to the server.
    package var keepalive: Duration = .seconds(20)
    /// How long a peer that the server has refused is not asked for again.
    package var refusal: Duration = .seconds(60)
    /// Before a lost allocation is made anew: doubled each time up to the maximum.
    package var firstRetry: Duration = .milliseconds(500)
    package var maximumRetry: Duration = .seconds(30)
    /// An allocation that has lasted so long, and that the server has forgotten, is made anew at once.
    package var settled: Duration = .seconds(10)

    package init() {}
}

/// Caps on what a server, or a far side with very many candidates, can make a client hold.
enum TURNLimits {
    /// Peers with a permission or a channel, of each kind.
    static let peers = 64
    /// Datagrams that wait for one peer's permission: a few checks.
    static let waitingDatagrams = 4
    /// Challenges answered for one request: an honest server needs two, and one more when its nonce ends meanwhile.
    static let challenges = 4
    static let redirections = 3
    /// Attempts to replace a lost allocation.
    static let retries = 40
    /// Undrained output; more is dropped, as a full socket would.
    static let queuedTransmits = 512
    /// A relayed datagram; nothing larger fits UDP.
    static let datagramBytes = 65_000
}

/// What a client has to tell, by `pollEvent`.
package enum TURNEvent: Hashable, Sendable {
    /// Over a stream: open a connection to this address, then call `start`. An older one is of no use any more.
    case connect(TransportAddress)
    /// There is an allocation: `relayed` and `mapped` are set.
    case allocated
    /// The allocation is gone, its addresses with it. Another may follow.
    case lost(TURNFailure)
    /// There will be none, unless credentials are replaced.
    case failed(TURNFailure)
}

/// A datagram that a peer sent to a relayed address.
package struct RelayedDatagram: Hashable, Sendable {
    package var bytes: [UInt8]
    package var peer: TransportAddress
    /// The relayed address that it came to.
    package var relayed: TransportAddress
}
