import Wire

/// Connectivity checks that this agent makes (RFC 8445 §7.2).
extension ICEAgent {
    /// The pair that the next ordinary check is for; nil when there is nothing to check.
    var nextOrdinaryPair: Int? {
        guard remoteCredentials != nil, !isConsentLost else { return nil }
        return checklist.nextOrdinary(above: checkFloor)
    }

    /// Once a pair is nominated and alive, only better ones are worth a check.
    var checkFloor: UInt64? {
        guard let selected, selected.isNominated, selected.generation == generation, state != .disconnected else {
            return nil
        }
        return checklist.index(of: selected.path).map { checklist[$0].priority }
    }

    /// One ordinary check, if the pace allows it. The first goes out at once.
    mutating func startOrdinaryCheck(at now: Instant) {
        guard now >= nextOrdinaryCheckAt, let index = nextOrdinaryPair else { return }
        let waiting = checklist.pairs.count { $0.state == .waiting || $0.state == .frozen }
        let pacing = waiting <= configuration.fewPairs ? configuration.fastPacing : configuration.pacing
        nextOrdinaryCheckAt = now + pacing
        startCheck(index, .check, at: now)
    }

    /// Sends a new Binding request on a pair; one in progress there is given up.
    mutating func startCheck(_ index: Int, _ purpose: CheckTransaction.Purpose, at now: Instant) {
        guard let remoteCredentials else { return }
        let path = checklist[index].path
        transactions.removeAll { $0.path == path && $0.purpose != .consent }
        let request = checkRequest(
            on: path, local: localCredentials, remote: remoteCredentials, nominates: purpose == .nomination)
        if purpose == .check { checklist[index].state = .inProgress }
        checklist[index].counters.requestsSent += 1
        // RFC 8445 §14.3: the more pairs are in progress, the longer each waits, so that the total load stays the same.
        let active = checklist.pairs.count { $0.state == .inProgress || $0.state == .waiting }
        let spread = min(configuration.fastPacing * active, .milliseconds(500))
        transactions.append(
            CheckTransaction(
                id: request.transaction, path: path, purpose: purpose, role: role, key: remoteCredentials.key,
                bytes: request.serialized(integrityKey: remoteCredentials.key), firstSentAt: now, lastSentAt: now,
                timeout: max(configuration.firstRetransmission, spread)))
        if let last = transactions.last { transmit(last.bytes, on: path) }
    }

    /// RFC 8445 §7.1: what a check holds.
    mutating func checkRequest(
        on path: ICEPath, local: ICECredentials, remote: ICECredentials, nominates: Bool
    ) -> STUNMessage {
        let priority = hosts.first { $0.base == path.base }?.checkPriority ?? 1
        let username = "\(remote.usernameFragment):\(local.usernameFragment)"
        var attributes: [STUNAttribute] = [
            .username(Array(username.utf8)), .priority(priority),
            role == .controlling ? .iceControlling(tieBreaker) : .iceControlled(tieBreaker),
        ]
        if nominates { attributes.append(.useCandidate) }
        return STUNMessage(
            .request, .binding, transaction: STUNTransactionID(using: &random), attributes: attributes)
    }

    /// Repeats requests whose time is up, and fails those repeated often enough.
    mutating func retransmitChecks(at now: Instant) {
        var failed: [ICEPath] = []
        for index in transactions.indices.reversed() where transactions[index].dueAt <= now {
            let limit = transactions[index].purpose == .consent ? 1 : configuration.checkTransmissions
            guard transactions[index].transmissions < limit else {
                if transactions[index].purpose != .consent { failed.append(transactions[index].path) }
                transactions.remove(at: index)
                continue
            }
            resend(index, at: now)
            guard transactions[index].transmissions >= configuration.eagerTransmissions else { continue }
            transactions[index].timeout = min(transactions[index].timeout * 2, configuration.maximumRetransmission)
        }
        for path in failed { checkFailed(on: path) }
    }

    private mutating func resend(_ index: Int, at now: Instant) {
        transmit(transactions[index].bytes, on: transactions[index].path)
        transactions[index].transmissions += 1
        transactions[index].lastSentAt = now
        if let pair = checklist.index(of: transactions[index].path) { checklist[pair].counters.requestsSent += 1 }
    }

    /// The far side's check has just come on a pair whose own check may have been lost before its NAT opened: repeat that
    /// now rather than at its time-out (RFC 8445 §7.3.1.4).
    mutating func hastenCheck(on path: ICEPath, at now: Instant) {
        guard let index = transactions.firstIndex(where: { $0.path == path && $0.purpose == .check }),
            now - transactions[index].lastSentAt >= configuration.pacing,
            transactions[index].transmissions < configuration.checkTransmissions
        else { return }
        resend(index, at: now)
        transactions[index].timeout = configuration.firstRetransmission
    }

    private mutating func checkFailed(on path: ICEPath) {
        guard let index = checklist.index(of: path) else { return }
        checklist[index].state = .failed
        checklist[index].isWantedByRemote = false
    }

    /// RFC 8445 §7.2.5.
    mutating func receiveResponse(_ received: ReceivedSTUNMessage, on path: ICEPath, at now: Instant) {
        let message = received.message
        if receiveGatheringResponse(message, on: path, at: now) { return }
        // From or to another address than the request went, it is no answer to it (§7.2.5.2.1): the check times out.
        guard let index = transactions.firstIndex(where: { $0.id == message.transaction && $0.path == path }) else {
            return
        }
        let transaction = transactions[index]
        let isConflict = message.messageClass == .error && message.errorCode?.code == STUNErrorCode.roleConflict.code
        // Some agents do not sign a 487. Nobody off the path can forge one: they would need the transaction's 96 bits.
        guard received.isAuthentic(key: transaction.key) || isConflict && !received.hasIntegrity,
            message.unknownRequiredTypes.isEmpty
        else { return }
        if isConflict {
            transactions.remove(at: index)
            receiveRoleConflict(transaction, at: now)
        } else if message.messageClass == .error {
            transactions.remove(at: index)
            if transaction.purpose != .consent { checkFailed(on: path) }
        } else if let mapped = message.mappedAddress {
            transactions.remove(at: index)
            checkSucceeded(transaction, mapped: mapped, at: now)
        }
    }

    private mutating func receiveRoleConflict(_ transaction: CheckTransaction, at now: Instant) {
        if transaction.role == role, roleSwitches < ICELimits.roleSwitches {
            roleSwitches += 1
            role = role.opposite
        }
        guard transaction.purpose != .consent, let index = checklist.index(of: transaction.path) else { return }
        if transaction.role != role { startCheck(index, .check, at: now) } else { checkFailed(on: transaction.path) }
    }

    private mutating func checkSucceeded(_ transaction: CheckTransaction, mapped: TransportAddress, at now: Instant) {
        noteConsent(on: transaction.path, at: now)
        guard let index = checklist.index(of: transaction.path) else { return }
        checklist[index].counters.responsesReceived += 1
        let elapsed = now - transaction.firstSentAt
        if transaction.transmissions == 1 { checklist[index].counters.measure(elapsed) }
        checklist[index].counters.roundTripTimeBound = min(
            elapsed, checklist[index].counters.roundTripTimeBound ?? elapsed)
        guard transaction.purpose != .consent else { return }
        let foundation = checklist[index].foundation
        checklist[index].state = .succeeded
        checklist[index].mappedAddress = mapped
        checklist.unfreeze(foundation)
        validated.insert(transaction.path)
        learnReflexive(mapped, base: transaction.path.base)
        if transaction.purpose == .nomination, role == .controlling {
            nominated(index, at: now)
        } else if role == .controlled, checklist[index].isWantedByRemote {
            nominatedByRemote(index, at: now)
        }
    }

    /// RFC 8445 §7.2.5.3.1: an address of ours that only this far side sees. It is no news to it, so it is not signalled.
    private mutating func learnReflexive(_ mapped: TransportAddress, base: TransportAddress) {
        guard mapped.isUsableByICE, let host = hosts.first(where: { $0.base == base }),
            !local.contains(where: { $0.base == base && $0.candidate.transportAddress == mapped })
        else { return }
        let candidate = ICECandidate(
            foundation: ICECandidate.foundation(.prflx, base: base.ip), priority: host.priority(.prflx),
            address: .ip(mapped), type: .prflx, relatedAddress: base,
            usernameFragment: localCredentials.usernameFragment)
        addLocal(candidate, base: base, number: nextNumber())
    }

    /// Puts all pairs but the one in use back to waiting, to look for another way. What the far side has asked for stays
    /// asked: it may have looked first.
    mutating func resumeChecks() {
        transactions.removeAll { $0.purpose != .consent }
        for index in checklist.pairs.indices where checklist[index].path != selected?.path {
            checklist[index].state = .waiting
        }
    }

    /// A role switch changes the order of pairs (RFC 8445 §6.1.2.3), and who nominates.
    mutating func roleChanged() {
        checklist.updatePriorities(role: role)
        nominationDueAt = nil
        transactions.removeAll { $0.purpose == .nomination }
    }
}

extension CandidatePair.Counters {
    mutating func measure(_ roundTripTime: Duration) {
        currentRoundTripTime = roundTripTime
        totalRoundTripTime += roundTripTime
        roundTripTimeMeasurements += 1
    }
}
