import Wire

/// The connection state.
extension ICEAgent {
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
