import Wire

/// All candidate pairs of the one component (BUNDLE with rtcp-mux), and which is to be checked next (RFC 8445 §6.1.2).
struct Checklist: Sendable {
    private(set) var pairs: [CandidatePair] = []

    subscript(index: Int) -> CandidatePair {
        get { pairs[index] }
        set { pairs[index] = newValue }
    }

    func index(of path: ICEPath) -> Int? { pairs.firstIndex { $0.path == path } }

    /// Adds a pair, waiting if it is the first of its foundation or `isUrgent`, frozen otherwise. Beyond the cap the least
    /// promising pair makes room (RFC 8445 §6.1.2.5); nil if that would be the new one. An urgent pair, which the far
    /// side is checking, takes the room of any that is neither valid nor being checked.
    mutating func insert(_ pair: CandidatePair, isUrgent: Bool = false) -> Int? {
        if pairs.count >= ICELimits.pairs {
            let victims = pairs.indices.filter { index in
                switch pairs[index].state {
                case .frozen, .waiting, .failed: isUrgent || pairs[index].priority < pair.priority
                case .inProgress, .succeeded: false
                }
            }
            guard let victim = victims.min(by: { pairs[$0].priority < pairs[$1].priority }) else { return nil }
            pairs.remove(at: victim)
        }
        var pair = pair
        pair.state = isUrgent || isFirst(of: pair.foundation) ? .waiting : .frozen
        pairs.append(pair)
        return pairs.count - 1
    }

    /// RFC 8838 §12: a pair that comes late starts unfrozen if none of its foundation is on its way, or one succeeded.
    private func isFirst(of foundation: String) -> Bool {
        let group = pairs.filter { $0.foundation == foundation }
        return group.allSatisfy { $0.state == .failed } || group.contains { $0.state == .succeeded }
    }

    mutating func removeAll(where isUnwanted: (CandidatePair) -> Bool) { pairs.removeAll(where: isUnwanted) }

    mutating func failAll() {
        for index in pairs.indices { pairs[index].state = .failed }
    }

    mutating func updatePriorities(role: ICERole) {
        for index in pairs.indices { pairs[index].updatePriority(role: role) }
    }

    /// Signalling has told the true priority of a candidate first learnt from a check.
    mutating func setRemotePriority(_ priority: UInt32, of remote: TransportAddress, role: ICERole) {
        for index in pairs.indices where pairs[index].path.remote == remote {
            pairs[index].remotePriority = priority
            pairs[index].updatePriority(role: role)
        }
    }

    /// The pair whose turn it is for an ordinary check (RFC 8445 §6.1.4.2): the best that waits, else the best frozen one
    /// whose foundation nobody else is trying. Only pairs above `floor` count.
    func nextOrdinary(above floor: UInt64?) -> Int? {
        let floor = floor ?? 0
        if let waiting = best(where: { $0.state == .waiting && $0.priority > floor }) { return waiting }
        let tried = Set(pairs.filter { $0.state == .inProgress }.map(\.foundation))
        return best { $0.state == .frozen && $0.priority > floor && !tried.contains($0.foundation) }
    }

    /// A check of this foundation succeeded: its others are worth trying (RFC 8445 §7.2.5.3.3).
    mutating func unfreeze(_ foundation: String) {
        for index in pairs.indices where pairs[index].foundation == foundation && pairs[index].state == .frozen {
            pairs[index].state = .waiting
        }
    }

    /// The pair of highest priority among those that qualify.
    func best(where qualifies: (CandidatePair) -> Bool) -> Int? {
        pairs.indices.filter { qualifies(pairs[$0]) }.max { pairs[$0].priority < pairs[$1].priority }
    }

    func hasPending(above floor: UInt64?) -> Bool { pairs.contains { $0.isPending && $0.priority > floor ?? 0 } }
}
