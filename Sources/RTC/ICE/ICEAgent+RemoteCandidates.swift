import Wire

/// What the far side tells by signalling: credentials, and candidates in any order around them (RFC 8838).
extension ICEAgent {
    /// The far side's candidates of this generation that are in use, those learnt from its checks included.
    package var remoteCandidates: [ICECandidate] { remote.map(\.candidate) }

    /// The far side's credentials. The same again change nothing. Others mean that it restarts: unless `restart` has been
    /// called since the last ones, this agent then restarts too, and `localCredentials` are new when this returns.
    ///
    /// - Parameter isPending: they come with an offer that may yet be taken back: `rollBackRestart` then goes back to those of
    ///   before, until `keepRestart` is called.
    package mutating func setRemote(
        _ credentials: ICECredentials, isLite: Bool, isPending: Bool = false, at now: Instant
    ) {
        guard state != .closed, credentials.isUsable else { return }
        if let remoteCredentials {
            guard credentials != remoteCredentials else { return }
            restart(at: now)
        }
        remoteCredentials = credentials
        if !isPending { keepRestart() }
        retiredFragments.removeAll { $0 == credentials.usernameFragment }
        remoteIsLite = isLite
        // A lite agent never nominates (RFC 8445 §6.1.1).
        if isLite { role = .controlling }
        patienceEndsAt = now + configuration.patience
        isPatienceOver = false
        let candidates = queued
        queued = []
        for candidate in candidates { addToGeneration(candidate) }
        let checks = earlyChecks
        earlyChecks = []
        for check in checks where check.remoteFragment == credentials.usernameFragment { accept(check, at: now) }
        advance(at: now)
    }

    /// A candidate from the far side, at any time: before the credentials it waits for them. Ignored are TCP, components
    /// other than 1, addresses that lead nowhere, past generations, and what exceeds the caps.
    package mutating func addRemoteCandidate(_ candidate: ICECandidate, at now: Instant) {
        guard state != .closed else { return }
        addToGeneration(candidate)
        checkNewRelay(candidate, at: now)
        advance(at: now)
    }

    /// The far side has another relay while nothing comes by the pair in use, which most likely was by the one before, and
    /// that is gone. A NAT of ours lets nothing in from the new one before we have sent something there.
    private mutating func checkNewRelay(_ candidate: ICECandidate, at now: Instant) {
        guard candidate.type == .relay, case .ip(let address) = candidate.address, let selected,
            now >= selected.heardAt + configuration.followAfter, !isConsentLost
        else { return }
        for index in checklist.pairs.indices
        where checklist[index].path.remote == address && [.frozen, .waiting].contains(checklist[index].state) {
            startCheck(index, .check, at: now)
        }
    }

    /// No more candidates will be signalled. Need not ever come.
    package mutating func endOfRemoteCandidates(at now: Instant) {
        guard state != .closed else { return }
        hasAllRemoteCandidates = true
        advance(at: now)
    }

    /// The addresses behind a name that `.resolve` asked for; none if it cannot be resolved.
    package mutating func resolved(_ name: String, to addresses: [IPAddress], at now: Instant) {
        let matching = unresolved.filter { $0.name == name }
        unresolved.removeAll { $0.name == name }
        for candidate in matching {
            guard case .name(_, let port) = candidate.address else { continue }
            for address in addresses.prefix(4) {
                var found = candidate
                found.address = .ip(TransportAddress(address, port: port))
                addToGeneration(found)
            }
        }
        advance(at: now)
    }

    private mutating func addToGeneration(_ candidate: ICECandidate) {
        guard candidate.transport == .udp, candidate.component == 1, candidate.priority > 0 else { return }
        let isCurrent = candidate.usernameFragment.map { $0 == remoteCredentials?.usernameFragment } ?? true
        guard remoteCredentials != nil, isCurrent else {
            // Of a generation to come, unless it is known to be past.
            let isPast = candidate.usernameFragment.map(retiredFragments.contains) ?? false
            if !isPast, queued.count < ICELimits.queuedCandidates, !queued.contains(candidate) {
                queued.append(candidate)
            }
            return
        }
        switch candidate.address {
        case .ip(let address): addSignalled(candidate, address)
        case .name(let name, _): resolve(candidate, name)
        }
    }

    private mutating func resolve(_ candidate: ICECandidate, _ name: String) {
        guard !configuration.relayOnly, !unresolved.contains(candidate),
            unresolved.count < ICELimits.unresolvedNames
        else { return }
        let isAsked = unresolved.contains { $0.name == name }
        unresolved.append(candidate)
        if !isAsked { emit(.resolve(name: name)) }
    }

    private mutating func addSignalled(_ candidate: ICECandidate, _ address: TransportAddress) {
        guard address.isUsableByICE else { return }
        if let index = remote.firstIndex(where: { $0.address == address }) {
            // A check was faster than signalling, or the same candidate comes again: what is signalled counts.
            guard remote[index].candidate.type == .prflx else { return }
            remote[index].candidate = candidate
            checklist.setRemotePriority(candidate.priority, of: address, role: role)
            return
        }
        guard remote.count < ICELimits.remoteCandidates else { return }
        let new = RemoteCandidate(number: nextNumber(), candidate: candidate, address: address)
        remote.append(new)
        for host in hosts { formPair(host, new, isUrgent: false) }
    }

    /// Pairs a host with a remote candidate unless they are already, or can never reach one another.
    @discardableResult
    mutating func formPair(_ host: LocalHost, _ remote: RemoteCandidate, isUrgent: Bool) -> Int? {
        let path = ICEPath(base: host.base, remote: remote.address)
        guard path.isPossible, isAllowed(host), !isConsentLost else { return nil }
        if let index = checklist.index(of: path) { return index }
        let pair = CandidatePair(
            number: nextNumber(), path: path, foundation: "\(host.foundation):\(remote.candidate.foundation)",
            localPriority: host.priority(host.type), remotePriority: remote.candidate.priority, role: role)
        // In search of another way, the pairs of the same foundation that lead to the old one prove nothing: the far side may
        // have had to move too.
        let isSearching = lostPathAt != nil || state == .disconnected
        return checklist.insert(pair, isUrgent: isUrgent || isSearching)
    }
}

extension ICECandidate {
    /// The name it hides behind; nil once it has an address.
    fileprivate var name: String? {
        if case .name(let name, _) = address { name } else { nil }
    }
}
