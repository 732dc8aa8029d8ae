import Wire

/// Connectivity checks of the far side's (RFC 8445 §7.3).
extension ICEAgent {
    /// Requests without the right credentials get no answer at all: nobody can use us to knock elsewhere.
    mutating func receiveRequest(_ received: ReceivedSTUNMessage, on path: ICEPath, at now: Instant) {
        let message = received.message
        guard !isConsentLost, path.remote.isUsableByICE,
            hosts.contains(where: { $0.base == path.base && isAllowed($0) }),
            let username = message.username, let colon = username.firstIndex(of: UInt8(ascii: ":"))
        else { return }
        let fragment = username[..<colon]
        let remoteFragment = String(decoding: username[(colon + 1)...], as: UTF8.self)
        let isCurrent = fragment.elementsEqual(localCredentials.usernameFragment.utf8)
        guard let local = isCurrent ? localCredentials : selected?.local,
            fragment.elementsEqual(local.usernameFragment.utf8), received.isAuthentic(key: local.key)
        else { return }
        let unknown = message.unknownRequiredTypes
        guard unknown.isEmpty else {
            return refuse(message, .unknownAttribute, [.unknownAttributes(unknown)], on: path, key: local.key)
        }
        // Of the generation before a restart: it keeps the old pair alive, and does no more.
        guard isCurrent else {
            respond(to: message, on: path, key: local.key)
            return noteConsent(on: path, at: now)
        }
        guard remoteCredentials.map({ $0.usernameFragment == remoteFragment }) ?? true else { return }
        guard settleRoles(message) else { return refuse(message, .roleConflict, [], on: path, key: local.key) }
        respond(to: message, on: path, key: local.key)
        if validated.count < ICELimits.validatedPaths { validated.insert(path) }
        accept(
            InboundCheck(
                path: path, remoteFragment: remoteFragment, priority: message.priority,
                usesCandidate: message.usesCandidate), at: now)
    }

    /// RFC 8445 §7.3.1.1. False if the far side is the one to switch.
    private mutating func settleRoles(_ message: STUNMessage) -> Bool {
        let theirs = role == .controlling ? message.iceControlling : message.iceControlled
        guard let theirs else { return true }
        // The larger tie-breaker controls.
        guard (tieBreaker >= theirs) != (role == .controlling) else { return false }
        guard roleSwitches < ICELimits.roleSwitches else { return true }
        roleSwitches += 1
        role = role.opposite
        return true
    }

    private mutating func respond(to request: STUNMessage, on path: ICEPath, key: [UInt8]) {
        let response = STUNMessage(
            .success, request.method, transaction: request.transaction,
            attributes: [.xorMappedAddress(path.remote)])
        transmit(response.serialized(integrityKey: key), on: path)
    }

    private mutating func refuse(
        _ request: STUNMessage, _ error: STUNErrorCode, _ more: [STUNAttribute], on path: ICEPath, key: [UInt8]
    ) {
        let response = STUNMessage(
            .error, request.method, transaction: request.transaction, attributes: [.errorCode(error)] + more)
        transmit(response.serialized(integrityKey: key), on: path)
    }

    /// What follows from an answered check: life, a peer-reflexive candidate, a triggered check, a nomination. Before the
    /// far side's credentials are known it is kept for them.
    mutating func accept(_ check: InboundCheck, at now: Instant) {
        guard remoteCredentials != nil else { return keep(check) }
        hasRemoteDescribed = true
        noteConsent(on: check.path, at: now)
        guard let host = hosts.first(where: { $0.base == check.path.base }),
            let candidate = remoteCandidate(at: check.path.remote, priority: check.priority),
            let index = formPair(host, candidate, isUrgent: true)
        else { return }
        checklist[index].counters.requestsReceived += 1
        checklist[index].counters.responsesSent += 1
        if check.usesCandidate, role == .controlled {
            checklist[index].isWantedByRemote = true
        }
        switch checklist[index].state {
        case .succeeded: if checklist[index].isWantedByRemote { nominatedByRemote(index, at: now) }
        case .inProgress: hastenCheck(on: check.path, at: now)
        // A triggered check (§7.3.1.4). It goes out at once: what the far side has just sent has opened its way.
        case .frozen, .waiting, .failed: startCheck(index, .check, at: now)
        }
    }

    private mutating func keep(_ check: InboundCheck) {
        if let index = earlyChecks.firstIndex(where: {
            $0.path == check.path && $0.remoteFragment == check.remoteFragment
        }) {
            earlyChecks[index].usesCandidate = earlyChecks[index].usesCandidate || check.usesCandidate
        } else if earlyChecks.count < ICELimits.earlyChecks {
            earlyChecks.append(check)
        }
    }

    /// The candidate at an address, made peer-reflexive if signalling has not told of it (RFC 8445 §7.3.1.3).
    private mutating func remoteCandidate(at address: TransportAddress, priority: UInt32?) -> RemoteCandidate? {
        if let known = remote.first(where: { $0.address == address }) { return known }
        guard remote.count < ICELimits.remoteCandidates else { return nil }
        let number = nextNumber()
        let candidate = ICECandidate(
            foundation: "prflx\(number)",
            priority: min(max(priority ?? ICECandidate.priority(.prflx, localPreference: 0), 1), 0x7FFF_FFFF),
            address: .ip(address), type: .prflx, usernameFragment: remoteCredentials?.usernameFragment)
        let new = RemoteCandidate(number: number, candidate: candidate, address: address)
        remote.append(new)
        return new
    }
}
