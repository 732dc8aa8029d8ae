/// The fields of an outgoing RTP packet's fixed header (RFC 3550 §5.1).
package struct RTPHeader: Hashable, Sendable {
    package var marker: Bool
    /// 0...127.
    package var payloadType: UInt8
    package var sequenceNumber: UInt16
    package var timestamp: UInt32
    package var ssrc: UInt32

    package init(marker: Bool, payloadType: UInt8, sequenceNumber: UInt16, timestamp: UInt32, ssrc: UInt32) {
        self.marker = marker
        self.payloadType = payloadType
        self.sequenceNumber = sequenceNumber
        self.timestamp = timestamp
        self.ssrc = ssrc
    }
}

/// One header extension element of an outgoing packet.
package struct RTPHeaderExtension: Hashable, Sendable {
    /// As negotiated: 1...14, or up to 255 where the two-byte form is needed.
    package var id: UInt8
    package var value: RTPHeaderExtensionValue

    package init(id: UInt8, value: RTPHeaderExtensionValue) {
        self.id = id
        self.value = value
    }
}

/// Writing RTP packets.
package enum RTPWriter {
    /// Spare capacity kept behind a packet, so that SRTP can append its trailer without a new allocation.
    package static let trailerCapacity = 160

    /// One whole packet.
    ///
    /// - Parameters:
    ///   - originalSequenceNumber: for a retransmission, put before the payload (RFC 4588 §4).
    ///   - paddingCount: bytes of padding, 0...255, the count byte included.
    package static func packet(
        _ header: RTPHeader, extensions: [RTPHeaderExtension], originalSequenceNumber: UInt16? = nil,
        payload: some Collection<UInt8>, paddingCount: Int = 0
    ) -> [UInt8] {
        let padding = min(max(paddingCount, 0), 255)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(
            RTPPacket.headerByteCount + extensionByteCount(extensions) + 2 + payload.count + padding + trailerCapacity)
        bytes.write(UInt8(0x80 | (padding > 0 ? 0x20 : 0) | (extensions.isEmpty ? 0 : 0x10)))
        bytes.write(UInt8(header.marker ? 0x80 : 0) | (header.payloadType & 0x7F))
        bytes.write(header.sequenceNumber)
        bytes.write(header.timestamp)
        bytes.write(header.ssrc)
        write(extensions, to: &bytes)
        if let originalSequenceNumber { bytes.write(originalSequenceNumber) }
        bytes.append(contentsOf: payload)
        if padding > 0 {
            bytes.append(contentsOf: repeatElement(0, count: padding - 1))
            bytes.write(UInt8(padding))
        }
        return bytes
    }

    /// Bytes that the extension block takes, its own header and alignment included; 0 without elements.
    package static func extensionByteCount(_ extensions: [RTPHeaderExtension]) -> Int {
        if extensions.isEmpty { return 0 }
        let elementHeader = needsTwoByteForm(extensions) ? 2 : 1
        let data = extensions.reduce(0) { $0 + elementHeader + min($1.value.byteCount, 255) }
        return 4 + (data + 3) / 4 * 4
    }

    private static func needsTwoByteForm(_ extensions: [RTPHeaderExtension]) -> Bool {
        extensions.contains { $0.id > 14 || $0.value.byteCount > 16 || $0.value.byteCount == 0 }
    }

    private static func write(_ extensions: [RTPHeaderExtension], to bytes: inout [UInt8]) {
        guard !extensions.isEmpty else { return }
        let twoByteForm = needsTwoByteForm(extensions)
        bytes.write(UInt16(twoByteForm ? 0x1000 : 0xBEDE))
        let lengthIndex = bytes.count
        bytes.write(UInt16(0))
        for element in extensions where element.value.byteCount <= 255 {
            if twoByteForm {
                bytes.write(element.id)
                bytes.write(UInt8(element.value.byteCount))
            } else {
                bytes.write(element.id << 4 | UInt8(element.value.byteCount - 1))
            }
            element.value.write(to: &bytes)
        }
        while !(bytes.count - lengthIndex - 2).isMultiple(of: 4) { bytes.append(0) }
        bytes.patch(UInt16(truncatingIfNeeded: (bytes.count - lengthIndex - 2) / 4), at: lengthIndex)
    }
}
