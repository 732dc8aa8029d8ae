import Wire

/// Forward error correction of video (RFC 5109 in RFC 2198's form).
extension RTPSender {
    /// Numbers for the protection of the frames up to here.
    mutating func protect(
        _ frame: [(sequenceNumber: Int64, byteCount: Int)], isKeyFrame: Bool, timestamp: UInt32
    ) -> [(sequenceNumber: Int64, byteCount: Int)] {
        guard let first = frame.first?.sequenceNumber, let last = frame.last?.sequenceNumber else { return [] }
        let byteCount = (frame.map(\.byteCount).max() ?? 0) + ULPFECPacket.headerByteCount
        return protection.groups(afterFrame: first..<(last + 1), isKeyFrame: isKeyFrame).map { group in
            let number = store(
                SendHistory.Packet(
                    sequenceNumber: nextSequenceNumber, timestamp: timestamp, marker: false,
                    payloadType: codec.payloadType, payload: [], audioLevel: nil, protects: group, lastSent: nil))
            return (number.sequenceNumber, byteCount)
        }
    }

    /// The protection of packets that have left; nil when one of them is not there any more. It is made from what they were
    /// when they left, but for what is written last: that counts as zero, as receivers do.
    mutating func protectionPacket(
        _ group: VideoProtection.Group, of stored: SendHistory.Packet, transportSequence: UInt16, at now: Instant
    ) -> SentRTPPacket? {
        guard let types = protectionTypes, let string = protectionString(of: group) else { return nil }
        let protection = ULPFECPacket(
            base: UInt16(truncatingIfNeeded: group.base), offsets: group.numbers.map { Int($0 - group.base) },
            string: string)
        let payload = [types.ulpfecPayloadType] + protection.bytes
        let header = RTPHeader(
            marker: false, payloadType: types.redPayloadType,
            sequenceNumber: UInt16(truncatingIfNeeded: stored.sequenceNumber), timestamp: stored.timestamp, ssrc: ssrc)
        let bytes = RTPWriter.packet(
            header,
            extensions: headerExtensions(
                HeaderExtensionContents(
                    mid: !isAcknowledged, transportSequence: transportSequence, audioLevel: nil, sendTime: now)),
            payload: payload)
        counters.recordSent(payloadByteCount: payload.count, packetByteCount: bytes.count, false)
        counters.fecPacketsSent += 1
        counters.fecBytesSent += Int64(payload.count)
        return SentRTPPacket(
            bytes: bytes, ssrc: ssrc, usesTransportSequence: extensions.transportWideCC != nil,
            payloadByteCount: payload.count, isProtection: true)
    }

    private func protectionString(of group: VideoProtection.Group) -> ProtectionString? {
        var string = ProtectionString()
        for number in group.numbers {
            guard let packet = history.packet(number), packet.isProtected else { return nil }
            let header = RTPHeader(
                marker: packet.marker, payloadType: packet.payloadType,
                sequenceNumber: UInt16(truncatingIfNeeded: number), timestamp: packet.timestamp, ssrc: ssrc)
            let extensions = headerExtensions(
                HeaderExtensionContents(mid: packet.hadMid, transportSequence: 0, audioLevel: nil, sendTime: .zero))
            string.combine(
                ProtectionString(packet: RTPWriter.packet(header, extensions: extensions, payload: packet.payload)))
        }
        return string
    }
}
