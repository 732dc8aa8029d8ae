import Wire

/// What an `ICEAgent` is told at its start. The defaults are those of a call.
package struct ICEConfiguration: Hashable, Sendable {
    /// Resolved STUN servers, asked for server-reflexive candidates; only the first four of each family are used.
    package var stunServers: [TransportAddress]
    /// Sent as SOFTWARE to STUN servers, never to peers.
    package var stunSoftware: String?
    /// Only relayed candidates are offered and used, to hide this host's addresses (W3C iceTransportPolicy `relay`).
    package var relayOnly: Bool

    /// Between two new checks (Ta, RFC 8445 §14.2).
    package var pacing: Duration = .milliseconds(50)
    /// The same while no more than `fewPairs` wait: the load on the network stays small.
    package var fastPacing: Duration = .milliseconds(20)
    package var fewPairs = 10

    /// Retransmission time-out of a check for its first `eagerTransmissions`; then doubled each time up to
    /// `maximumRetransmission`. Lower than RFC 8445's 500 ms while pairs are few: the first checks through two NATs are
    /// lost, since the far one opens when its own side has learnt our candidates, and a check that comes right after that
    /// saves the round trip in which the far side's check calls for another.
    package var firstRetransmission: Duration = .milliseconds(50)
    package var eagerTransmissions = 5
    package var maximumRetransmission: Duration = .milliseconds(3200)
    /// With the three above a check fails after about 16 s.
    package var checkTransmissions = 13

    /// The same for requests to STUN servers, which fail after about 4 s.
    package var gatheringRetransmission: Duration = .milliseconds(250)
    package var gatheringTransmissions = 4
    /// Between requests that keep a NAT's mapping alive until a pair is selected.
    package var mappingKeepalive: Duration = .seconds(10)

    /// How long, after the first valid pair, better ones that have not answered are waited for before nominating.
    package var nominationDelay: Duration = .milliseconds(150)

    /// Mean time between consent requests; each is drawn from 0.8 to 1.2 of it (RFC 7675 §5.1).
    package var consentInterval: Duration = .seconds(5)
    /// Without consent for this long, sending stops (RFC 7675 §5.1).
    package var consentExpiry: Duration = .seconds(30)
    /// After this much silence on the selected pair it is probed, then every `probeInterval`.
    package var probeAfter: Duration = .milliseconds(2500)
    package var probeInterval: Duration = .milliseconds(500)
    /// Silence that makes the state `disconnected`.
    package var disconnectedAfter: Duration = .seconds(5)
    /// The same after this host has slept.
    package var wakingPatience: Duration = .milliseconds(1500)
    /// When the pair in use is silent for so long while media comes by another, the far side has moved there.
    package var followAfter: Duration = .milliseconds(250)

    /// Not before this long after the remote credentials is an agent without a valid pair `failed` (RFC 8863 §3).
    package var patience: Duration = .milliseconds(39_500)

    package init(stunServers: [TransportAddress] = [], stunSoftware: String? = nil, relayOnly: Bool = false) {
        self.stunServers = stunServers
        self.stunSoftware = stunSoftware
        self.relayOnly = relayOnly
    }
}

/// Caps on what the far side, or a machine with very many interfaces, can make an agent hold.
enum ICELimits {
    static let localHosts = 16
    static let localRelays = 16
    static let localCandidates = 64
    static let remoteCandidates = 100
    static let pairs = 100
    static let validatedPaths = 200
    static let queuedCandidates = 100
    static let earlyChecks = 32
    static let unresolvedNames = 16
    static let serversPerFamily = 4
    /// Role conflicts obeyed in one generation; an honest pair of agents has one.
    static let roleSwitches = 8
    static let retiredFragments = 8
    /// Undrained output; more is dropped, as a full socket would.
    static let queuedTransmits = 512
}
