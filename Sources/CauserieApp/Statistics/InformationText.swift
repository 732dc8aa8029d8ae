import Conference
import GLibKit

/// A line of a statistics view: what it is, and what it says.
package nonisolated struct StatisticsLine: Hashable, Sendable {
    package var title: String
    package var text: String

    package init(_ title: String, _ text: String) {
        self.title = title
        self.text = text
    }
}

/// What is known of the way to the other side, in words.
package nonisolated enum InformationText {
    /// A line for each thing that is known of a call.
    package static func lines(_ information: StreamInformation) -> [StatisticsLine] {
        [
            codec(information), path(information),
            candidate(information.localCandidate, tr("This Computer")),
            candidate(information.remoteCandidate, tr("Other Side")),
            encryption(information), identity(information),
            information.fingerprint.map { StatisticsLine(tr("Identity Key"), $0) },
        ].compactMap { $0 }
    }

    // MARK: Media

    private static func codec(_ information: StreamInformation) -> StatisticsLine? {
        let parts = [
            codecName(information.audioCodec).map { tr("{codec} for sound", ["codec": $0]) },
            codecName(information.videoCodec).map { tr("{codec} for video", ["codec": $0]) },
        ].compactMap { $0 }
        return parts.isEmpty ? nil : StatisticsLine(tr("Codec"), parts.joined(separator: ", "))
    }

    /// One name, or both where the two directions differ.
    private static func codecName(_ codec: StreamInformation.Codec) -> String? {
        guard let sent = codec.sent, let received = codec.received, sent != received else {
            return codec.name.map { codecName($0) }
        }
        return tr("{sent} out and {received} in", ["sent": codecName(sent), "received": codecName(received)])
    }

    /// `audio/opus` is called Opus, `video/VP8` VP8.
    static func codecName(_ type: String) -> String {
        let name = type.split(separator: "/").last.map(String.init) ?? type
        return name.lowercased() == "opus" ? "Opus" : name.uppercased()
    }

    // MARK: Path

    private static func path(_ information: StreamInformation) -> StatisticsLine? {
        guard let local = information.localCandidate, let remote = information.remoteCandidate else { return nil }
        let types = [local.type, remote.type]
        let words =
            if types.contains("relay") {
                tr("Through a relay")
            } else if types == ["host", "host"] {
                tr("Direct, without a router that translates addresses")
            } else {
                tr("Direct, through a router that translates addresses")
            }
        return StatisticsLine(tr("Path"), words)
    }

    private static func candidate(_ candidate: StreamInformation.Candidate?, _ title: String) -> StatisticsLine? {
        candidate.map { candidate in
            StatisticsLine(
                title,
                tr(
                    "{address} over {protocol}, {kind}",
                    [
                        "address": candidate.address, "protocol": candidate.transport.uppercased(),
                        "kind": kind(candidate.type),
                    ]))
        }
    }

    /// ICE's types of candidates, with ICE's own word for those who know it.
    private static func kind(_ type: String) -> String {
        switch type {
        case "host": tr("own address (host)")
        case "srflx": tr("address told by a STUN server (srflx)")
        case "prflx": tr("address found on the way (prflx)")
        case "relay": tr("address of a relay (relay)")
        default: type
        }
    }

    // MARK: Security

    private static func encryption(_ information: StreamInformation) -> StatisticsLine? {
        let parts = [information.dtlsVersion, information.dtlsCipher, information.srtpCipher].compactMap { $0 }
        return parts.isEmpty ? nil : StatisticsLine(tr("Encryption"), parts.joined(separator: ", "))
    }

    private static func identity(_ information: StreamInformation) -> StatisticsLine? {
        information.standing.map { standing in
            switch standing {
            case .known: StatisticsLine(tr("Identity"), tr("Verified: the key is the one known from before."))
            case .firstContact:
                StatisticsLine(tr("Identity"), tr("Not verified: this is the first contact with this key."))
            case .changed:
                StatisticsLine(tr("Identity"), tr("Not verified: another computer used this name before."))
            case .unproven:
                StatisticsLine(tr("Identity"), tr("Not verified: the other side is a browser, which has no key."))
            }
        }
    }
}

/// What the engine spends on each of its stages.
package nonisolated enum ProcessorText {
    /// - Parameter cpu: CPU seconds a second, by stage.
    package static func lines(_ cpu: [String: Double]) -> [StatisticsLine] {
        let known = ["captureSeconds", "encodeSeconds", "decodeSeconds", "soundSeconds"]
        let others = cpu.keys.filter { !known.contains($0) }.sorted()
        return (known + others).compactMap { key in
            cpu[key].map { StatisticsLine(name(key), FigureUnit.share.text($0)) }
        }
    }

    private static func name(_ key: String) -> String {
        switch key {
        case "captureSeconds": tr("Camera")
        case "encodeSeconds": tr("Compressing video")
        case "decodeSeconds": tr("Decompressing video")
        case "soundSeconds": tr("Sound")
        // A stage that has no name here yet.
        default: key.hasSuffix("Seconds") ? String(key.dropLast("Seconds".count)) : key
        }
    }
}
