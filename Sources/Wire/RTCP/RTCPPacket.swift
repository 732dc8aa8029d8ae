/// One RTCP packet out of a compound (RFC 3550 §6, RFC 4585, RFC 3611).
package enum RTCPPacket: Hashable, Sendable {
    case senderReport(SenderReport)
    case receiverReport(ReceiverReport)
    case sourceDescription(SourceDescription)
    case goodbye(Goodbye)
    case negativeAcknowledgement(NegativeAcknowledgement)
    case transportFeedback(TransportFeedback)
    case pictureLossIndication(PictureLossIndication)
    case fullIntraRequest(FullIntraRequest)
    case receiverEstimatedMaximumBitrate(ReceiverEstimatedMaximumBitrate)
    case extendedReport(ExtendedReport)

    /// Packets read out of one datagram at most; the smallest takes four bytes.
    package static let maximumCompoundCount = 128

    /// Reads one decrypted datagram: a compound packet, or a reduced-size one (RFC 5506), as both are accepted.
    ///
    /// A packet of an unknown type (APP among them), or one whose own contents are damaged, is left out and the rest
    /// still read: its length says where the next begins. Throws when that chain itself is broken: a wrong version, a
    /// length past the end, padding anywhere but in the last packet, or more than `maximumCompoundCount` packets.
    package static func parse(_ bytes: [UInt8]) throws(WireError) -> [RTCPPacket] {
        var reader = ByteReader(bytes)
        var packets: [RTCPPacket] = []
        var count = 0
        repeat {
            count += 1
            guard count <= maximumCompoundCount else { throw .tooMany("RTCP packets") }
            let first = try reader.readUInt8()
            guard first >> 6 == 2 else { throw .unsupported("RTCP version") }
            let type = try reader.readUInt8()
            var body = try reader.readBytes(Int(try reader.readUInt16()) * 4)
            if first & 0x20 != 0 {
                guard reader.isAtEnd, let padding = body.last, padding > 0, Int(padding) <= body.count else {
                    throw .malformed("RTCP padding")
                }
                body = body.dropLast(Int(padding))
            }
            if let packet = try? parse(type: type, countOrFormat: first & 0x1F, body: body) { packets.append(packet) }
        } while !reader.isAtEnd
        return packets
    }

    private static func parse(
        type: UInt8, countOrFormat: UInt8, body: ArraySlice<UInt8>
    ) throws(WireError) -> RTCPPacket? {
        var reader = ByteReader(body)
        let count = Int(countOrFormat)
        switch type {
        case 200: return .senderReport(try SenderReport(parsing: &reader, reportCount: count))
        case 201: return .receiverReport(try ReceiverReport(parsing: &reader, reportCount: count))
        case 202: return .sourceDescription(try SourceDescription(parsing: &reader, chunkCount: count))
        case 203: return .goodbye(try Goodbye(parsing: &reader, sourceCount: count))
        case 205, 206: return try parseFeedback(type: type, format: countOrFormat, &reader)
        case 207: return .extendedReport(try ExtendedReport(parsing: &reader))
        default: return nil
        }
    }

    private static func parseFeedback(
        type: UInt8, format: UInt8, _ reader: inout ByteReader
    ) throws(WireError) -> RTCPPacket? {
        let sender = try reader.readUInt32()
        let media = try reader.readUInt32()
        switch (type, format) {
        case (205, 1):
            return .negativeAcknowledgement(
                try NegativeAcknowledgement(senderSSRC: sender, mediaSSRC: media, parsing: &reader))
        case (205, 15):
            return .transportFeedback(try TransportFeedback(senderSSRC: sender, mediaSSRC: media, parsing: &reader))
        case (206, 1):
            return .pictureLossIndication(PictureLossIndication(senderSSRC: sender, mediaSSRC: media))
        case (206, 4):
            return .fullIntraRequest(try FullIntraRequest(senderSSRC: sender, parsing: &reader))
        case (206, 15):
            return try ReceiverEstimatedMaximumBitrate(senderSSRC: sender, parsing: &reader)
                .map(RTCPPacket.receiverEstimatedMaximumBitrate)
        default: return nil
        }
    }
}
