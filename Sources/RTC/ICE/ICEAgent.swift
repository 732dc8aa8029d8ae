import Wire

/// A full ICE agent (RFC 8445) with trickle (RFC 8838) and consent freshness (RFC 7675), for one component: BUNDLE with
/// rtcp-mux. It does no I/O: after each mutation drain `pollTransmit` and `pollEvent`, then call `handleTimeout` at
/// `nextTimeout`.
///
/// Nothing that a datagram or a remote candidate holds can make it trap or grow beyond `ICELimits`.
package struct ICEAgent: Sendable {
    package let configuration: ICEConfiguration
    /// May be set until checks begin; a conflict with the far side is settled by tie-breakers (RFC 8445 §7.3.1.1).
    package var role: ICERole {
        didSet { if role != oldValue { roleChanged() } }
    }
    /// Of the current generation; changed by `restart`, and by `setRemote` when the far side restarts.
    package internal(set) var localCredentials: ICECredentials
    package internal(set) var state = ICEConnectionState.new

    // Generation: everything here begins anew with a restart.
    var generation = 0
    var tieBreaker: UInt64
    var remoteCredentials: ICECredentials?
    var remoteIsLite = false
    var roleSwitches = 0
    /// An authenticated check has come: the far side has our description, so it knows our certificate too.
    var hasRemoteDescribed = false
    /// Consent was lost: only a restart brings this generation's pairs back.
    var isConsentLost = false
    var patienceEndsAt: Instant?
    var isPatienceOver = false

    // Local side.
    var hosts: [LocalHost] = []
    var local: [LocalCandidate] = []
    var gathering: [GatheringTransaction] = []
    var nextGatheringAt = Instant.zero
    var hasAllHosts = false
    /// Allocations that may yet bring relayed candidates.
    var pendingRelays = 0
    var isGatheringComplete = false
    /// Counts hosts in the order they came: the earlier is preferred.
    var hostCount: UInt16 = 0
    var relayCount: UInt16 = 0

    // Remote side.
    var remote: [RemoteCandidate] = []
    /// Candidates whose generation's credentials are not known yet.
    var queued: [ICECandidate] = []
    /// Candidates whose name is not resolved yet.
    var unresolved: [ICECandidate] = []
    var hasAllRemoteCandidates = false
    /// Fragments of past generations of the far side: their late candidates are dropped.
    var retiredFragments: [String] = []
    /// Checks that came before the far side's credentials.
    var earlyChecks: [InboundCheck] = []

    // Checks.
    var checklist = Checklist()
    var transactions: [CheckTransaction] = []
    var nextOrdinaryCheckAt = Instant.zero
    var nominationDueAt: Instant?
    var validated: Set<ICEPath> = []
    var selected: SelectedPath?
    var hasBeenSelected = false
    /// When the pair in use went away with its interface: the state is `disconnected` until another is found.
    var lostPathAt: Instant?
    /// Before the restart that the far side has not answered, to go back to; none or one.
    var beforeRestart: [ICEAgent] = []

    var numbers = 0
    var random: RandomSource
    var transmits: [ICETransmit] = []
    var events: [ICEEvent] = []

    /// An agent of a new generation, in state `new`.
    package init(configuration: ICEConfiguration = ICEConfiguration(), role: ICERole, random: RandomSource) {
        self.configuration = configuration
        self.role = role
        self.random = random
        localCredentials = ICECredentials(using: &self.random)
        tieBreaker = self.random.next()
    }

    /// The next datagram to send; nil when there is none.
    package mutating func pollTransmit() -> ICETransmit? { transmits.isEmpty ? nil : transmits.removeFirst() }

    /// The next event; nil when there is none.
    package mutating func pollEvent() -> ICEEvent? { events.isEmpty ? nil : events.removeFirst() }

    /// When the far side was last heard by the pair in use; nil while there is none.
    var heardAt: Instant? { selected?.heardAt }

    /// Where to send media; nil before a pair is valid on both sides, and once consent is lost.
    package var selectedPair: (base: TransportAddress, remote: TransportAddress)? {
        selected.map { ($0.path.base, $0.path.remote) }
    }

    /// Whether datagrams other than STUN may be believed to come from the far side: a check with the right credentials
    /// has passed between these two addresses, either way. Inlined, as it is asked for each datagram: a call would begin
    /// with a copy of the whole agent.
    @inline(__always)
    package func isValidated(base: TransportAddress, remote: TransportAddress) -> Bool {
        validated.contains(ICEPath(base: base, remote: remote))
    }

    /// Takes a datagram for which `STUNMessage.isSTUN` holds; anything else is ignored. `base` is the local address of the
    /// socket it came by.
    package mutating func receive(
        _ datagram: [UInt8], from remote: TransportAddress, to base: TransportAddress, at now: Instant
    ) {
        guard state != .closed, hosts.contains(where: { $0.base == base }),
            let received = try? ReceivedSTUNMessage(parsing: datagram), received.message.method == .binding
        else { return }
        let path = ICEPath(base: base, remote: remote)
        switch received.message.messageClass {
        case .request: receiveRequest(received, on: path, at: now)
        case .success, .error: receiveResponse(received, on: path, at: now)
        // Keepalives (RFC 8445 §11): nobody signs or answers them, so they prove nothing.
        case .indication: return
        }
        advance(at: now)
    }

    /// Does what is due by `now`; harmless when nothing is.
    package mutating func handleTimeout(at now: Instant) {
        guard state != .closed else { return }
        retransmitGathering(at: now)
        retransmitChecks(at: now)
        maintainConsent(at: now)
        if let patienceEndsAt, now >= patienceEndsAt { isPatienceOver = true }
        advance(at: now)
    }

    /// When `handleTimeout` is to be called next; nil while only input can change anything. Read again after each call.
    package var nextTimeout: Instant? {
        guard state != .closed else { return nil }
        var next = gathering.map(\.dueAt).min()
        next = earliest(next, transactions.map(\.dueAt).min())
        if nextOrdinaryPair != nil { next = earliest(next, nextOrdinaryCheckAt) }
        if nominationIsPossible { next = earliest(next, nominationDueAt) }
        if let selected {
            next = earliest(next, selected.nextTimeout(configuration, isDisconnected: state == .disconnected))
        } else {
            if !isPatienceOver { next = earliest(next, patienceEndsAt) }
            if state == .disconnected, let lostPathAt {
                next = earliest(next, lostPathAt + configuration.consentExpiry)
            }
        }
        return next
    }

    /// Ends everything at once; nothing is sent any more.
    package mutating func close() {
        guard state != .closed else { return }
        transmits = []
        gathering = []
        transactions = []
        checklist = Checklist()
        (queued, unresolved, earlyChecks, validated) = ([], [], [], [])
        beforeRestart = []
        selected = nil
        state = .closed
        emit(.stateChanged(.closed))
    }

    /// What follows from any change: the next check if its time has come, a nomination, the pair in use, the state.
    mutating func advance(at now: Instant) {
        startOrdinaryCheck(at: now)
        nominate(at: now)
        useBestValidPair(at: now)
        updateState(at: now)
    }

    mutating func emit(_ event: ICEEvent) { events.append(event) }

    mutating func transmit(_ bytes: [UInt8], on path: ICEPath) {
        guard transmits.count < ICELimits.queuedTransmits else { return }
        transmits.append(ICETransmit(bytes: bytes, base: path.base, remote: path.remote))
    }

    /// A number no other pair or candidate of this agent has.
    mutating func nextNumber() -> Int {
        numbers += 1
        return numbers
    }
}
