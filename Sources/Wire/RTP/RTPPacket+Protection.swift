extension RTPPacket {
    /// The packet inside RFC 2198's form, which must be alone in it: around video nothing is repeated. Nil when it is not.
    package var withoutRedundancy: RTPPacket? {
        guard let first = payload.first, first & 0x80 == 0 else { return nil }
        var inner = self
        inner.payloadType = first
        inner.payload = payload.dropFirst()
        return inner
    }

    /// What forward error correction protects of this packet. Extensions that change on the way out count as zero, as every
    /// sender of such protection has them: it is made before they are written.
    ///
    /// - Parameter changing: ids of those extensions.
    /// - Returns: nil for a packet with padding, which nobody protects.
    package func protectionString(changing: [UInt8]) -> ProtectionString? {
        guard paddingCount == 0 else { return nil }
        var bytes: [UInt8] = []
        let block = extensions.bytes(zeroing: changing)
        bytes.write(
            UInt8(0x80 | (block.isEmpty ? 0 : 0x10) | UInt8(truncatingIfNeeded: contributingSources.count) & 0x0F))
        bytes.write(UInt8(marker ? 0x80 : 0) | (payloadType & 0x7F))
        bytes.write(sequenceNumber)
        bytes.write(timestamp)
        bytes.write(ssrc)
        for source in contributingSources { bytes.write(source) }
        bytes += block
        bytes += payload
        return ProtectionString(packet: bytes)
    }
}
