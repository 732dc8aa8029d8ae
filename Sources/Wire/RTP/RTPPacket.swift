/// One RTP packet as received (RFC 3550 §5.1). Payload and extensions share the datagram's memory: nothing is copied.
package struct RTPPacket: Hashable, Sendable {
    package var marker: Bool
    /// 0...127.
    package var payloadType: UInt8
    package var sequenceNumber: UInt16
    /// In units of the payload's RTP clock.
    package var timestamp: UInt32
    package var ssrc: UInt32
    /// CSRC list of a mixer, at most 15.
    package var contributingSources: [UInt32]
    package var extensions: RTPHeaderExtensions
    /// Without padding. Empty in a padding-only probe packet.
    package var payload: ArraySlice<UInt8>
    /// Bytes of padding behind the payload, its own count byte included.
    package var paddingCount: Int

    /// Bytes of the fixed header.
    package static let headerByteCount = 12

    /// Reads one whole packet, which must already be decrypted.
    ///
    /// Throws `truncated` when a count points past the end, `unsupported` for a version other than 2, and `malformed`
    /// for a padding count of zero or one larger than what follows the header.
    package init(parsing bytes: [UInt8]) throws(WireError) {
        var reader = ByteReader(bytes)
        let first = try reader.readUInt8()
        guard first >> 6 == 2 else { throw .unsupported("RTP version") }
        let second = try reader.readUInt8()
        marker = second & 0x80 != 0
        payloadType = second & 0x7F
        sequenceNumber = try reader.readUInt16()
        timestamp = try reader.readUInt32()
        ssrc = try reader.readUInt32()
        contributingSources = []
        for _ in 0..<Int(first & 0x0F) { contributingSources.append(try reader.readUInt32()) }
        if first & 0x10 != 0 {
            let profile = try reader.readUInt16()
            let words = Int(try reader.readUInt16())
            extensions = RTPHeaderExtensions(profile: profile, block: try reader.readBytes(words * 4))
        } else {
            extensions = .none
        }
        payload = reader.rest
        paddingCount = 0
        if first & 0x20 != 0 {
            guard let count = payload.last else { throw .truncated }
            guard count > 0, Int(count) <= payload.count else { throw .malformed("RTP padding") }
            paddingCount = Int(count)
            payload = payload.dropLast(paddingCount)
        }
    }
}
