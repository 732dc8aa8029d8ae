import Wire

/// Figures by the identifiers of W3C webrtc-stats.
extension PeerConnection {
    /// What all streams together may send, bit/s; nil without congestion control.
    package var availableOutgoingBitrate: Int? { rtp.availableOutgoingBitrate }

    /// W3C webrtc-stats dictionaries of everything, as of now.
    package func statistics(at now: Instant) -> [StatisticsRecord] {
        rtp.statistics(at: now) + pathRecords(at: now) + [transportRecord]
    }

    /// What ICE knows, with the estimate of the bandwidth at the pair in use.
    private func pathRecords(at now: Instant) -> [StatisticsRecord] {
        var records = ice.statistics(at: now)
        guard let available = rtp.availableOutgoingBitrate else { return records }
        for index in records.indices
        where records[index].type == "candidate-pair" && records[index]["selected"] == .flag(true) {
            records[index]["availableOutgoingBitrate"] = .integer(Int64(available))
        }
        return records
    }

    private var transportRecord: StatisticsRecord {
        var record = StatisticsRecord(type: "transport", id: "transport")
        record["iceState"] = .text(ice.state.rawValue)
        record["iceRole"] = .text(ice.role == .controlling ? "controlling" : "controlled")
        record["iceLocalUsernameFragment"] = .text(ice.localCredentials.usernameFragment)
        record["dtlsState"] = .text(dtlsStateText)
        guard let dtls, dtls.state == .connected else { return record }
        record["dtlsRole"] = .text(dtls.role == .client ? "client" : "server")
        record["tlsVersion"] = .text(dtls.versionText)
        if let cipher = dtls.cipherName { record["dtlsCipher"] = .text(cipher) }
        if let profile = srtpProfile { record["srtpCipher"] = .text(profile.name) }
        return record
    }

    private var dtlsStateText: String {
        switch dtls?.state {
        case nil, .new: "new"
        case .connecting: "connecting"
        case .connected: "connected"
        case .closed: "closed"
        case .failed: "failed"
        }
    }
}
