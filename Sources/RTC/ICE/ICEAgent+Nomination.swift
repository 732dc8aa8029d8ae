import Wire

/// Which valid pair is used: regular nomination when controlling, whatever the far side does when controlled
/// (RFC 8445 §8).
extension ICEAgent {
    /// A nomination of the far side's older than this counts as withdrawn by one of a worse pair: an aggressive agent is
    /// through with all pairs by then.
    private static let nominationLife: Duration = .seconds(3)

    /// Controlling: nominates the best valid pair as soon as no better one may yet answer, or the best so far when those
    /// have had their time. A better pair that answers later is nominated too, as is another when the nominated one has
    /// fallen silent; agents tolerate this as they do aggressive nomination.
    mutating func nominate(at now: Instant) {
        guard nominationIsPossible else { return }
        guard let best = bestNominee(at: now) else {
            nominationDueAt = nil
            return
        }
        let isUrgent = remoteIsLite || selected?.generation == generation && selected?.isNominated == true
        if !isUrgent, checklist.hasPending(above: checklist[best].priority) {
            let dueAt = nominationDueAt ?? now + configuration.nominationDelay
            nominationDueAt = dueAt
            guard now >= dueAt else { return }
        }
        nominationDueAt = nil
        startCheck(best, .nomination, at: now)
    }

    var nominationIsPossible: Bool {
        role == .controlling && remoteCredentials != nil && !isConsentLost
            && !transactions.contains { $0.purpose == .nomination }
    }

    private func bestNominee(at now: Instant) -> Int? {
        let inUse = selected.flatMap { $0.isNominated && $0.generation == generation ? $0 : nil }
        let isSilent = inUse?.isSilent(configuration, at: now) ?? false
        let best = checklist.best { $0.state == .succeeded && !(isSilent && $0.path == inUse?.path) }
        guard let best, let inUse, !isSilent else { return best }
        guard let current = checklist.index(of: inUse.path) else { return best }
        return checklist[best].priority > checklist[current].priority ? best : nil
    }

    /// Controlling: the far side has answered a check with USE-CANDIDATE.
    mutating func nominated(_ index: Int, at now: Instant) {
        checklist[index].isNominated = true
        select(checklist[index].path, isNominated: true, at: now)
    }

    /// Controlled: the far side wants a valid pair. Of several it wants the best, unless it has turned away from that.
    mutating func nominatedByRemote(_ index: Int, at now: Instant) {
        checklist[index].isNominated = true
        let pair = checklist[index]
        if let selected, selected.isNominated, selected.generation == generation, selected.path != pair.path,
            !selected.isSilent(configuration, at: now), let current = checklist.index(of: selected.path),
            checklist[current].priority > pair.priority, now < selected.selectedAt + Self.nominationLife
        {
            return
        }
        select(pair.path, isNominated: true, at: now)
    }

    /// The far side's media comes by another pair than ours, and nothing by ours any more: its interface has gone, or its
    /// relay. Controlling, we nominate what it uses; controlled, we take its nomination however good ours was.
    mutating func followRemote(to path: ICEPath, at now: Instant) {
        guard let selected, now >= selected.heardAt + configuration.followAfter, selected.generation == generation,
            let index = checklist.index(of: path), checklist[index].state == .succeeded
        else { return }
        if role == .controlled {
            guard checklist[index].isWantedByRemote else { return }
            checklist[index].isNominated = true
            return select(path, isNominated: true, at: now)
        }
        guard nominationIsPossible else { return }
        // Not to be preferred again before the far side checks it.
        if let old = checklist.index(of: selected.path) { checklist[old].state = .failed }
        startCheck(index, .nomination, at: now)
    }

    /// Before any nomination media may already take the best valid pair (RFC 8445 §12.1): this saves a round trip or two.
    /// It waits for a check of the far side's, which proves that it has our description, and so can understand our DTLS.
    mutating func useBestValidPair(at now: Instant) {
        guard hasRemoteDescribed || remoteIsLite, !isConsentLost,
            let best = checklist.best(where: { $0.state == .succeeded })
        else { return }
        if let selected, selected.generation != generation {
            // A pair of before the restart carries media until the nomination, unless it is dead.
            guard now >= selected.heardAt + configuration.probeAfter else { return }
        } else if let selected {
            guard !selected.isNominated, selected.path != checklist[best].path,
                let current = checklist.index(of: selected.path), checklist[best].priority > checklist[current].priority
            else { return }
        }
        select(checklist[best].path, isNominated: false, at: now)
    }

    private mutating func select(_ path: ICEPath, isNominated: Bool, at now: Instant) {
        guard let remoteCredentials else { return }
        let isSame = selected?.path == path
        if isSame, selected?.generation == generation {
            selected?.isNominated = isNominated
        } else {
            selected = SelectedPath(
                path: path, generation: generation, local: localCredentials, remote: remoteCredentials,
                isNominated: isNominated, configuration, at: now)
        }
        hasBeenSelected = true
        lostPathAt = nil
        if !isSame { emit(.selectedPairChanged(base: path.base, remote: path.remote)) }
        if isNominated { stopWorseChecks() }
    }

    /// RFC 8445 §8.1.2: pairs below the nominated one need no more checks; they may be resumed should it fail.
    private mutating func stopWorseChecks() {
        guard let selected, let current = checklist.index(of: selected.path) else { return }
        for index in checklist.pairs.indices
        where checklist[index].state == .inProgress && checklist[index].priority < checklist[current].priority {
            let path = checklist[index].path
            checklist[index].state = .waiting
            transactions.removeAll { $0.path == path && $0.purpose == .check }
        }
    }
}
