import Foundation
import Testing

/// What `causeriectl stats --json` printed.
struct CallStatistics {
    let state: String
    /// Milliseconds from `connect` to the first decoded frame.
    let setupTime: Double?
    let endReason: String?
    let report: [[String: Any]]

    init(json text: String) throws {
        let object = try JSONSerialization.jsonObject(with: Data(text.utf8))
        let members = try #require(object as? [String: Any])
        state = try #require(members["state"] as? String)
        setupTime = members["setupTime"] as? Double
        endReason = members["endReason"] as? String
        report = try #require(members["report"] as? [[String: Any]])
    }

    var types: Set<String> { Set(report.compactMap { $0["type"] as? String }) }

    /// The first record of a type and kind.
    func record(_ type: String, _ kind: String? = nil) -> [String: Any]? {
        report.first { $0["type"] as? String == type && (kind == nil || $0["kind"] as? String == kind) }
    }

    /// A number of that record, 0 without one.
    func number(_ type: String, _ kind: String? = nil, _ name: String) -> Double {
        record(type, kind)?[name] as? Double ?? 0
    }

    var framesDecoded: Double { number("inbound-rtp", "video", "framesDecoded") }
    var audioEnergy: Double { number("inbound-rtp", "audio", "totalAudioEnergy") }
    var audioPackets: Double { number("inbound-rtp", "audio", "packetsReceived") }
}
