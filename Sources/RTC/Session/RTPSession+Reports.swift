import Wire

/// RTCP that goes out.
extension RTPSession {
    /// Asks the far side for a key frame (RFC 4585 PLI): the decoder failed, or someone has just begun to watch. Not
    /// more than five a second leave, whoever asks.
    package mutating func requestKeyFrame(mid: String, at now: Instant) {
        guard let index = index(of: mid), sections[index].media.kind == .video else { return }
        sections[index].receiver.requester.want(at: now)
        sendFeedback(at: now)
    }

    /// Lost packets in one NACK: even scattered ones then fit one datagram.
    private static let maximumNACKCount = 250

    /// NACK, PLI and transport-wide feedback that is due.
    mutating func sendFeedback(at now: Instant) {
        guard isReady, !isClosed else { return }
        var packets: [RTCPPacket] = []
        let rtt = roundTripTime
        for index in sections.indices {
            guard sections[index].media.direction.receives, sections[index].media.kind == .video,
                let source = sections[index].receiver.ssrc
            else { continue }
            let sender = sections[index].media.localSSRC
            let missing = sections[index].receiver.missingPackets(roundTripTime: rtt, at: now)
            for start in stride(from: 0, to: missing.count, by: Self.maximumNACKCount) {
                let part = Array(missing[start..<min(start + Self.maximumNACKCount, missing.count)])
                packets.append(
                    .negativeAcknowledgement(
                        NegativeAcknowledgement(senderSSRC: sender, mediaSSRC: source, sequenceNumbers: part)))
            }
            if sections[index].receiver.shouldRequestKeyFrame(roundTripTime: rtt, at: now) {
                sections[index].receiver.counters.pliCount += 1
                packets.append(
                    .pictureLossIndication(PictureLossIndication(senderSSRC: sender, mediaSSRC: source)))
            }
        }
        if let due = arrivalLog.nextTimeout, due <= now { packets += transportFeedback(at: now) }
        guard !packets.isEmpty else { return }
        if sections.contains(where: { !$0.media.reducedSizeRTCP }) { packets = compound(before: packets) }
        enqueueControl(packets)
    }

    private mutating func transportFeedback(at now: Instant) -> [RTCPPacket] {
        let section = sections.first { $0.usesTransportWideCC } ?? sections.first
        let source = sections.lazy.compactMap(\.receiver.ssrc).first ?? 0
        return arrivalLog.makeFeedback(senderSSRC: section?.media.localSSRC ?? 1, mediaSSRC: source, at: now)
            .map(RTCPPacket.transportFeedback)
    }

    /// Without RFC 5506 every datagram starts with a report and holds a CNAME (RFC 3550 §6.1).
    private func compound(before packets: [RTCPPacket]) -> [RTCPPacket] {
        let ssrc = sections.first?.media.localSSRC ?? 1
        return [
            .receiverReport(ReceiverReport(ssrc: ssrc, reports: [])),
            .sourceDescription(SourceDescription(chunks: [SourceDescription.Chunk(ssrc: ssrc, cname: cname)])),
        ] + packets
    }

    // MARK: Regular reports

    /// SR or RR with SDES for the sections whose time has come: each second for video, each five for audio, but sooner
    /// at first, so that round-trip time and lip-sync are known early.
    mutating func sendDueReports(at now: Instant) {
        guard isReady, !isClosed else { return }
        var packets: [RTCPPacket] = []
        var chunks: [SourceDescription.Chunk] = []
        // Sections due within the next 100 ms go along: one datagram instead of two.
        guard sections.contains(where: { $0.nextReport.map { $0 <= now } ?? false }) else { return }
        let horizon = now + .milliseconds(100)
        for index in sections.indices {
            guard let due = sections[index].nextReport, due <= horizon else { continue }
            sections[index].nextReport = now + reportInterval(sections[index])
            sections[index].reportCount += 1
            packets.append(report(on: index, at: now))
            chunks.append(SourceDescription.Chunk(ssrc: sections[index].media.localSSRC, cname: cname))
        }
        packets.append(.sourceDescription(SourceDescription(chunks: chunks)))
        if let extended = extendedReport(at: now) { packets.append(.extendedReport(extended)) }
        enqueueControl(packets)
    }

    private mutating func report(on index: Int, at now: Instant) -> RTCPPacket {
        let blocks = sections[index].receiver.reportBlocks(at: now)
        if sections[index].sender?.isActive == true,
            let report = sections[index].sender?.senderReport(ntpTime: ntpTime(at: now), reports: blocks, at: now)
        {
            return .senderReport(report)
        }
        return .receiverReport(ReceiverReport(ssrc: sections[index].media.localSSRC, reports: blocks))
    }

    /// Spread by half to both sides (RFC 3550 §6.2), so that the reports of many peers do not beat together.
    private mutating func reportInterval(_ section: MediaSection) -> Duration {
        let mean: Int64 = section.media.kind == .video || section.reportCount < 3 ? 1_000_000 : 5_000_000
        return .microseconds(mean / 2 + Int64(random.next() % UInt64(mean)))
    }

    /// Answers to RRTR (RFC 3611 §4.5), and an RRTR of our own when nothing is sent: a receiver has no other way to
    /// learn the round-trip time.
    private mutating func extendedReport(at now: Instant) -> ExtendedReport? {
        let answers = referenceTimes.takeAnswers(at: now)
        let sends = sections.contains { $0.sender?.isActive == true }
        guard let ssrc = sections.first?.media.localSSRC, !answers.isEmpty || !sends else { return nil }
        return ExtendedReport(
            senderSSRC: ssrc, receiverReferenceTime: sends ? nil : ntpTime(at: now), delays: answers)
    }

    /// A last report, with BYE for every stream of ours (RFC 3550 §6.6).
    mutating func sendGoodbye(at now: Instant) {
        guard let first = sections.first else { return }
        var packets = [report(on: 0, at: now)]
        packets.append(
            .sourceDescription(
                SourceDescription(chunks: [SourceDescription.Chunk(ssrc: first.media.localSSRC, cname: cname)])))
        let sources = sections.flatMap { section in
            [section.sender?.ssrc, section.sender?.rtxSSRC].compactMap(\.self)
        }
        if !sources.isEmpty { packets.append(.goodbye(Goodbye(sources: Array(sources.prefix(31))))) }
        enqueueControl(packets)
    }

    /// Splits what does not fit one datagram; the packets of a list stay in order.
    private mutating func enqueueControl(_ packets: [RTCPPacket]) {
        var bytes = RTCPPacket.serialize([])
        for packet in packets {
            let start = bytes.count
            packet.write(to: &bytes)
            guard bytes.count > RTPSender.maximumDatagramByteCount - 40, start > 0 else { continue }
            let rest = Array(bytes[start...])
            bytes.removeLast(bytes.count - start)
            enqueueControl(bytes)
            bytes = rest
        }
        enqueueControl(bytes)
    }

    private mutating func enqueueControl(_ bytes: [UInt8]) {
        guard !bytes.isEmpty, control.count < Self.maximumControlQueueCount else { return }
        control.append(OutgoingPacket(bytes: bytes, isRTCP: true))
    }
}
