import Wire

/// Generations of credentials: an ICE restart, and one that is taken back (RFC 8445 §9, RFC 8839 §4.4.1).
extension ICEAgent {
    /// New local credentials and candidates (RFC 8445 §9), to be signalled. The pair in use goes on until the new generation
    /// has its own. The far side's new credentials are awaited by `setRemote`.
    package mutating func restart(at now: Instant) {
        guard state != .closed else { return }
        // Of several restarts without an answer the first is the one to go back from.
        if beforeRestart.isEmpty { rememberBeforeRestart() }
        generation += 1
        if let remoteCredentials {
            retiredFragments = (retiredFragments + [remoteCredentials.usernameFragment]).suffix(
                ICELimits.retiredFragments)
        }
        localCredentials = ICECredentials(using: &random)
        tieBreaker = random.next()
        remoteCredentials = nil
        remoteIsLite = false
        roleSwitches = 0
        hasRemoteDescribed = false
        isConsentLost = false
        lostPathAt = nil
        patienceEndsAt = nil
        isPatienceOver = false
        hasAllRemoteCandidates = false
        remote = []
        unresolved = []
        earlyChecks = []
        checklist = Checklist()
        transactions.removeAll { $0.purpose != .consent }
        nominationDueAt = nil
        validated = Set(selected.map { [$0.path] } ?? [])
        gatherAgain(at: now)
        advance(at: now)
    }

    private mutating func gatherAgain(at now: Instant) {
        local = []
        gathering = []
        isGatheringComplete = false
        let known = hosts
        for host in known { gather(from: host, at: now) }
        finishGathering()
    }

    /// Takes a restart back that the far side has not answered: its own offer counts instead (a rollback). The credentials
    /// and pairs of before are in force again, on the sockets of now. Does nothing when there is none.
    package mutating func rollBackRestart(at now: Instant) {
        guard state != .closed, let before = beforeRestart.first else { return }
        let abandoned = self
        self = before
        (numbers, random, state, queued) = (abandoned.numbers, abandoned.random, abandoned.state, abandoned.queued)
        (transmits, events) = (abandoned.transmits, abandoned.events)
        (hasAllHosts, pendingRelays) = (abandoned.hasAllHosts, abandoned.pendingRelays)
        transactions = abandoned.transactions
        restoreSelection(from: abandoned)
        resumeChecks()
        restoreHosts(from: abandoned, at: now)
        advance(at: now)
    }

    /// Both sides have agreed on the restart: there is no way back.
    package mutating func keepRestart() { beforeRestart = [] }

    /// Whether any socket is there to look for a way from.
    package var hasHosts: Bool { !hosts.isEmpty }

    /// Whether a pair may yet turn out to lead somewhere.
    package var hasPendingPairs: Bool { !isConsentLost && checklist.hasPending(above: nil) }

    private mutating func rememberBeforeRestart() {
        var copy = self
        (copy.transmits, copy.events) = ([], [])
        beforeRestart = [copy]
    }

    /// The pair in use has lived on. If it has not, its socket is gone, which `restoreHosts` finds, or consent to it.
    private mutating func restoreSelection(from abandoned: ICEAgent) {
        if let living = abandoned.selected {
            selected = living
        } else if let lost = selected, abandoned.hosts.contains(where: { $0.base == lost.path.base }) {
            loseConsent()
        }
    }

    private mutating func restoreHosts(from abandoned: ICEAgent, at now: Instant) {
        (hostCount, relayCount) = (abandoned.hostCount, abandoned.relayCount)
        for host in hosts where !abandoned.hosts.contains(where: { $0.base == host.base }) {
            removeLocalHost(host.base, at: now)
        }
        for host in abandoned.hosts where !hosts.contains(where: { $0.base == host.base }) { adopt(host, at: now) }
    }
}
