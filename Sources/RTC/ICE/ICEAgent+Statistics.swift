import Wire

/// W3C webrtc-stats: `candidate-pair`, `local-candidate`, `remote-candidate`.
extension ICEAgent {
    /// The records of this generation's pairs and candidates.
    package func statistics(at now: Instant) -> [StatisticsRecord] {
        checklist.pairs.map { record(of: $0, at: now) }
            + local.map { record(of: $0, at: now) }
            + remote.map { record(of: $0.candidate, "remote-candidate", $0.number, at: now) }
    }

    /// Of the pair in use, by its last answered check; nil while there is none. On a long path every first check is sent more
    /// than once, and only tells how long the round trip is at most.
    var roundTripTime: Duration? {
        guard let path = selected?.path, let counters = checklist.pairs.first(where: { $0.path == path })?.counters
        else { return nil }
        return counters.currentRoundTripTime ?? counters.roundTripTimeBound
    }

    private func record(of pair: CandidatePair, at now: Instant) -> StatisticsRecord {
        let counters = pair.counters
        var record = StatisticsRecord(
            type: "candidate-pair", id: "CP\(pair.number)",
            members: [
                "timestamp": .number(Double(now.microseconds) / 1000),
                "state": .text(pair.state.rawValue),
                "nominated": .flag(pair.isNominated),
                "selected": .flag(selected?.path == pair.path),
                "priority": .integer(Int64(truncatingIfNeeded: pair.priority)),
                "requestsSent": .integer(counters.requestsSent),
                "requestsReceived": .integer(counters.requestsReceived),
                "responsesSent": .integer(counters.responsesSent),
                "responsesReceived": .integer(counters.responsesReceived),
                "consentRequestsSent": .integer(counters.consentRequestsSent),
                "totalRoundTripTime": .number(counters.totalRoundTripTime.inSeconds),
            ])
        if let current = counters.currentRoundTripTime { record["currentRoundTripTime"] = .number(current.inSeconds) }
        if let number = localNumber(of: pair) { record["localCandidateId"] = .text("LC\(number)") }
        if let candidate = remote.first(where: { $0.address == pair.path.remote }) {
            record["remoteCandidateId"] = .text("RC\(candidate.number)")
        }
        return record
    }

    /// The candidate that the far side sees the pair come from, else the host it starts at.
    private func localNumber(of pair: CandidatePair) -> Int? {
        let ours = local.filter { $0.base == pair.path.base }
        return (ours.first { $0.candidate.transportAddress == pair.mappedAddress } ?? ours.first)?.number
    }

    private func record(of local: LocalCandidate, at now: Instant) -> StatisticsRecord {
        var record = record(of: local.candidate, "local-candidate", local.number, at: now)
        if let url = local.url { record["url"] = .text(url) }
        if let transport = local.relayTransport { record["relayProtocol"] = .text(transport.rawValue) }
        return record
    }

    private func record(
        of candidate: ICECandidate, _ type: String, _ number: Int, at now: Instant
    ) -> StatisticsRecord {
        var record = StatisticsRecord(
            type: type, id: "\(type == "local-candidate" ? "LC" : "RC")\(number)",
            members: [
                "timestamp": .number(Double(now.microseconds) / 1000),
                "protocol": .text(candidate.transport.rawValue),
                "candidateType": .text(candidate.type.rawValue),
                "priority": .integer(Int64(candidate.priority)),
                "foundation": .text(candidate.foundation),
            ])
        if let address = candidate.transportAddress {
            record["address"] = .text(address.ip.description)
            record["port"] = .integer(Int64(address.port))
        }
        if let related = candidate.relatedAddress {
            record["relatedAddress"] = .text(related.ip.description)
            record["relatedPort"] = .integer(Int64(related.port))
        }
        if let fragment = candidate.usernameFragment { record["usernameFragment"] = .text(fragment) }
        return record
    }
}
