import Wire

/// A candidate pair of the checklist (RFC 8445 §6.1.2). Its local side is always a base: reflexive candidates are sent
/// from their base, so pairs of theirs would be the same check twice.
struct CandidatePair: Sendable {
    /// RFC 8445 §6.1.2.6; the raw values are those of W3C RTCStatsIceCandidatePairState.
    enum State: String, Sendable {
        case frozen, waiting
        case inProgress = "in-progress"
        case succeeded, failed
    }

    /// Unique in the agent's life, for statistics.
    let number: Int
    let path: ICEPath
    /// Local and remote foundation.
    let foundation: String
    let localPriority: UInt32
    var remotePriority: UInt32
    /// By the formula of RFC 8445 §6.1.2.3, which depends on the role.
    private(set) var priority: UInt64
    var state = State.frozen
    /// The far side, controlling, has asked for this pair (USE-CANDIDATE).
    var isWantedByRemote = false
    var isNominated = false
    /// Our address as the far side sees it, once it has answered.
    var mappedAddress: TransportAddress?
    var counters = Counters()

    /// Members of W3C RTCIceCandidatePairStats.
    struct Counters: Sendable {
        var requestsSent: Int64 = 0
        var requestsReceived: Int64 = 0
        var responsesSent: Int64 = 0
        var responsesReceived: Int64 = 0
        var consentRequestsSent: Int64 = 0
        var currentRoundTripTime: Duration?
        var totalRoundTripTime: Duration = .zero
        /// How many responses `totalRoundTripTime` sums: one to a request sent twice cannot be timed.
        var roundTripTimeMeasurements: Int64 = 0
        /// The least from the first sending of a check to its answer: the round trip is at most so long.
        var roundTripTimeBound: Duration?
    }

    init(
        number: Int, path: ICEPath, foundation: String, localPriority: UInt32, remotePriority: UInt32, role: ICERole
    ) {
        self.number = number
        self.path = path
        self.foundation = foundation
        self.localPriority = localPriority
        self.remotePriority = remotePriority
        priority = 0
        updatePriority(role: role)
    }

    mutating func updatePriority(role: ICERole) {
        let isControlling = role == .controlling
        let controlling = UInt64(isControlling ? localPriority : remotePriority)
        let controlled = UInt64(isControlling ? remotePriority : localPriority)
        priority =
            min(controlling, controlled) << 32 &+ 2 &* max(controlling, controlled)
            &+ (controlling > controlled ? 1 : 0)
    }

    /// Whether a check may yet succeed without anything new from the far side.
    var isPending: Bool { state == .frozen || state == .waiting || state == .inProgress }
}
