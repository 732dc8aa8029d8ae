extension RTCPPacket {
    /// The packet as bytes, a multiple of four.
    package func serialized() -> [UInt8] {
        var bytes: [UInt8] = []
        switch self {
        case .senderReport(let ssrc, let info, let reports):
            Self.begin(&bytes, count: min(reports.count, 31), type: 200)
            bytes.write(ssrc)
            bytes.write(info.ntp)
            bytes.write(info.rtpTimestamp)
            bytes.write(info.packetCount)
            bytes.write(info.octetCount)
            Self.write(reports.prefix(31), to: &bytes)
        case .receiverReport(let ssrc, let reports):
            Self.begin(&bytes, count: min(reports.count, 31), type: 201)
            bytes.write(ssrc)
            Self.write(reports.prefix(31), to: &bytes)
        case .sourceDescription(let ssrc, let cname):
            Self.begin(&bytes, count: 1, type: 202)
            bytes.write(ssrc)
            let text = Array(cname.utf8.prefix(255))
            bytes += [1, UInt8(text.count)] + text + [0]
            bytes.pad(toMultipleOf: 4)
        case .goodbye(let sources):
            Self.begin(&bytes, count: min(sources.count, 31), type: 203)
            for source in sources.prefix(31) { bytes.write(source) }
        case .nack(let sender, let media, let lost):
            Self.begin(&bytes, count: 1, type: 205)
            bytes.write(sender)
            bytes.write(media)
            Self.writeLost(lost, to: &bytes)
        case .pictureLoss(let sender, let media):
            Self.begin(&bytes, count: 1, type: 206)
            bytes.write(sender)
            bytes.write(media)
        case .fullIntraRequest(let sender, let targets):
            Self.begin(&bytes, count: 4, type: 206)
            bytes.write(sender)
            bytes.write(UInt32(0))
            for target in targets {
                bytes.write(target.ssrc)
                bytes += [target.number, 0, 0, 0]
            }
        case .transportFeedback(let feedback):
            Self.begin(&bytes, count: 15, type: 205)
            feedback.write(to: &bytes)
        case .receiverEstimate(let sender, let bitrate):
            Self.begin(&bytes, count: 15, type: 206)
            bytes.write(sender)
            bytes.write(UInt32(0))
            bytes.write(UInt32(0x5245_4D42))
            let exponent = max(0, 64 - bitrate.leadingZeroBitCount - 18)
            bytes.append(0)
            bytes.writeUInt24(
                UInt32(exponent) << 18 | UInt32(truncatingIfNeeded: bitrate >> UInt64(exponent)) & 0x3FFFF)
        }
        bytes.patch(UInt16(truncatingIfNeeded: bytes.count / 4 - 1), at: 2)
        return bytes
    }

    private static func begin(_ bytes: inout [UInt8], count: Int, type: UInt8) {
        bytes += [0x80 | UInt8(count & 0x1F), type, 0, 0]
    }

    private static func write(_ reports: ArraySlice<ReceptionReport>, to bytes: inout [UInt8]) {
        for report in reports {
            bytes.write(report.ssrc)
            bytes.append(report.fractionLost)
            bytes.writeUInt24(UInt32(bitPattern: min(max(report.totalLost, -0x80_0000), 0x7F_FFFF)) & 0xFF_FFFF)
            bytes.write(report.highestSequence)
            bytes.write(report.jitter)
            bytes.write(report.lastSenderReport)
            bytes.write(report.delaySinceLastSenderReport)
        }
    }

    /// Packs lost numbers, in order, into pairs of a first one and a mask of the sixteen after it.
    private static func writeLost(_ lost: [UInt16], to bytes: inout [UInt8]) {
        var index = 0
        while index < lost.count {
            let first = lost[index]
            var mask: UInt16 = 0
            index += 1
            while index < lost.count, case let distance = lost[index] &- first, (1...16).contains(distance) {
                mask |= 1 << (distance - 1)
                index += 1
            }
            bytes.write(first)
            bytes.write(mask)
        }
    }
}
