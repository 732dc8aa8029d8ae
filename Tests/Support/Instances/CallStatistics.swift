import Foundation

/// What `causeriectl stats --json` printed.
package struct CallStatistics {
    package let state: String
    /// Milliseconds from `connect` to the first decoded frame.
    package let setupTime: Double?
    package let endReason: String?
    package let report: [[String: Any]]

    package init(json text: String) throws {
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        guard let members = object as? [String: Any], let state = members["state"] as? String,
            let report = members["report"] as? [[String: Any]]
        else { throw NotStatistics(text: text) }
        self.state = state
        setupTime = members["setupTime"] as? Double
        endReason = members["endReason"] as? String
        self.report = report
    }

    struct NotStatistics: Error { let text: String }

    package var types: Set<String> { Set(report.compactMap { $0["type"] as? String }) }

    /// The first record of a type and kind.
    package func record(_ type: String, _ kind: String? = nil) -> [String: Any]? {
        report.first { $0["type"] as? String == type && (kind == nil || $0["kind"] as? String == kind) }
    }

    /// A number of that record, 0 without one.
    package func number(_ type: String, _ kind: String? = nil, _ name: String) -> Double {
        record(type, kind)?[name] as? Double ?? 0
    }

    package var framesDecoded: Double { number("inbound-rtp", "video", "framesDecoded") }
    package var audioEnergy: Double { number("inbound-rtp", "audio", "totalAudioEnergy") }
    /// Sound that had to be made up, seconds.
    package var concealedSeconds: Double { number("inbound-rtp", "audio", "concealedSamples") / 48_000 }

    /// Our address of the pair that carries the media; nil while none does.
    package var selectedAddress: String? {
        let pair = report.first { $0["type"] as? String == "candidate-pair" && $0["selected"] as? Bool == true }
        let candidate = report.first { $0["id"] as? String == pair?["localCandidateId"] as? String }
        return pair == nil ? nil : candidate?["address"] as? String
    }

    package var audioPackets: Double { number("inbound-rtp", "audio", "packetsReceived") }
}
