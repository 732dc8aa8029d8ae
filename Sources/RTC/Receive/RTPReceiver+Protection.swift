import Wire

/// Forward error correction of video that comes in (RFC 5109 in RFC 2198's form).
extension RTPReceiver {
    /// RFC 2198 around one packet of video, or around protection for several (RFC 5109).
    mutating func receiveProtected(
        _ packet: RTPPacket, form: NegotiatedProtection, number: Int64, _ isRetransmission: Bool, at now: Instant
    ) {
        guard let inner = packet.withoutRedundancy else {
            if packet.payload.isEmpty { assembler.insertPadding(number) } else { counters.malformedPackets += 1 }
            return
        }
        if inner.payloadType == form.ulpfecPayloadType {
            counters.fecPacketsReceived += 1
            counters.fecBytesReceived += Int64(inner.payload.count)
            // It carries no picture, and fills its number.
            assembler.insertPadding(number)
            if let parsed = try? ULPFECPacket(parsing: inner.payload) {
                protection.insert(parsed, number: number, at: now)
            } else {
                counters.malformedPackets += 1
            }
        } else {
            lastPayloadType = inner.payloadType
            assemble(inner, number: number, at: now)
            // One that was sent again may have other extensions than the one that was protected.
            if !isRetransmission { protection.insert(inner, number: number, at: now) }
        }
        while let recovered = protection.nextRecovered(changing: media.extensions.changing) {
            if usesNACK {
                _ = nacks.record(recovered.number, isRetransmission: true, afterOutage: false, at: now)
            }
            counters.fecPacketsRecovered += 1
            assemble(recovered.packet, number: recovered.number, at: now)
        }
    }
}
