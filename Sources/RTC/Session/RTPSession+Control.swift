import Wire

/// RTCP that comes in.
extension RTPSession {
    /// Takes one decrypted RTCP datagram, compound or reduced-size (RFC 3550 §6.1, RFC 5506).
    package mutating func receiveRTCP(_ bytes: [UInt8], at now: Instant) {
        guard isReady, !isClosed else { return }
        guard let packets = try? RTCPPacket.parse(bytes) else {
            discardedPacketCount += 1
            return
        }
        for packet in packets { receive(packet, at: now) }
        sendFeedback(at: now)
        grantKeyFrames(at: now)
    }

    private mutating func receive(_ packet: RTCPPacket, at now: Instant) {
        switch packet {
        case .senderReport(let report):
            if let index = indexOfSource(report.ssrc) { sections[index].receiver.receive(report, at: now) }
            for block in report.reports { receive(block, at: now) }
        case .receiverReport(let report):
            for block in report.reports { receive(block, at: now) }
        case .sourceDescription(let description):
            for chunk in description.chunks {
                if let index = indexOfSource(chunk.ssrc) { sections[index].receiver.setName(chunk.cname) }
            }
        case .goodbye(let goodbye):
            for source in goodbye.sources { receiveGoodbye(source, at: now) }
        case .negativeAcknowledgement(let nack):
            if let index = indexOfSender(nack.mediaSSRC) {
                retransmit(nack.sequenceNumbers, section: index, at: now)
            }
        case .pictureLossIndication(let request):
            guard let index = indexOfSender(request.mediaSSRC) else { return }
            sections[index].sender?.counters.pliCount += 1
            requestedKeyFrame(index, at: now)
        case .fullIntraRequest(let request):
            for entry in request.entries { receive(entry, at: now) }
        case .transportFeedback(let feedback):
            receive(feedback, at: now)
        case .receiverEstimatedMaximumBitrate(let estimate):
            guard remoteBitrateLimit != estimate.bitrate else { return }
            remoteBitrateLimit = estimate.bitrate
            congestion?.setRemoteLimit(Double(estimate.bitrate))
            updateBitrates(at: now)
            emit(.remoteBitrateLimit(Int(clamping: estimate.bitrate)))
        case .extendedReport(let report):
            receive(report, at: now)
        }
    }

    // MARK: Reports

    private mutating func receive(_ block: ReportBlock, at now: Instant) {
        guard let index = sections.firstIndex(where: { $0.sender?.ssrc == block.ssrc }) else {
            for index in sections.indices { sections[index].sender?.acknowledge(block.ssrc) }
            return
        }
        let clockRate = sections[index].sender?.codec.clockRate ?? 90_000
        sections[index].sender?.acknowledge(block.ssrc)
        sections[index].sender?.remote.record(block, clockRate: clockRate)
        congestion?.receiveReport(fractionLost: Double(block.fractionLost) / 256, at: now)
        updateBitrates(at: now)
        if sections[index].sender?.loss.record(reported: Double(block.fractionLost) / 256) == true {
            followLoss(of: index)
        }
        guard block.lastSenderReport != 0 else { return }
        let span = ntpTime(at: now).compact &- block.lastSenderReport &- block.delaySinceLastSenderReport
        guard let measured = Self.roundTripTime(ofCompact: span) else { return }
        sections[index].sender?.remote.record(roundTripTime: measured)
        record(roundTripTime: measured)
    }

    /// Nil for what cannot be true. Clock rounding can make a very short one negative: that counts as the shortest.
    static func roundTripTime(ofCompact span: UInt32) -> Duration? {
        if Int32(bitPattern: span) <= 0 { return Int32(bitPattern: span) > -65_536 ? .microseconds(100) : nil }
        let microseconds = NTPTime.microseconds(ofCompact: span)
        return microseconds < 60_000_000 ? .microseconds(max(microseconds, 100)) : nil
    }

    mutating func record(roundTripTime measured: Duration) {
        let smoothed = roundTripTime.map { $0 * 7 / 8 + measured / 8 } ?? measured
        roundTripTime = smoothed
        emit(.roundTripTime(smoothed))
    }

    /// Tells a round trip measured elsewhere (ICE connectivity checks), for the time before the first report.
    package mutating func hintRoundTripTime(_ measured: Duration) {
        guard roundTripTime == nil, measured > .zero, measured < .seconds(60) else { return }
        roundTripTime = measured
    }

    private mutating func receive(_ report: ExtendedReport, at now: Instant) {
        if let time = report.receiverReferenceTime {
            referenceTimes.record(ssrc: report.senderSSRC, compact: time.compact, at: now)
        }
        for delay in report.delays where sections.contains(where: { $0.media.localSSRC == delay.ssrc }) {
            let span = ntpTime(at: now).compact &- delay.lastReceiverReport &- delay.delay
            if delay.lastReceiverReport != 0, let measured = Self.roundTripTime(ofCompact: span) {
                record(roundTripTime: measured)
            }
        }
    }

    private mutating func receiveGoodbye(_ ssrc: UInt32, at now: Instant) {
        guard let index = indexOfSource(ssrc) else { return }
        demultiplexer.retire(ssrc, at: now)
        emit(.bye(mid: sections[index].mid))
    }

    // MARK: Feedback on what we send

    private mutating func receive(_ entry: FullIntraRequest.Entry, at now: Instant) {
        guard let index = indexOfSender(entry.ssrc) else { return }
        sections[index].sender?.counters.firCount += 1
        if sections[index].sender?.isNewFullIntraRequest(entry.sequenceNumber) == true {
            requestedKeyFrame(index, at: now)
        }
    }

    private mutating func requestedKeyFrame(_ index: Int, at now: Instant) {
        guard sections[index].media.kind == .video else { return }
        // A key frame that still waits in the pacer answers the request as well as one on the way.
        let underway = (roundTripTime ?? .zero) + pacer.queueTime
        sections[index].sender?.throttle.request(at: now, underway: underway)
    }

    private mutating func receive(_ feedback: TransportFeedback, at now: Instant) {
        var last: UInt32?
        let results = sendLog.receive(feedback)
        for result in results where result.arrival != nil && result.ssrc != last {
            last = result.ssrc
            for index in sections.indices { sections[index].sender?.acknowledge(result.ssrc) }
        }
        for index in sections.indices {
            guard let ssrc = sections[index].sender?.ssrc,
                sections[index].sender?.loss.record(results, ssrc: ssrc, at: now) == true
            else { continue }
            followLoss(of: index)
        }
        receiveCongestionFeedback(results, at: now)
    }

    /// Protects the stream as its loss asks for, and tells.
    private mutating func followLoss(of index: Int) {
        guard let fraction = sections[index].sender?.loss.fraction else { return }
        sections[index].sender?.follow(loss: fraction, roundTripTime: roundTripTime)
        emit(.lossReport(mid: sections[index].mid, fraction: fraction))
    }

    private func indexOfSource(_ ssrc: UInt32) -> Int? { sections.firstIndex { $0.receiver.ssrc == ssrc } }

    private func indexOfSender(_ ssrc: UInt32) -> Int? { sections.firstIndex { $0.sender?.ssrc == ssrc } }
}
