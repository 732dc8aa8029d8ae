/// The payload of an RFC 4588 retransmission: the original sequence number, then the original payload.
package struct RetransmissionPayload: Hashable, Sendable {
    package var originalSequenceNumber: UInt16
    package var payload: ArraySlice<UInt8>

    /// Throws `truncated` when not even the sequence number is there, as in a padding-only probe on the RTX stream.
    package init(parsing payload: ArraySlice<UInt8>) throws(WireError) {
        var reader = ByteReader(payload)
        originalSequenceNumber = try reader.readUInt16()
        self.payload = reader.rest
    }
}

extension RTPPacket {
    /// The packet as it was first sent, restored from a retransmission (RFC 4588 §4), or nil where none is inside.
    ///
    /// - Parameters:
    ///   - ssrc: of the media stream that the retransmission repairs.
    ///   - payloadType: of the codec that the RTX payload type is associated with (`apt`).
    package func restoringOriginal(ssrc: UInt32, payloadType: UInt8) -> RTPPacket? {
        guard let retransmission = try? RetransmissionPayload(parsing: payload) else { return nil }
        var original = self
        original.ssrc = ssrc
        original.payloadType = payloadType
        original.sequenceNumber = retransmission.originalSequenceNumber
        original.payload = retransmission.payload
        return original
    }
}
