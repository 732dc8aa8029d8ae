import Media
import RTC
import Synchronization
import Transport

/// The call's figures: those of the network, completed by those of the devices and codecs.
extension MediaSession {
    /// W3C webrtc-stats dictionaries; empty before the first description.
    package func statistics() async -> [StatisticsRecord] {
        guard let transport = state.withLock({ $0.transport }),
            var records = try? await transport.perform({ peer, now in peer.statistics(at: now) })
        else { return [] }
        for index in records.indices where isCompletable(records[index]) {
            switch (records[index].type, records[index]["kind"]) {
            case ("inbound-rtp", .text("video")): completeInboundVideo(&records[index])
            case ("inbound-rtp", .text("audio")): completeInboundAudio(&records[index])
            case ("outbound-rtp", .text("video")): completeOutboundVideo(&records[index])
            case ("outbound-rtp", .text("audio")): completeOutboundAudio(&records[index])
            default: break
            }
        }
        records.append(engineRecord)
        return records
    }

    /// Of several pictures that come in, only one is decoded.
    private func isCompletable(_ record: StatisticsRecord) -> Bool {
        guard record.type == "inbound-rtp",
            let kind = MediaKind.allCases.first(where: { record["kind"] == .text($0.rawValue) })
        else { return true }
        let mid = state.withLock { state in
            state.receivingSection(kind) ?? state.media.first { $0.kind == kind }?.mid
        }
        return mid.map { record["mid"] == .text($0) } ?? true
    }

    private func completeInboundVideo(_ record: inout StatisticsRecord) {
        guard let figures = state.withLock({ $0.videoReceiving })?.statistics else { return }
        record["framesDecoded"] = .integer(Int64(figures.framesDecoded))
        record["framesDropped"] = .integer(Int64(figures.framesDropped))
        record["keyFramesDecoded"] = .integer(Int64(figures.keyFramesDecoded))
        record["totalDecodeTime"] = .number(figures.totalDecodeTime)
        record["totalProcessingDelay"] = .number(figures.totalProcessingDelay)
        record["frameWidth"] = .integer(Int64(figures.frameWidth))
        record["frameHeight"] = .integer(Int64(figures.frameHeight))
        record["freezeCount"] = .integer(Int64(figures.freezeCount))
        record["totalFreezesDuration"] = .number(figures.totalFreezesDuration)
        record["totalInterFrameDelay"] = .number(figures.totalInterFrameDelay)
        if figures.totalInterFrameDelay > 0 {
            record["framesPerSecond"] = .number(Double(figures.framesDecoded - 1) / figures.totalInterFrameDelay)
        }
        if let delay = figures.glassToGlass { record["glassToGlass"] = .number(delay) }
    }

    private func completeInboundAudio(_ record: inout StatisticsRecord) {
        let (receiving, source) = state.withLock { ($0.audioReceiving, $0.audioSource) }
        guard let figures = receiving?.statistics, let buffer = source?.snapshot else { return }
        record["totalAudioEnergy"] = .number(figures.totalAudioEnergy)
        record["totalSamplesDuration"] = .number(figures.totalSamplesDuration)
        record["totalSamplesReceived"] = .integer(Int64(figures.totalSamplesReceived))
        record["audioLevel"] = .number(figures.audioLevel)
        record["concealedSamples"] = .integer(Int64(buffer.concealedSamples))
        record["silentConcealedSamples"] = .integer(Int64(buffer.silentConcealedSamples))
        record["concealmentEvents"] = .integer(Int64(buffer.concealmentEvents))
        record["insertedSamplesForDeceleration"] = .integer(Int64(figures.insertedSamplesForDeceleration))
        record["removedSamplesForAcceleration"] = .integer(Int64(figures.removedSamplesForAcceleration))
        record["packetsDiscarded"] = .integer(Int64(buffer.packetsDiscarded))
        // What the network side counts came in packets of their own form; Opus' own error correction shows only here.
        let copies = Int64(record["fecPacketsReceived"]?.doubleValue ?? 0)
        record["fecPacketsReceived"] = .integer(copies + Int64(buffer.packetsRecovered))
        record["jitterBufferDelay"] = .number(buffer.jitterBufferDelay)
        record["jitterBufferTargetDelay"] = .number(buffer.jitterBufferTargetDelay)
        record["jitterBufferEmittedCount"] = .integer(Int64(buffer.jitterBufferEmittedCount))
        // Of W3C's, but there only for pictures.
        record["packetsDecoded"] = .integer(Int64(figures.packetsDecoded))
        record["totalDecodeTime"] = .number(figures.totalDecodeTime)
        if let receiving { record["playoutDelay"] = .number(receiving.playoutDelay) }
    }

    private func completeOutboundAudio(_ record: inout StatisticsRecord) {
        guard let sending = state.withLock({ $0.audioSending }), let delay = sending.captureDelay else { return }
        record["captureDelay"] = .number(delay)
        let figures = sending.statistics
        record["packetsEncoded"] = .integer(Int64(figures.packetsEncoded))
        record["totalEncodeTime"] = .number(figures.totalEncodeTime)
        // Of W3C's `media-source`, which has nothing else to tell here.
        guard let echo = sending.echo else { return }
        record["echoReturnLoss"] = .integer(Int64(echo.returnLoss))
        record["echoReturnLossEnhancement"] = .integer(Int64(echo.returnLossEnhancement))
    }

    private func completeOutboundVideo(_ record: inout StatisticsRecord) {
        guard let figures = state.withLock({ $0.videoSending })?.statistics else { return }
        record["framesEncoded"] = .integer(Int64(figures.framesEncoded))
        record["keyFramesEncoded"] = .integer(Int64(figures.keyFramesEncoded))
        record["totalEncodeTime"] = .number(figures.totalEncodeTime)
        record["totalCaptureDelay"] = .number(figures.totalCaptureDelay)
        record["qpSum"] = .integer(Int64(figures.qpSum))
        record["frameWidth"] = .integer(Int64(figures.frameWidth))
        record["frameHeight"] = .integer(Int64(figures.frameHeight))
        record["framesPerSecond"] = .number(figures.framesPerSecond)
        record["qualityLimitationReason"] = .text(figures.qualityLimitationReason.rawValue)
        var durations = figures.qualityLimitationDurations.map { ($0.key.rawValue, $0.value) }
        durations.append(("other", 0))
        record["qualityLimitationDurations"] = .record(Dictionary(durations) { first, _ in first })
        record["qualityLimitationResolutionChanges"] = .integer(Int64(figures.qualityLimitationResolutionChanges))
    }

    /// CPU seconds of the whole engine by stage; not of W3C's, so under a type of its own.
    private var engineRecord: StatisticsRecord {
        var record = StatisticsRecord(type: "cpu", id: "cpu")
        for stage in CPUUsage.Stage.allCases {
            record["\(stage)Seconds"] = .number(engine.usage.seconds(of: stage))
        }
        record["encoders"] = .integer(Int64(engine.encoderCount))
        return record
    }
}
