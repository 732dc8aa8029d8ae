import RTC

/// Who is at the other end, and how the call goes there (WINDEV's StreamInfo).
package struct StreamInformation: Hashable, Sendable {
    /// The far side's name for itself, and where it is.
    package var remoteIdentifier: String?
    package var remoteAddress: String?
    /// The identity key that it proved to have, and whether that is known.
    package var fingerprint: String?
    package var standing: RemoteIdentity.Standing?
    /// The contact's name, and the digits to be compared with that person.
    package var contact: String?
    package var verification: String?
    package var isVerified = false
    /// `host`, `srflx`, `prflx` or `relay` on each side, and the two addresses.
    package var localCandidate: Candidate?
    package var remoteCandidate: Candidate?
    package var audioCodec = Codec()
    package var videoCodec = Codec()
    /// `DTLS 1.2`, its cipher, and the media's.
    package var dtlsVersion: String?
    package var dtlsCipher: String?
    package var srtpCipher: String?

    /// What is in use in each direction, `audio/opus`, whatever the stream would rather have; nil where nothing went.
    package struct Codec: Hashable, Sendable {
        package var sent: String?
        package var received: String?

        /// The one to name where there is room for one.
        package var name: String? { received ?? sent }
    }

    /// One end of the path in use, as ICE names it.
    package struct Candidate: Hashable, Sendable {
        package var type: String
        package var transport: String
        package var address: String
    }

    package init(report: [StatisticsRecord]) {
        let byID = Dictionary(report.map { ($0.id, $0) }) { first, _ in first }
        let text = { (record: StatisticsRecord?, name: String) -> String? in
            if case .text(let text) = record?[name] { text } else { nil }
        }
        for record in report where record.type == "inbound-rtp" || record.type == "outbound-rtp" {
            guard record["active"] != .flag(false) else { continue }
            guard let codec = text(byID[text(record, "codecId") ?? ""], "mimeType") else { continue }
            let direction: WritableKeyPath<Codec, String?> = record.type == "inbound-rtp" ? \.received : \.sent
            if text(record, "kind") == "audio" { audioCodec[keyPath: direction] = codec }
            if text(record, "kind") == "video" { videoCodec[keyPath: direction] = codec }
        }
        let pairs = report.filter { $0.type == "candidate-pair" }
        let pair = pairs.first { $0["selected"] == .flag(true) }
        localCandidate = Self.candidate(byID[text(pair, "localCandidateId") ?? ""])
        remoteCandidate = Self.candidate(byID[text(pair, "remoteCandidateId") ?? ""])
        let transport = report.first { $0.type == "transport" }
        // As on the wire: 254.253 is 1.2.
        dtlsVersion = text(transport, "tlsVersion").map { ["FEFD": "DTLS 1.2", "FEFC": "DTLS 1.3"][$0] ?? $0 }
        dtlsCipher = text(transport, "dtlsCipher")
        srtpCipher = text(transport, "srtpCipher")
    }

    private static func candidate(_ record: StatisticsRecord?) -> Candidate? {
        guard let record, case .text(let type) = record["candidateType"], case .text(let address) = record["address"]
        else { return nil }
        let transport = if case .text(let text) = record["protocol"] { text } else { "udp" }
        let port = record["port"]?.doubleValue.map { Int($0) }
        let host = address.contains(":") ? "[\(address)]" : address
        return Candidate(type: type, transport: transport, address: port.map { "\(host):\($0)" } ?? host)
    }
}

extension Stream {
    /// What is known of the running call, or of the last one.
    package func information() async -> StreamInformation {
        var information = StreamInformation(report: await statistics().report)
        information.remoteIdentifier = remoteIdentifier
        information.remoteAddress = remoteAddress
        information.fingerprint = remoteIdentity.flatMap { $0.fingerprint.isEmpty ? nil : $0.fingerprint }
        information.standing = remoteIdentity?.standing
        information.contact = contact?.name
        information.verification = verification?.description
        information.isVerified = isVerified
        return information
    }
}
