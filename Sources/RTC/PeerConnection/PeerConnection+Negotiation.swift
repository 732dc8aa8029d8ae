import Wire

/// Descriptions and candidates (W3C setLocalDescription, setRemoteDescription, addIceCandidate; RFC 9429).
extension PeerConnection {
    /// Candidates kept for a description that has not come yet.
    private static let earlyCandidateCap = 64

    /// Makes a description of ours and puts it in force; an answer needs the far side's offer first.
    ///
    /// - Returns: the SDP to send, with the candidates known so far in it. Empty for a rollback.
    package func setLocalDescription(_ type: DescriptionType, at now: Instant) throws -> String {
        switch type {
        case .rollback:
            try jsep.rollback()
            ice.rollBackRestart(at: now)
            drainICE(at: now)
            return ""
        case .offer, .answer:
            if type == .offer { try restartIfWanted(at: now) }
            let credentials = ice.localCredentials
            let candidates = ice.localCandidates.map(\.attributeValue)
            guard type == .answer else {
                return try jsep.createOffer(
                    usernameFragment: credentials.usernameFragment, password: credentials.password,
                    candidates: candidates, endOfCandidates: ice.isGatheringComplete)
            }
            let text = try jsep.createAnswer(
                usernameFragment: credentials.usernameFragment, password: credentials.password,
                candidates: candidates, endOfCandidates: ice.isGatheringComplete)
            ice.keepRestart()
            applyNegotiated(at: now)
            return text
        }
    }

    /// Puts the far side's description in force.
    ///
    /// When both offered at once, the polite side gives its own offer up; the other refuses with `JSEPError.glare`.
    package func setRemoteDescription(_ type: DescriptionType, _ text: String, at now: Instant) throws {
        // On a copy: our own offer stays in force when theirs is refused.
        var next = jsep
        if type == .offer, next.signalingState == .haveLocalOffer {
            guard configuration.isPolite else { throw JSEPError.glare }
            try next.rollback()
        }
        let isYielding = next.signalingState != jsep.signalingState
        try next.setRemote(type, text)
        jsep = next
        // Our offer may have been to restart, and so may theirs that is taken back: the credentials of before hold again.
        if isYielding || type == .rollback { ice.rollBackRestart(at: now) }
        if type == .answer { applyNegotiated(at: now) }
        applyRemoteTransport(at: now)
    }

    /// Credentials and candidates of the far side are of use as soon as its description is there.
    private func applyRemoteTransport(at now: Instant) {
        guard let remote = jsep.remoteTransport else { return }
        // What a restart of the far side's makes us gather goes into the answer.
        isDescribing = jsep.signalingState == .haveRemoteOffer
        defer { isDescribing = false }
        ice.setRemote(
            ICECredentials(usernameFragment: remote.usernameFragment, password: remote.password), isLite: remote.isLite,
            isPending: isDescribing, at: now)
        for text in remote.candidates {
            guard let candidate = try? ICECandidate(parsing: text) else { continue }
            ice.addRemoteCandidate(candidate, at: now)
        }
        if remote.endOfCandidates { ice.endOfRemoteCandidates(at: now) }
        let waiting = earlyCandidates
        earlyCandidates = []
        for candidate in waiting { try? addICECandidate(candidate, at: now) }
        drainICE(at: now)
    }

    /// An offer has its answer: media sections, fingerprint and DTLS role are settled.
    private func applyNegotiated(at now: Instant) {
        guard let session = jsep.negotiated else { return }
        negotiated = session
        rtp.configure(session.media, at: now)
        events.append(.negotiated(session.media))
        startDTLSIfReady(at: now)
        startDataChannelsIfReady(at: now)
        updateConnectionState()
    }

    /// A candidate of the far side, in or before its description; an empty one ends them.
    ///
    /// - Throws: `WireError` when it is malformed. One of an older generation is dropped silently.
    package func addICECandidate(_ trickled: TrickledCandidate, at now: Instant) throws {
        guard !isClosed else { return }
        guard let remote = jsep.remoteTransport else {
            if earlyCandidates.count < Self.earlyCandidateCap { earlyCandidates.append(trickled) }
            return
        }
        if trickled.candidate.isEmpty {
            if let fragment = trickled.usernameFragment, fragment != remote.usernameFragment { return }
            ice.endOfRemoteCandidates(at: now)
        } else {
            var candidate = try ICECandidate(parsing: trickled.candidate)
            // It may belong to a description that is still to come: ICE keeps it, and drops one of the past.
            candidate.usernameFragment = trickled.usernameFragment ?? candidate.usernameFragment
            ice.addRemoteCandidate(candidate, at: now)
        }
        drainICE(at: now)
    }
}
