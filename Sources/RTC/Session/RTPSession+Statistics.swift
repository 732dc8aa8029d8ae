import Wire

/// Figures by the identifiers of W3C webrtc-stats.
extension RTPSession {
    package func statistics(at now: Instant) -> [StatisticsRecord] {
        var records: [StatisticsRecord] = []
        for mid in order {
            if let sender = senders[mid] { records += Self.records(of: sender) }
            if let receiver = receivers[mid] { records += Self.records(of: receiver) }
        }
        return records
    }

    private static func codecRecord(_ media: NegotiatedMedia, _ codec: NegotiatedCodec) -> StatisticsRecord {
        var record = StatisticsRecord(type: "codec", id: "codec-\(media.mid)-\(codec.payloadType)")
        record["payloadType"] = .integer(Int64(codec.payloadType))
        record["mimeType"] = .text("\(media.kind.rawValue)/\(codec.name == "vp8" ? "VP8" : codec.name)")
        record["clockRate"] = .integer(Int64(codec.clockRate))
        if media.kind == .audio { record["channels"] = .integer(Int64(codec.channels)) }
        return record
    }

    private static func records(of sender: RTPSender) -> [StatisticsRecord] {
        let media = sender.media
        var outbound = StatisticsRecord(type: "outbound-rtp", id: "outbound-\(media.mid)")
        outbound["kind"] = .text(media.kind.rawValue)
        outbound["mid"] = .text(media.mid)
        outbound["ssrc"] = .integer(Int64(media.localSSRC))
        outbound["packetsSent"] = .integer(Int64(sender.packetsSent))
        outbound["bytesSent"] = .integer(Int64(sender.bytesSent))
        outbound["headerBytesSent"] = .integer(Int64(sender.headerBytesSent))
        outbound["retransmittedPacketsSent"] = .integer(Int64(sender.retransmittedPacketsSent))
        outbound["retransmittedBytesSent"] = .integer(Int64(sender.retransmittedBytesSent))
        outbound["nackCount"] = .integer(Int64(sender.nackCount))
        if media.kind == .video {
            outbound["framesSent"] = .integer(Int64(sender.framesSent))
            outbound["keyFramesSent"] = .integer(Int64(sender.keyFramesSent))
            outbound["pliCount"] = .integer(Int64(sender.pliCount))
            outbound["firCount"] = .integer(Int64(sender.firCount))
        }
        var records = [outbound]
        if let codec = sender.codec {
            records[0]["codecId"] = .text("codec-\(media.mid)-\(codec.payloadType)")
            records.append(codecRecord(media, codec))
        }
        guard let remote = sender.remoteReport else { return records }
        var inbound = StatisticsRecord(type: "remote-inbound-rtp", id: "remote-inbound-\(media.mid)")
        inbound["kind"] = .text(media.kind.rawValue)
        inbound["ssrc"] = .integer(Int64(media.localSSRC))
        inbound["localId"] = .text("outbound-\(media.mid)")
        inbound["packetsLost"] = .integer(Int64(remote.totalLost))
        inbound["fractionLost"] = .number(remote.fractionLost)
        inbound["jitter"] = .number(remote.jitter)
        inbound["totalRoundTripTime"] = .number(remote.totalRoundTripTime)
        inbound["roundTripTimeMeasurements"] = .integer(Int64(remote.measurements))
        if let roundTrip = remote.roundTripTime { inbound["roundTripTime"] = .number(roundTrip) }
        return records + [inbound]
    }

    private static func records(of receiver: RTPReceiver) -> [StatisticsRecord] {
        guard let ssrc = receiver.ssrc, receiver.packetsReceived > 0 else { return [] }
        let media = receiver.media
        let rate = Double(media.codecs.first?.clockRate ?? 90_000)
        var inbound = StatisticsRecord(type: "inbound-rtp", id: "inbound-\(media.mid)")
        inbound["kind"] = .text(media.kind.rawValue)
        inbound["mid"] = .text(media.mid)
        inbound["ssrc"] = .integer(Int64(ssrc))
        inbound["packetsReceived"] = .integer(Int64(receiver.packetsReceived))
        inbound["bytesReceived"] = .integer(Int64(receiver.bytesReceived))
        inbound["headerBytesReceived"] = .integer(Int64(receiver.headerBytesReceived))
        inbound["packetsLost"] = .integer(Int64(receiver.totalLost))
        inbound["packetsDiscarded"] = .integer(Int64(receiver.packetsDiscarded))
        inbound["jitter"] = .number(receiver.jitter / rate)
        inbound["retransmittedPacketsReceived"] = .integer(Int64(receiver.retransmittedPacketsReceived))
        if let last = receiver.lastPacket {
            inbound["lastPacketReceivedTimestamp"] = .number(Double(last.microseconds) / 1000)
        }
        if media.kind == .video {
            inbound["nackCount"] = .integer(Int64(receiver.nackCount))
            inbound["pliCount"] = .integer(Int64(receiver.pliCount))
            inbound["framesReceived"] = .integer(Int64(receiver.framesReceived))
            inbound["keyFramesReceived"] = .integer(Int64(receiver.keyFramesReceived))
        }
        if let codec = media.codecs.first { inbound["codecId"] = .text("codec-\(media.mid)-\(codec.payloadType)") }
        guard let report = receiver.senderReport else { return [inbound] }
        var outbound = StatisticsRecord(type: "remote-outbound-rtp", id: "remote-outbound-\(media.mid)")
        outbound["kind"] = .text(media.kind.rawValue)
        outbound["ssrc"] = .integer(Int64(ssrc))
        outbound["localId"] = .text("inbound-\(media.mid)")
        outbound["packetsSent"] = .integer(Int64(report.info.packetCount))
        outbound["bytesSent"] = .integer(Int64(report.info.octetCount))
        return [inbound, outbound]
    }
}
