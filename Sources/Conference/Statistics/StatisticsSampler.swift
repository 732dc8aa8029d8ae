import RTC

/// Makes samples of one call's cumulative figures: each is the difference of two reports.
struct StatisticsSampler {
    private var last: Totals?
    private var start: Double?

    /// What counts up in a report.
    private struct Totals {
        var time: Double
        var bytesSent = 0.0
        var bytesReceived = 0.0
        var packetsReceived = 0.0
        var packetsLost = 0.0
        var framesDecoded: Double?
        var framesEncoded: Double?
        var freezes = 0.0
        var sound: StageTotals
        var picture: StageTotals
        var cpu: [String: Double] = [:]
    }

    /// The sample from the last report to this one; nil for the first one.
    ///
    /// - Parameter time: of the report, seconds on any clock.
    mutating func sample(_ report: [StatisticsRecord], at time: Double) -> StatisticsSample? {
        let totals = Self.totals(of: report, at: time)
        defer { last = totals }
        let begin = start ?? time
        start = begin
        guard let last, totals.time > last.time else { return nil }
        let span = totals.time - last.time
        let rate = { (now: Double, before: Double) in max(0, now - before) / span }
        var sample = StatisticsSample()
        sample.time = time - begin
        sample.sentBitrate = rate(totals.bytesSent, last.bytesSent) * 8
        sample.receivedBitrate = rate(totals.bytesReceived, last.bytesReceived) * 8
        let lost = max(0, totals.packetsLost - last.packetsLost)
        let expected = lost + max(0, totals.packetsReceived - last.packetsReceived)
        sample.receivedLoss = expected > 0 ? lost / expected : 0
        if let now = totals.framesDecoded { sample.receivedFrameRate = rate(now, last.framesDecoded ?? 0) }
        if let now = totals.framesEncoded { sample.sentFrameRate = rate(now, last.framesEncoded ?? 0) }
        sample.freezes = Int(max(0, totals.freezes - last.freezes))
        sample.mouthToEar = totals.sound.sound(since: last.sound)
        sample.cameraToScreen = totals.picture.picture(since: last.picture)
        sample.jitterBufferDelay = sample.mouthToEar.buffer
        sample.cpu = totals.cpu.reduce(into: [:]) { $0[$1.key] = rate($1.value, last.cpu[$1.key] ?? $1.value) }
        sample.readGauges(report)
        return sample
    }

    private static func totals(of report: [StatisticsRecord], at time: Double) -> Totals {
        var totals = Totals(
            time: time, sound: StageTotals(report, kind: "audio"), picture: StageTotals(report, kind: "video"))
        for record in report {
            let figure = { (name: String) in record[name]?.doubleValue ?? 0 }
            switch record.type {
            case "outbound-rtp":
                totals.bytesSent += figure("bytesSent") + figure("headerBytesSent")
                if let frames = record["framesEncoded"]?.doubleValue { totals.framesEncoded = frames }
            case "inbound-rtp":
                totals.bytesReceived += figure("bytesReceived") + figure("headerBytesReceived")
                totals.packetsReceived += figure("packetsReceived")
                totals.packetsLost += figure("packetsLost")
                totals.freezes += figure("freezeCount")
                if let frames = record["framesDecoded"]?.doubleValue { totals.framesDecoded = frames }
            case "cpu":
                for (name, value) in record.members { totals.cpu[name] = value.doubleValue }
            default: break
            }
        }
        return totals
    }
}

extension StatisticsSample {
    /// What a report tells of this very moment.
    fileprivate mutating func readGauges(_ report: [StatisticsRecord]) {
        let records = { (type: String) in report.filter { $0.type == type } }
        roundTripTime =
            (records("candidate-pair").compactMap { $0["currentRoundTripTime"]?.doubleValue }.first
            ?? records("remote-inbound-rtp").compactMap { $0["roundTripTime"]?.doubleValue }.first).map { $0 * 1000 }
        sentLoss = records("remote-inbound-rtp").compactMap { $0["fractionLost"]?.doubleValue }.max() ?? 0
        let inbound = records("inbound-rtp")
        glassToGlass = inbound.compactMap { $0["glassToGlass"]?.doubleValue }.first
        mouthToEar.capture = records("outbound-rtp").compactMap { $0["captureDelay"]?.doubleValue }.first
        mouthToEar.playout = inbound.compactMap { $0["playoutDelay"]?.doubleValue }.first
        mouthToEar.network = roundTripTime.map { $0 / 2 }
        let hasPictures = report.contains {
            $0["kind"] == "video" && ($0.type == "inbound-rtp" || $0.type == "outbound-rtp")
        }
        if hasPictures { cameraToScreen.network = mouthToEar.network }
    }
}
