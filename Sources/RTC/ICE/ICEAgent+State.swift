import Wire

/// The connection state, and the beginning of a new generation.
extension ICEAgent {
    /// New local credentials and candidates (RFC 8445 §9), to be signalled. The pair in use goes on until the new generation
    /// has its own. The far side's new credentials are awaited by `setRemote`.
    package mutating func restart(at now: Instant) {
        guard state != .closed else { return }
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

    /// RFC 8445 §6.1.3 and W3C RTCIceTransportState.
    mutating func updateState(at now: Instant) {
        guard state != .closed else { return }
        let new = currentState(at: now)
        guard new != state else { return }
        state = new
        // Silence: look for another way while waiting for this one to come back.
        if new == .disconnected, selected != nil {
            resumeChecks()
            startOrdinaryCheck(at: now)
        }
        emit(.stateChanged(new))
    }

    private func currentState(at now: Instant) -> ICEConnectionState {
        if let selected {
            if selected.isSilent(configuration, at: now) { return .disconnected }
            return isComplete(selected) ? .completed : .connected
        }
        if isConsentLost { return .failed }
        if lostPathAt != nil { return .disconnected }
        guard remoteCredentials != nil else { return hasBeenSelected || state != .new ? .checking : .new }
        // RFC 8863: without a valid pair, patience decides, since the far side's check may yet come.
        let isHopeless = isPatienceOver && !isGathering && !checklist.hasPending(above: nil)
        return isHopeless ? .failed : .checking
    }

    private func isComplete(_ selected: SelectedPath) -> Bool {
        selected.isNominated && selected.generation == generation && hasAllRemoteCandidates && isGatheringComplete
            && unresolved.isEmpty && !checklist.hasPending(above: checkFloor)
    }
}
