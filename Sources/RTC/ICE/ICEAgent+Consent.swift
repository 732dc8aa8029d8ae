import Wire

/// Keeping the selected pair alive, and noticing when it is not (RFC 7675).
extension ICEAgent {
    /// A packet that SRTP or DTLS has authenticated came this way. It breaks silence, though it renews no consent
    /// (RFC 7675 §5.1); telling of it saves probes.
    package mutating func packetAuthenticated(from remote: TransportAddress, to base: TransportAddress, at now: Instant)
    {
        guard let path = selected?.path else { return }
        guard path.remote == remote, path.base == base else {
            return followRemote(to: ICEPath(base: base, remote: remote), at: now)
        }
        selected?.heardAt = now
        if state == .disconnected { updateState(at: now) }
    }

    /// This host has slept, which `now` does not count: whether the far side is still there is asked at once, and the state
    /// is `disconnected` soon if no answer comes.
    package mutating func wokeUp(at now: Instant) {
        guard state != .closed else { return }
        selected?.wokeUp(configuration, at: now)
        handleTimeout(at: now)
    }

    /// An authenticated STUN message came on `path`, in either generation.
    mutating func noteConsent(on path: ICEPath, at now: Instant) {
        guard selected?.path == path else { return }
        selected?.heardAt = now
        selected?.consentAt = now
    }

    mutating func maintainConsent(at now: Instant) {
        guard let selected else {
            if let lostPathAt, now >= lostPathAt + configuration.consentExpiry { loseConsent() }
            return
        }
        if now >= selected.expiresAt(configuration) {
            loseConsent()
        } else if now >= selected.nextRequestAt(configuration) {
            requestConsent(selected, at: now)
        }
    }

    private mutating func requestConsent(_ selected: SelectedPath, at now: Instant) {
        // Repeating the nomination, as Chromium does, brings back a far side that has strayed to another pair.
        let nominates = role == .controlling && selected.isNominated && selected.generation == generation
        let request = checkRequest(
            on: selected.path, local: selected.local, remote: selected.remote, nominates: nominates)
        let key = selected.remote.key
        // Forgotten after ten seconds: a later answer says little of now, and there are newer requests.
        let transaction = CheckTransaction(
            id: request.transaction, path: selected.path, purpose: .consent, role: role, key: key,
            bytes: request.serialized(integrityKey: key), firstSentAt: now, lastSentAt: now, timeout: .seconds(10))
        transmit(transaction.bytes, on: selected.path)
        transactions.append(transaction)
        self.selected?.noteRequest(configuration, at: now, random: &random)
        if let index = checklist.index(of: selected.path) {
            checklist[index].counters.requestsSent += 1
            checklist[index].counters.consentRequestsSent += 1
        }
    }

    /// Sending stops here and now. A pair of the generation before a restart just gives way to the new one.
    mutating func loseConsent() {
        let isOfPast = selected.map { $0.generation != generation } ?? false
        selected = nil
        lostPathAt = nil
        transactions.removeAll { $0.purpose == .consent }
        guard !isOfPast else { return }
        isConsentLost = true
        transactions = []
        gathering.removeAll { $0.isKeepalive }
        validated = []
        checklist.failAll()
    }
}
