import Logging
import RTC
import Wire

/// What the two sides of a call say to each other.
extension Call {
    /// The user's name as it may travel.
    var name: String { SignalingText.name(stream?.identifier ?? "") }

    func send(_ message: SignalingMessage) {
        do {
            try carrier?.send(message)
        } catch { logger.warning("a message cannot be sent: \(error)") }
    }

    func sendOffer() {
        send(.videoOffer(name: name, sdp: localDescription))
        descriptionSent()
    }

    func sendAnswer() {
        sendNotice()
        send(.videoAnswer(name: name, sdp: localDescription))
        descriptionSent()
    }

    private func descriptionSent() {
        localDescription = ""
        let isFirst = !isDescriptionSent
        isDescriptionSent = true
        sendHeldCandidates()
        if isFirst, isCaller { sendNotice() }
    }

    func sendHeldCandidates() {
        for candidate in localCandidates { send(.newICECandidate(candidate)) }
        localCandidates = []
    }

    /// Says what we send, take and have paused.
    func sendNotice() {
        guard let stream else { return }
        send(
            .stream(
                StreamNotice(
                    identifier: name, outgoing: stream.outgoing, incoming: stream.incoming,
                    stopped: stream.paused.sent, suspended: stream.suspended, isOnHold: stream.isOnHold)))
    }

    /// A candidate of ours, or the end of them. It waits for a description that is being made: that may be a restart, and
    /// nobody knows its credentials before.
    func trickle(_ candidate: TrickledCandidate) {
        let isDescribing = renegotiation.state == .offering || renegotiation.state == .answering
        if isDescriptionSent, !isDescribing {
            send(.newICECandidate(candidate))
        } else {
            localCandidates.append(candidate)
        }
    }

    // MARK: In

    func receive(_ event: CarrierEvent) {
        switch event {
        case .message(let message): receive(message)
        case .lost:
            handle(.carrierLost)
            awaitAnswer()
        case .restored:
            handle(.carrierRestored)
            awaitAnswer()
        case .identityRefused(let presented): refuse(presented)
        case .closed(.byPeer): handle(.carrierClosed)
        case .closed(.silence): handle(.carrierSilent)
        case .closed(.violation(let reason)):
            logger.notice(
                "the far side of a call broke the protocol",
                metadata: ["from": "\(carrier?.remoteAddress?.description ?? "")", "reason": "\(reason)"])
            handle(.carrierViolated)
        }
    }

    /// The one who answers through a server has not the key that is known of this name.
    private func refuse(_ presented: DTLSFingerprint?) {
        if let destination, [.waiting, .ringing].contains(machine.state) {
            stream?.refusedIdentity = RefusedIdentity(
                address: (carrier?.remotePerson ?? destination).description, fingerprint: presented?.description ?? "")
        }
        handle(.identityRefused)
    }

    private func receive(_ message: SignalingMessage) {
        switch message {
        case .videoOffer(let name, let sdp):
            guard isNegotiated else { return }
            setRemoteName(name)
            guard renegotiation.state != .answering else { return }
            // An offer that loses against ours is not looked at, unless nobody answers ours.
            let isIgnored = !renegotiation.isPolite && [.offering, .waiting].contains(renegotiation.state)
            if isIgnored { ignoredOffer = sdp } else { remoteDescription = sdp }
            renegotiate(.offerReceived)
        case .videoAnswer(let name, let sdp):
            setRemoteName(name)
            if [.waiting, .ringing].contains(machine.state) {
                conference?.metAnswerer(of: self)
                remoteDescription = sdp
                handle(.answerReceived)
            } else if isNegotiated, renegotiation.state == .waiting {
                remoteDescription = sdp
                ignoredOffer = ""
                renegotiate(.answerReceived)
            }
        case .newICECandidate(let candidate): receive(candidate)
        case .hangUp(let reason): handle(.hangUpReceived(reason))
        case .ringing(let name):
            setRemoteName(name)
            handle(.ringingReceived)
        case .reject(let reason):
            // In mid-call: the far side cannot take our new offer. The call goes on as it was.
            if isNegotiated, renegotiation.state == .waiting {
                renegotiate(.refused)
            } else {
                handle(.rejectReceived(reason))
            }
        case .stream(let notice): receive(notice)
        case .presenceRequest, .presence, .delivery, .unknown: break
        }
    }

    /// The name in a message. Through a server it is the name there, which says less than the one that a notice has given.
    private func setRemoteName(_ name: String) {
        if carrier?.remotePerson == nil || stream?.remoteIdentifier == nil { showRemoteName(name) }
    }

    private func showRemoteName(_ name: String) {
        guard let stream, stream.call === self, !name.isEmpty, stream.remoteIdentifier != name else { return }
        stream.remoteIdentifier = name
    }

    private func receive(_ notice: StreamNotice) {
        guard let stream, stream.call === self else { return }
        showRemoteName(notice.identifier)
        if stream.remoteOutgoing != notice.outgoing { stream.remoteOutgoing = notice.outgoing }
        if stream.remoteStopped != notice.stopped { stream.remoteStopped = notice.stopped }
        if stream.remoteSuspended != notice.suspended { stream.remoteSuspended = notice.suspended }
        if stream.isHeldByRemote != notice.isOnHold { stream.isHeldByRemote = notice.isOnHold }
    }

    /// Candidates that are kept until their description is there: a browser's may come before its answer.
    private static let candidateLimit = 128

    private func receive(_ candidate: TrickledCandidate) {
        guard ![.idle, .incoming, .calling].contains(machine.streamState) else {
            if remoteCandidates.count < Self.candidateLimit { remoteCandidates.append(candidate) }
            return
        }
        add(candidate)
    }

    func add(_ candidate: TrickledCandidate) {
        enqueue { [weak self] in
            await self?.media?.addRemoteCandidate(
                candidate.candidate, mid: candidate.mid, mLineIndex: candidate.mLineIndex,
                usernameFragment: candidate.usernameFragment)
        }
    }
}
