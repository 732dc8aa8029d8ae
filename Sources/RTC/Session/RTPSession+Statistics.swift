import Wire

/// W3C webrtc-stats of the RTP part.
extension RTPSession {
    /// `inbound-rtp`, `outbound-rtp`, `remote-inbound-rtp`, `remote-outbound-rtp` and `codec` of every section that has
    /// them. What decoders and jitter buffers know is for their owners to add.
    package func statistics(at now: Instant) -> [StatisticsRecord] {
        var records: [StatisticsRecord] = []
        for section in sections {
            for codec in section.media.codecs {
                records.append(Self.codecRecord(codec, section))
                if codec.redPayloadType == section.receiver.lastPayloadType, codec.redPayloadType != nil {
                    records.append(Self.redundancyRecord(codec, section))
                }
            }
            if let sender = section.sender, sender.counters.packetsSent > 0 {
                records.append(Self.outbound(sender, section))
                if sender.remote.reportCount > 0 { records.append(Self.remoteInbound(sender, section)) }
            }
            if section.receiver.ssrc != nil {
                records.append(inbound(section))
                if let report = section.receiver.remote { records.append(remoteOutbound(report, section)) }
            }
        }
        return records
    }

    private static func codecID(_ section: MediaSection, _ payloadType: UInt8?) -> String {
        "codec-\(section.mid)-\(payloadType ?? section.media.codecs.first?.payloadType ?? 0)"
    }

    private static func codecRecord(_ codec: NegotiatedCodec, _ section: MediaSection) -> StatisticsRecord {
        var record = StatisticsRecord(type: "codec", id: codecID(section, codec.payloadType))
        record["payloadType"] = .integer(Int64(codec.payloadType))
        // The name as IANA writes it: VP8, but opus.
        let name = codec.name.hasPrefix("vp") || codec.name.hasPrefix("h26") ? codec.name.uppercased() : codec.name
        record["mimeType"] = .text("\(section.media.kind.rawValue)/\(name)")
        record["clockRate"] = .integer(Int64(codec.clockRate))
        record["transportId"] = "transport"
        if section.media.kind == .audio { record["channels"] = .integer(Int64(codec.channels)) }
        if !codec.parameters.isEmpty {
            record["sdpFmtpLine"] = .text(
                codec.parameters.sorted { $0.key < $1.key }
                    .map { $0.key.isEmpty ? $0.value : "\($0.key)=\($0.value)" }.joined(separator: ";"))
        }
        return record
    }

    private static func redundancyRecord(_ codec: NegotiatedCodec, _ section: MediaSection) -> StatisticsRecord {
        var form = codec
        form.name = "red"
        form.payloadType = codec.redPayloadType ?? 0
        form.parameters = ["": "\(codec.payloadType)/\(codec.payloadType)"]
        return codecRecord(form, section)
    }

    private static func stream(
        _ type: String, _ section: MediaSection, ssrc: UInt32, payloadType: UInt8?
    ) -> StatisticsRecord {
        var record = StatisticsRecord(type: type, id: "\(type)-\(section.mid)")
        record["ssrc"] = .integer(Int64(ssrc))
        record["kind"] = .text(section.media.kind.rawValue)
        record["mid"] = .text(section.mid)
        record["transportId"] = "transport"
        record["codecId"] = .text(codecID(section, payloadType))
        return record
    }

    private static func outbound(_ sender: RTPSender, _ section: MediaSection) -> StatisticsRecord {
        var record = stream("outbound-rtp", section, ssrc: sender.ssrc, payloadType: sender.codec.payloadType)
        let counters = sender.counters
        record["packetsSent"] = .integer(counters.packetsSent)
        record["bytesSent"] = .integer(counters.bytesSent)
        record["headerBytesSent"] = .integer(counters.headerBytesSent)
        record["retransmittedPacketsSent"] = .integer(counters.retransmittedPacketsSent)
        record["totalPacketSendDelay"] = .number(counters.totalPacketSendDelay.inSeconds)
        record["retransmittedBytesSent"] = .integer(counters.retransmittedBytesSent)
        record["nackCount"] = .integer(counters.nackCount)
        record["active"] = .flag(sender.isActive)
        if sender.remote.reportCount > 0 { record["remoteId"] = .text("remote-inbound-rtp-\(section.mid)") }
        if sender.codec.redPayloadType != nil {
            record["redundantPacketsSent"] = .integer(counters.redundantPacketsSent)
        }
        guard section.media.kind == .video else { return record }
        if let rtxSSRC = sender.rtxSSRC { record["rtxSsrc"] = .integer(Int64(rtxSSRC)) }
        record["paddingPacketsSent"] = .integer(counters.paddingPacketsSent)
        if let target = section.targetBitrate {
            record["targetBitrate"] = .integer(Int64(target))
            // What the processor limits is for the encoder's owner to say.
            record["qualityLimitationReason"] = target < section.videoBounds.ceiling ? "bandwidth" : "none"
        }
        if sender.protectionTypes != nil {
            record["fecPacketsSent"] = .integer(counters.fecPacketsSent)
            record["fecBytesSent"] = .integer(counters.fecBytesSent)
        }
        record["framesSent"] = .integer(counters.framesSent)
        record["keyFramesSent"] = .integer(counters.keyFramesSent)
        record["pliCount"] = .integer(counters.pliCount)
        record["firCount"] = .integer(counters.firCount)
        record["framesDroppedByPacer"] = .integer(counters.framesDropped)
        return record
    }

    private static func remoteInbound(_ sender: RTPSender, _ section: MediaSection) -> StatisticsRecord {
        var record = stream("remote-inbound-rtp", section, ssrc: sender.ssrc, payloadType: sender.codec.payloadType)
        let remote = sender.remote
        record["localId"] = .text("outbound-rtp-\(section.mid)")
        record["packetsLost"] = .integer(remote.packetsLost)
        record["fractionLost"] = .number(remote.fractionLost)
        record["jitter"] = .number(remote.jitter)
        record["totalRoundTripTime"] = .number(remote.totalRoundTripTime.inSeconds)
        record["roundTripTimeMeasurements"] = .integer(remote.roundTripTimeMeasurements)
        if let roundTripTime = remote.roundTripTime { record["roundTripTime"] = .number(roundTripTime.inSeconds) }
        return record
    }

    private func inbound(_ section: MediaSection) -> StatisticsRecord {
        let receiver = section.receiver
        var record = Self.stream(
            "inbound-rtp", section, ssrc: receiver.ssrc ?? 0, payloadType: receiver.lastPayloadType)
        let counters = receiver.counters
        record["packetsReceived"] = .integer(counters.packetsReceived)
        record["bytesReceived"] = .integer(counters.bytesReceived)
        record["headerBytesReceived"] = .integer(counters.headerBytesReceived)
        record["packetsLost"] = .integer(receiver.reception.cumulativeLost)
        record["jitter"] = .number(receiver.reception.jitter)
        record["nackCount"] = .integer(counters.nackCount)
        record["retransmittedPacketsReceived"] = .integer(counters.retransmittedPacketsReceived)
        record["retransmittedBytesReceived"] = .integer(counters.retransmittedBytesReceived)
        if let time = receiver.lastPacket {
            record["lastPacketReceivedTimestamp"] = .number(Double(time.microseconds) / 1000)
        }
        if receiver.remote != nil { record["remoteId"] = .text("remote-outbound-rtp-\(section.mid)") }
        if section.media.kind == .audio {
            record["fecPacketsReceived"] = .integer(counters.fecPacketsReceived)
            record["fecPacketsDiscarded"] = .integer(counters.fecPacketsDiscarded)
            record["fecBytesReceived"] = .integer(counters.fecBytesReceived)
        }
        guard section.media.kind == .video else { return record }
        if let rtxSSRC = receiver.rtxSSRC { record["rtxSsrc"] = .integer(Int64(rtxSSRC)) }
        if section.media.protection != nil {
            record["fecPacketsReceived"] = .integer(counters.fecPacketsReceived)
            record["fecBytesReceived"] = .integer(counters.fecBytesReceived)
            record["fecPacketsDiscarded"] = .integer(receiver.protection.discardedCount)
            record["fecPacketsRecovered"] = .integer(counters.fecPacketsRecovered)
        }
        record["framesReceived"] = .integer(counters.framesReceived)
        record["keyFramesReceived"] = .integer(counters.keyFramesReceived)
        record["framesAssembledFromMultiplePackets"] = .integer(counters.framesAssembledFromMultiplePackets)
        record["totalAssemblyTime"] = .number(counters.totalAssemblyTime.inSeconds)
        record["jitterBufferDelay"] = .number(counters.jitterBufferDelay.inSeconds)
        record["jitterBufferEmittedCount"] = .integer(counters.jitterBufferEmittedCount)
        record["framesDroppedIncomplete"] = .integer(receiver.assembler.droppedCount)
        record["pliCount"] = .integer(counters.pliCount)
        record["firCount"] = 0
        record["lipSyncHold"] = .number(receiver.lipSync.hold.inSeconds)
        return record
    }

    private func remoteOutbound(_ report: SenderReport, _ section: MediaSection) -> StatisticsRecord {
        var record = Self.stream(
            "remote-outbound-rtp", section, ssrc: report.ssrc, payloadType: section.receiver.lastPayloadType)
        record["localId"] = .text("inbound-rtp-\(section.mid)")
        record["packetsSent"] = .integer(Int64(report.packetCount))
        record["bytesSent"] = .integer(Int64(report.octetCount))
        record["reportsSent"] = .integer(section.receiver.remoteReportCount)
        // Milliseconds since 1970 by the sender's clock; the NTP era begins 70 years earlier.
        let sinceEpoch = report.ntpTime.microseconds(since: NTPTime(2_208_988_800 << 32))
        record["remoteTimestamp"] = .number(Double(sinceEpoch) / 1000)
        return record
    }
}
