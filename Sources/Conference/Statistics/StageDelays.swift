import RTC

/// How long sound, or a picture, takes from one person to the other, by its stages: averages of the last second, ms. Of
/// what is sent, this side's stages; the network between; and of what is received, this side's again: the far side's devices
/// are taken to be like ours. Nil for what is not known.
package struct StageDelays: Hashable, Sendable {
    /// From the microphone to a full packet, or from the camera to its encoder.
    package var capture: Double?
    package var encode: Double?
    /// In the pacer.
    package var queue: Double?
    /// Half of the round trip.
    package var network: Double?
    /// Until the jitter buffer, or the assembly of a picture, hands it out.
    package var buffer: Double?
    /// With what it waits for its decoder.
    package var decode: Double?
    /// Decoded, mixed and on its way out of the speaker.
    package var playout: Double?

    package init() {}

    /// Sound's whole way, ms; nil while a part is not known that is never negligible.
    package var total: Double? {
        guard capture != nil, network != nil, buffer != nil, playout != nil else { return nil }
        return stages.reduce(0) { $0 + ($1.delay ?? 0) }
    }

    /// In the order of the way, by the names of their members in a report.
    package var stages: [(name: String, delay: Double?)] {
        [
            ("capture", capture), ("encode", encode), ("sendQueue", queue), ("network", network),
            ("jitterBuffer", buffer), ("decode", decode), ("playout", playout),
        ]
    }

    /// Not of W3C's, so under a type of its own; nil when nothing is known.
    func record(kind: String) -> StatisticsRecord? {
        let known = stages.compactMap { stage in stage.delay.map { (stage.name, $0) } }
        guard !known.isEmpty else { return nil }
        var record = StatisticsRecord(type: "delay", id: "delay-\(kind)", members: ["kind": .text(kind)])
        for (name, delay) in known { record[name] = .number(delay) }
        if kind == "audio", let total { record["total"] = .number(total) }
        return record
    }
}

/// What counts up in a report, of sound or of pictures: two of them give the averages between.
struct StageTotals: Sendable {
    private var values: [String: Double] = [:]

    private static let names = [
        "totalCaptureDelay", "framesEncoded", "packetsEncoded", "totalEncodeTime", "totalPacketSendDelay",
        "packetsSent",
        "jitterBufferDelay", "jitterBufferEmittedCount", "totalProcessingDelay", "totalDecodeTime", "framesDecoded",
        "packetsDecoded",
    ]

    init(_ report: [StatisticsRecord], kind: String) {
        for record in report where record.type == "inbound-rtp" || record.type == "outbound-rtp" {
            guard record["kind"] == .text(kind) else { continue }
            for name in Self.names { values[name, default: 0] += record[name]?.doubleValue ?? 0 }
        }
    }

    /// ms; what stood still, or began again, says nothing.
    private func mean(_ total: String, _ count: String, since last: StageTotals) -> Double? {
        let (span, number) = (difference(total, since: last), difference(count, since: last))
        return span >= 0 && number > 0 ? span / number * 1000 : nil
    }

    private func difference(_ name: String, since last: StageTotals) -> Double {
        (values[name] ?? 0) - (last.values[name] ?? 0)
    }

    func sound(since last: StageTotals) -> StageDelays {
        var delays = common(since: last)
        delays.encode = mean("totalEncodeTime", "packetsEncoded", since: last)
        delays.decode = mean("totalDecodeTime", "packetsDecoded", since: last)
        return delays
    }

    func picture(since last: StageTotals) -> StageDelays {
        var delays = common(since: last)
        delays.capture = mean("totalCaptureDelay", "framesEncoded", since: last)
        delays.encode = mean("totalEncodeTime", "framesEncoded", since: last)
        let processing = mean("totalProcessingDelay", "framesDecoded", since: last)
        if let processing, let buffer = delays.buffer { delays.decode = max(0, processing - buffer) }
        return delays
    }

    private func common(since last: StageTotals) -> StageDelays {
        var delays = StageDelays()
        delays.queue = mean("totalPacketSendDelay", "packetsSent", since: last)
        delays.buffer = mean("jitterBufferDelay", "jitterBufferEmittedCount", since: last)
        return delays
    }
}
