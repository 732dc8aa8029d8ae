/// One report of a receiver on one sender (RFC 3550 §6.4.1).
package struct ReceptionReport: Hashable, Sendable {
    package var ssrc: UInt32
    /// Of the packets since the last report, in 256ths.
    package var fractionLost: UInt8
    /// Signed, 24 bits.
    package var totalLost: Int32
    package var highestSequence: UInt32
    /// RTP clock units.
    package var jitter: UInt32
    package var lastSenderReport: UInt32
    /// 1/65536 s.
    package var delaySinceLastSenderReport: UInt32

    package init(
        ssrc: UInt32, fractionLost: UInt8, totalLost: Int32, highestSequence: UInt32, jitter: UInt32,
        lastSenderReport: UInt32, delaySinceLastSenderReport: UInt32
    ) {
        self.ssrc = ssrc
        self.fractionLost = fractionLost
        self.totalLost = totalLost
        self.highestSequence = highestSequence
        self.jitter = jitter
        self.lastSenderReport = lastSenderReport
        self.delaySinceLastSenderReport = delaySinceLastSenderReport
    }
}

/// What a sender says of itself (RFC 3550 §6.4.1).
package struct SenderInfo: Hashable, Sendable {
    /// NTP 32.32.
    package var ntp: UInt64
    package var rtpTimestamp: UInt32
    package var packetCount: UInt32
    package var octetCount: UInt32

    package init(ntp: UInt64, rtpTimestamp: UInt32, packetCount: UInt32, octetCount: UInt32) {
        self.ntp = ntp
        self.rtpTimestamp = rtpTimestamp
        self.packetCount = packetCount
        self.octetCount = octetCount
    }
}

/// One packet of a compound (RFC 3550, RFC 4585, RFC 5104). What we do not know is left out when parsing.
package enum RTCPPacket: Hashable, Sendable {
    case senderReport(ssrc: UInt32, SenderInfo, [ReceptionReport])
    case receiverReport(ssrc: UInt32, [ReceptionReport])
    case sourceDescription(ssrc: UInt32, cname: String)
    case goodbye([UInt32])
    case nack(sender: UInt32, media: UInt32, lost: [UInt16])
    case pictureLoss(sender: UInt32, media: UInt32)
    case fullIntraRequest(sender: UInt32, targets: [(ssrc: UInt32, number: UInt8)])
    case transportFeedback(TransportFeedback)
    /// REMB (draft-alvestrand-rmcat-remb): bit/s.
    case receiverEstimate(sender: UInt32, bitrate: UInt64)

    package static func == (left: RTCPPacket, right: RTCPPacket) -> Bool { left.serialized() == right.serialized() }

    package func hash(into hasher: inout Hasher) { hasher.combine(serialized()) }
}

extension RTCPPacket {
    private static let packetsPerCompound = 64

    /// All packets of a compound or reduced-size datagram that we understand.
    ///
    /// - Throws: `WireError` when the framing is broken; a packet whose inside is broken is left out alone.
    package static func parse(_ bytes: [UInt8]) throws(WireError) -> [RTCPPacket] {
        var reader = ByteReader(bytes)
        var packets: [RTCPPacket] = []
        var count = 0
        while !reader.isAtEnd {
            count += 1
            guard count <= packetsPerCompound else { throw .tooMany("RTCP packets") }
            let first = try reader.readUInt8()
            guard first >> 6 == 2 else { throw .unsupported("RTCP version") }
            let type = try reader.readUInt8()
            let length = Int(try reader.readUInt16()) * 4
            var body = try reader.readBytes(length)
            if first & 0x20 != 0 {
                guard reader.isAtEnd, let padding = body.last, padding > 0, Int(padding) <= body.count else {
                    throw .malformed("RTCP padding")
                }
                body = body.dropLast(Int(padding))
            }
            if let packet = try? parse(type: type, count: Int(first & 0x1F), body: body) { packets.append(packet) }
        }
        return packets
    }

    private static func parse(type: UInt8, count: Int, body: ArraySlice<UInt8>) throws(WireError) -> RTCPPacket? {
        var reader = ByteReader(body)
        switch type {
        case 200:
            let ssrc = try reader.readUInt32()
            let info = SenderInfo(
                ntp: try reader.readUInt64(), rtpTimestamp: try reader.readUInt32(),
                packetCount: try reader.readUInt32(), octetCount: try reader.readUInt32())
            return .senderReport(ssrc: ssrc, info, try readReports(&reader, count: count))
        case 201: return .receiverReport(ssrc: try reader.readUInt32(), try readReports(&reader, count: count))
        case 202: return try parseDescription(&reader, count: count)
        case 203:
            var sources: [UInt32] = []
            for _ in 0..<count { sources.append(try reader.readUInt32()) }
            return .goodbye(sources)
        case 205: return try parseTransportFeedback(format: count, &reader)
        case 206: return try parsePayloadFeedback(format: count, &reader)
        default: return nil
        }
    }

    private static func readReports(_ reader: inout ByteReader, count: Int) throws(WireError) -> [ReceptionReport] {
        var reports: [ReceptionReport] = []
        for _ in 0..<count {
            let ssrc = try reader.readUInt32()
            let fraction = try reader.readUInt8()
            let lost = Int32(bitPattern: try reader.readUInt24() << 8) >> 8
            reports.append(
                ReceptionReport(
                    ssrc: ssrc, fractionLost: fraction, totalLost: lost, highestSequence: try reader.readUInt32(),
                    jitter: try reader.readUInt32(), lastSenderReport: try reader.readUInt32(),
                    delaySinceLastSenderReport: try reader.readUInt32()))
        }
        return reports
    }

    private static func parseDescription(_ reader: inout ByteReader, count: Int) throws(WireError) -> RTCPPacket? {
        guard count > 0 else { return nil }
        let ssrc = try reader.readUInt32()
        while true {
            let type = try reader.readUInt8()
            if type == 0 { return nil }
            let text = try reader.readBytes(Int(try reader.readUInt8()))
            if type == 1 { return .sourceDescription(ssrc: ssrc, cname: String(decoding: text, as: UTF8.self)) }
        }
    }

    private static func parseTransportFeedback(
        format: Int, _ reader: inout ByteReader
    ) throws(WireError) -> RTCPPacket? {
        let sender = try reader.readUInt32()
        let media = try reader.readUInt32()
        switch format {
        case 1:
            var lost: [UInt16] = []
            while reader.remaining >= 4, lost.count < 17 * 253 {
                let first = try reader.readUInt16()
                let mask = try reader.readUInt16()
                lost.append(first)
                for bit in 0..<16 where mask >> UInt16(bit) & 1 == 1 { lost.append(first &+ UInt16(bit + 1)) }
            }
            return .nack(sender: sender, media: media, lost: lost)
        case 15: return .transportFeedback(try TransportFeedback(sender: sender, media: media, &reader))
        default: return nil
        }
    }

    private static func parsePayloadFeedback(
        format: Int, _ reader: inout ByteReader
    ) throws(WireError) -> RTCPPacket? {
        let sender = try reader.readUInt32()
        let media = try reader.readUInt32()
        switch format {
        case 1: return .pictureLoss(sender: sender, media: media)
        case 4:
            var targets: [(ssrc: UInt32, number: UInt8)] = []
            while reader.remaining >= 8, targets.count < 64 {
                let ssrc = try reader.readUInt32()
                targets.append((ssrc, try reader.readUInt8()))
                try reader.skip(3)
            }
            return .fullIntraRequest(sender: sender, targets: targets)
        case 15:
            guard try reader.readUInt32() == 0x5245_4D42 else { return nil }
            try reader.skip(1)
            let packed = try reader.readUInt24()
            let exponent = packed >> 18
            let mantissa = UInt64(packed & 0x3FFFF)
            // 63 bits of exponent and 18 of mantissa can overflow: saturate.
            let bitrate = exponent > 45 ? UInt64.max >> 1 : mantissa << UInt64(exponent)
            return .receiverEstimate(sender: sender, bitrate: bitrate)
        default: return nil
        }
    }
}
