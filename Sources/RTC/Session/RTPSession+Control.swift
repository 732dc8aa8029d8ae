import Wire

/// RTCP: reports out, reports and feedback in.
extension RTPSession {
    /// A decrypted RTCP datagram.
    package mutating func receiveRTCP(_ bytes: [UInt8], at now: Instant) {
        guard !isClosed, let packets = try? RTCPPacket.parse(bytes) else { return }
        for packet in packets {
            switch packet {
            case .senderReport(let ssrc, let info, let reports):
                if let mid = receivers.first(where: { $0.value.ssrc == ssrc })?.key {
                    receivers[mid]?.senderReport = (info, now)
                }
                for report in reports { take(report, at: now) }
            case .receiverReport(_, let reports):
                for report in reports { take(report, at: now) }
            case .goodbye(let sources):
                for (mid, receiver) in receivers where receiver.ssrc.map(sources.contains) ?? false {
                    events.append(.bye(mid: mid))
                }
            case .nack(_, let media, let lost): retransmit(lost, of: media, at: now)
            case .pictureLoss(_, let media):
                guard let mid = sender(of: media) else { continue }
                senders[mid]?.pliCount += 1
                events.append(.keyFrameRequested(mid: mid))
            case .fullIntraRequest(_, let targets):
                for target in targets { takeFullIntraRequest(target.ssrc, number: target.number) }
            case .transportFeedback:
                // The far side has decoded our transport-wide numbers, so it knows which section is which.
                for mid in senders.keys { senders[mid]?.isAcknowledged = true }
            case .sourceDescription, .receiverEstimate: break
            }
        }
    }

    private func sender(of ssrc: UInt32) -> String? { senders.first { $0.value.media.localSSRC == ssrc }?.key }

    /// A repeated number is the same request sent again (RFC 5104 §4.3.1.2).
    private mutating func takeFullIntraRequest(_ ssrc: UInt32, number: UInt8) {
        guard let mid = sender(of: ssrc), senders[mid]?.lastFIRNumber != number else { return }
        senders[mid]?.lastFIRNumber = number
        senders[mid]?.firCount += 1
        events.append(.keyFrameRequested(mid: mid))
    }

    private mutating func retransmit(_ lost: [UInt16], of ssrc: UInt32, at now: Instant) {
        guard let mid = sender(of: ssrc) else { return }
        senders[mid]?.nackCount += 1
        for number in lost.prefix(512) {
            guard let packet = senders[mid]?.retransmission(of: number, at: now, roundTrip: roundTrip) else { continue }
            pacer.enqueue(packet, .retransmission, at: now)
        }
    }

    private mutating func take(_ report: ReceptionReport, at now: Instant) {
        for mid in senders.keys where senders[mid]?.media.localRTXSSRC == report.ssrc {
            senders[mid]?.isRTXAcknowledged = true
        }
        guard let mid = sender(of: report.ssrc) else { return }
        senders[mid]?.isAcknowledged = true
        let rate = Double(senders[mid]?.codec?.clockRate ?? 90_000)
        var remote =
            senders[mid]?.remoteReport
            ?? RTPSender.RemoteReport(fractionLost: 0, totalLost: 0, jitter: 0, roundTripTime: nil)
        remote.fractionLost = Double(report.fractionLost) / 256
        remote.totalLost = Int(report.totalLost)
        remote.jitter = Double(report.jitter) / rate
        if report.lastSenderReport != 0 {
            let middle = UInt32(truncatingIfNeeded: ntp(at: now) >> 16)
            let units = middle &- report.lastSenderReport &- report.delaySinceLastSenderReport
            // A clock that seems to run backwards by a hair is a round trip of nearly nothing.
            let seconds = units > 0x8000_0000 ? 0.000_1 : Double(units) / 65_536
            if seconds < 60 {
                remote.roundTripTime = seconds
                remote.totalRoundTripTime += seconds
                remote.measurements += 1
                roundTrip = .microseconds(Int64(seconds * 1_000_000))
            }
        }
        senders[mid]?.remoteReport = remote
        events.append(.lossReport(mid: mid, fraction: remote.fractionLost))
    }

    func ntp(at now: Instant) -> UInt64 {
        let microseconds = UInt64(max(now.microseconds, 0))
        let seconds = microseconds / 1_000_000
        return ntpOffset &+ (seconds << 32 | ((microseconds % 1_000_000) << 32) / 1_000_000)
    }

    /// Sender and receiver reports of all sections, in one compound a sender.
    mutating func sendReports(at now: Instant) {
        let jitter = Double(Int64.random(in: -250...250, using: &random)) / 1000
        nextReport = now + .milliseconds(Int64((1 + jitter) * 1000))
        var reports: [ReceptionReport] = []
        for mid in order {
            if let report = receivers[mid]?.makeReport(at: now) { reports.append(report) }
        }
        var datagram: [UInt8] = []
        var speaker: UInt32?
        for mid in order {
            guard let sender = senders[mid], sender.packetsSent > 0 else { continue }
            let age = (now - sender.lastCapture).wholeMicroseconds
            let rate = Int64(sender.codec?.clockRate ?? 90_000)
            let info = SenderInfo(
                ntp: ntp(at: now),
                rtpTimestamp: sender.lastTimestamp &+ UInt32(truncatingIfNeeded: age * rate / 1_000_000),
                packetCount: UInt32(truncatingIfNeeded: sender.packetsSent),
                octetCount: UInt32(truncatingIfNeeded: sender.bytesSent))
            let ssrc = sender.media.localSSRC
            datagram += RTCPPacket.senderReport(ssrc: ssrc, info, speaker == nil ? reports : []).serialized()
            datagram += RTCPPacket.sourceDescription(ssrc: ssrc, cname: cname).serialized()
            speaker = ssrc
        }
        if speaker == nil, let mid = order.first, !reports.isEmpty {
            datagram += RTCPPacket.receiverReport(ssrc: reporter(mid), reports).serialized()
            datagram += RTCPPacket.sourceDescription(ssrc: reporter(mid), cname: cname).serialized()
        }
        if !datagram.isEmpty { control.append(datagram) }
    }

    mutating func sendTransportFeedback(at now: Instant) {
        guard let mid = order.first(where: { receivers[$0]?.media.extensions.transportWideCC != nil }),
            let feedback = feedbackLog.takeFeedback(sender: reporter(mid), at: now)
        else { return }
        sendFeedback(.transportFeedback(feedback), mid: mid)
    }
}
