import Wire

/// Local candidates: hosts from the transport, reflexive ones from STUN servers (RFC 8445 §5.1.1). Relayed ones have a file
/// of their own.
extension ICEAgent {
    /// What the far side is to know of us in this generation, in the order found.
    package var localCandidates: [ICECandidate] {
        local.filter { $0.candidate.type != .prflx }.map(\.candidate)
    }

    /// The transport has bound a UDP socket to `base`; `receive` is to be called for what comes there. The first host added
    /// is the most preferred. Addresses that can be no candidate (unspecified, IPv6 link-local) are ignored.
    package mutating func addLocalHost(_ base: TransportAddress, at now: Instant) {
        guard state != .closed, base.isUsableByICE, !hosts.contains(where: { $0.base == base }),
            hosts.count(where: { $0.relay == nil }) < ICELimits.localHosts
        else { return }
        hostCount &+= 1
        // Loopback is a last resort: it reaches this machine only, which any other address does as well.
        let preference = (base.ip.isLoopback ? 0x7FFF : 0xFFFF) - hostCount % 0x4000
        let host = LocalHost(base: base, localPreference: preference, candidateNumber: nextNumber())
        adopt(host, at: now)
        finishGathering()
        advance(at: now)
    }

    /// Candidates and pairs of a host that is new.
    mutating func adopt(_ host: LocalHost, at now: Instant) {
        hosts.append(host)
        gather(from: host, at: now)
        for index in remote.indices { formPair(host, remote[index], isUrgent: false) }
    }

    /// No more hosts for now. `.gatheringComplete` follows as soon as the servers have answered or timed out.
    package mutating func endOfLocalHosts(at now: Instant) {
        guard state != .closed else { return }
        hasAllHosts = true
        finishGathering()
        advance(at: now)
    }

    /// The socket at `base` is gone, with all that went through it.
    package mutating func removeLocalHost(_ base: TransportAddress, at now: Instant) {
        guard hosts.contains(where: { $0.base == base }) else { return }
        hosts.removeAll { $0.base == base }
        local.removeAll { $0.base == base }
        gathering.removeAll { $0.path.base == base }
        transactions.removeAll { $0.path.base == base }
        earlyChecks.removeAll { $0.path.base == base }
        checklist.removeAll { $0.path.base == base }
        validated = validated.filter { $0.base != base }
        if selected?.path.base == base {
            let isOfPast = selected?.generation != generation
            selected = nil
            // Of the past, it was only to last until now: the new generation is looking for its pair anyway.
            if !isOfPast {
                lostPathAt = now
                nextOrdinaryCheckAt = now
                resumeChecks()
            }
        }
        finishGathering()
        advance(at: now)
    }

    /// The candidates of one host, from the beginning: when it is new, or the generation is.
    mutating func gather(from host: LocalHost, at now: Instant) {
        if let relay = host.relay { return addRelayed(relay, of: host) }
        guard !configuration.relayOnly else { return }
        addLocal(
            ICECandidate(
                foundation: host.foundation, priority: host.priority(.host), address: .ip(host.base), type: .host,
                usernameFragment: localCredentials.usernameFragment),
            base: host.base, number: host.candidateNumber)
        guard !host.base.ip.isLoopback, !host.base.ip.isLinkLocal else { return }
        let servers = configuration.stunServers.filter { $0.ip.isIPv4 == host.base.ip.isIPv4 }
        for server in servers.prefix(ICELimits.serversPerFamily) where server.isUsableByICE {
            nextGatheringAt = max(nextGatheringAt, now)
            ask(server, from: host.base, firstAt: nextGatheringAt)
            nextGatheringAt = nextGatheringAt + configuration.fastPacing
        }
        retransmitGathering(at: now)
    }

    private mutating func ask(
        _ server: TransportAddress, from base: TransportAddress, firstAt: Instant, isKeepalive: Bool = false
    ) {
        let id = STUNTransactionID(using: &random)
        let software = configuration.stunSoftware.map { [STUNAttribute.software($0)] } ?? []
        gathering.append(
            GatheringTransaction(
                id: id, path: ICEPath(base: base, remote: server),
                bytes: STUNMessage(.request, .binding, transaction: id, attributes: software).serialized(),
                transmissions: 0, timeout: configuration.gatheringRetransmission, dueAt: firstAt,
                isKeepalive: isKeepalive))
    }

    mutating func retransmitGathering(at now: Instant) {
        for index in gathering.indices.reversed() where gathering[index].dueAt <= now {
            let isIdle = gathering[index].isKeepalive && (selected != nil || state == .failed)
            guard !isIdle, gathering[index].transmissions < configuration.gatheringTransmissions else {
                gathering.remove(at: index)
                continue
            }
            transmit(gathering[index].bytes, on: gathering[index].path)
            gathering[index].transmissions += 1
            gathering[index].dueAt = now + gathering[index].timeout
            gathering[index].timeout *= 2
        }
        finishGathering()
    }

    /// True if the message was the answer of a STUN server.
    mutating func receiveGatheringResponse(_ message: STUNMessage, on path: ICEPath, at now: Instant) -> Bool {
        guard let index = gathering.firstIndex(where: { $0.id == message.transaction && $0.path == path }) else {
            return false
        }
        gathering.remove(at: index)
        if message.messageClass == .success, message.unknownRequiredTypes.isEmpty,
            let mapped = message.mappedAddress, let host = hosts.first(where: { $0.base == path.base })
        {
            addReflexive(mapped, of: host, server: path.remote)
            // Until a pair is selected nothing else keeps the NAT from forgetting this mapping.
            if selected == nil {
                ask(path.remote, from: path.base, firstAt: now + configuration.mappingKeepalive, isKeepalive: true)
            }
        }
        finishGathering()
        return true
    }

    mutating func addReflexive(
        _ mapped: TransportAddress, of host: LocalHost, server: TransportAddress, url: String? = nil
    ) {
        guard mapped.isUsableByICE, mapped.ip.isIPv4 == host.base.ip.isIPv4,
            !local.contains(where: { $0.base == host.base && $0.candidate.transportAddress == mapped })
        else { return }
        let candidate = ICECandidate(
            foundation: ICECandidate.foundation(.srflx, base: host.base.ip, server: server.ip),
            priority: host.priority(.srflx), address: .ip(mapped), type: .srflx, relatedAddress: host.base,
            usernameFragment: localCredentials.usernameFragment)
        addLocal(candidate, base: host.base, number: nextNumber(), url: url ?? "stun:\(server)")
    }

    /// Records a candidate and, unless only we know of it, tells the caller.
    mutating func addLocal(
        _ candidate: ICECandidate, base: TransportAddress, number: Int, url: String? = nil,
        relayTransport: TURNTransport? = nil
    ) {
        guard local.count < ICELimits.localCandidates else { return }
        local.append(
            LocalCandidate(
                number: number, candidate: candidate, base: base, url: url, relayTransport: relayTransport))
        if candidate.type != .prflx { emit(.localCandidate(candidate)) }
    }

    /// Whether servers may yet tell of candidates; requests that only keep a mapping do not count.
    var isGathering: Bool { !hasAllHosts || pendingRelays > 0 || gathering.contains { !$0.isKeepalive } }

    mutating func finishGathering() {
        guard !isGathering, !isGatheringComplete else { return }
        isGatheringComplete = true
        emit(.gatheringComplete)
    }
}
