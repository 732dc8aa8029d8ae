/// Writing RTCP packets one behind the other into one datagram.
extension RTCPPacket {
    /// Appends the packet. A NACK with more numbers than fit one packet becomes several.
    package func write(to bytes: inout [UInt8]) {
        switch self {
        case .senderReport(let report):
            Self.write(type: 200, count: report.reports.count, to: &bytes) { report.write(to: &$0) }
        case .receiverReport(let report):
            Self.write(type: 201, count: report.reports.count, to: &bytes) { report.write(to: &$0) }
        case .sourceDescription(let description):
            Self.write(type: 202, count: description.chunks.count, to: &bytes) { description.write(to: &$0) }
        case .goodbye(let goodbye):
            Self.write(type: 203, count: goodbye.sources.count, to: &bytes) { goodbye.write(to: &$0) }
        case .negativeAcknowledgement(let nack):
            Self.write(nack, to: &bytes)
        case .transportFeedback(let feedback):
            Self.writeFeedback(type: 205, format: 15, feedback.senderSSRC, feedback.mediaSSRC, to: &bytes) {
                feedback.write(to: &$0)
            }
        case .pictureLossIndication(let request):
            Self.writeFeedback(type: 206, format: 1, request.senderSSRC, request.mediaSSRC, to: &bytes) { _ in }
        case .fullIntraRequest(let request):
            // The media source of FIR is zero: the entries name the streams (RFC 5104 §4.3.1.1).
            Self.writeFeedback(type: 206, format: 4, request.senderSSRC, 0, to: &bytes) { request.write(to: &$0) }
        case .receiverEstimatedMaximumBitrate(let estimate):
            Self.writeFeedback(type: 206, format: 15, estimate.senderSSRC, 0, to: &bytes) { estimate.write(to: &$0) }
        case .extendedReport(let report):
            Self.write(type: 207, count: 0, to: &bytes) { report.write(to: &$0) }
        }
    }

    /// The packets as one datagram, with room behind them for the SRTCP trailer.
    package static func serialize(_ packets: [RTCPPacket]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(256 + RTPWriter.trailerCapacity)
        for packet in packets { packet.write(to: &bytes) }
        return bytes
    }

    private static func write(_ nack: NegativeAcknowledgement, to bytes: inout [UInt8]) {
        var index = 0
        repeat {
            writeFeedback(type: 205, format: 1, nack.senderSSRC, nack.mediaSSRC, to: &bytes) {
                index = nack.writeFields(from: index, to: &$0)
            }
        } while index < nack.sequenceNumbers.count
    }

    private static func writeFeedback(
        type: UInt8, format: Int, _ sender: UInt32, _ media: UInt32, to bytes: inout [UInt8],
        _ body: (inout [UInt8]) -> Void
    ) {
        write(type: type, count: format, to: &bytes) {
            $0.write(sender)
            $0.write(media)
            body(&$0)
        }
    }

    /// Writes a header whose length is filled in once the body, padded to whole words, is there.
    private static func write(
        type: UInt8, count: Int, to bytes: inout [UInt8], _ body: (inout [UInt8]) -> Void
    ) {
        let start = bytes.count
        bytes.write(0x80 | UInt8(min(count, 31)))
        bytes.write(type)
        bytes.write(UInt16(0))
        body(&bytes)
        while !(bytes.count - start).isMultiple(of: 4) { bytes.append(0) }
        bytes.patch(UInt16(truncatingIfNeeded: (bytes.count - start) / 4 - 1), at: start + 2)
    }
}
