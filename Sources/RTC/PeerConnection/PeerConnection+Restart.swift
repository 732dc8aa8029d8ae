import Wire

/// ICE restarts (RFC 8445 §9, RFC 9429 §4.1.18): another way for the media of a call, while the old one carries it as long
/// as it can. The DTLS association stays: a far side that comes with another certificate is refused (`JSEPError`).
extension PeerConnection {
    /// How long the pairs known may try to replace one whose interface has gone, before descriptions are exchanged for it.
    private static let restartGrace = Duration.milliseconds(500)
    /// The polite side lets the other one offer first: one offer at a time is quicker than a glare.
    private static let politeness = Duration.seconds(1)
    /// Between two requests for a restart while there is no way.
    private static let restartInterval = Duration.seconds(6)

    /// The next offer has new credentials, and looks for ways anew (W3C restartIce). Undone only by an offer of the far
    /// side's that does the same.
    package func restartICE() {
        guard !isClosed, negotiated != nil else { return }
        replacedFragment = ice.localCredentials.usernameFragment
    }

    /// Of our ICE credentials of now; another one means a restart.
    package var iceUsernameFragment: String { ice.localCredentials.usernameFragment }

    /// Where media goes; nil while there is no way.
    package var selectedPair: (base: TransportAddress, remote: TransportAddress)? { ice.selectedPair }

    /// This host has slept: the far side, and any server, may have forgotten us meanwhile.
    package func wokeUp(at now: Instant) {
        guard !isClosed else { return }
        relays.probe(at: now)
        ice.wokeUp(at: now)
        drainICE(at: now)
    }

    /// Takes our offer back that the far side has refused, or whose answer makes no sense; what was agreed before holds.
    package func withdrawOffer(at now: Instant) {
        guard !isClosed, jsep.signalingState == .haveLocalOffer else { return }
        try? jsep.rollback()
        replacedFragment = nil
        ice.rollBackRestart(at: now)
        drainICE(at: now)
    }

    /// New credentials, if they are wanted and an offer may be made; they are those of its description.
    func restartIfWanted(at now: Instant) throws(JSEPError) {
        guard replacedFragment == ice.localCredentials.usernameFragment else { return }
        guard jsep.signalingState == .stable else { throw .wrongState }
        isDescribing = true
        ice.restart(at: now)
        drainICE(at: now)
        isDescribing = false
    }

    /// ICE has lost its way, or found one.
    func considerRestart(at now: Instant) {
        switch ice.state {
        case .connected, .completed, .closed: restartDueAt = nil
        case .disconnected:
            guard dtls?.state == .connected, restartDueAt == nil else { return }
            // Silence has been waited for; a path that went with its interface has not.
            let isGone = ice.selectedPair == nil
            let wait = isGone ? (ice.hasPendingPairs ? Self.restartGrace : .zero) : .zero
            restartDueAt = now + wait + (configuration.isPolite && !isGone ? Self.politeness : .zero)
        case .failed:
            if dtls?.state == .connected { restartDueAt = earliest(restartDueAt, now) }
        case .new, .checking: break
        }
    }

    /// Tells the owner, again and again while there is no way: a network may have come since, or signalling.
    func askForRestart(at now: Instant) {
        restartDueAt = now + Self.restartInterval
        // An offer that is on its way first needs its answer.
        guard jsep.signalingState == .stable, ice.hasHosts else { return }
        restartICE()
        events.append(.restartNeeded)
    }
}
