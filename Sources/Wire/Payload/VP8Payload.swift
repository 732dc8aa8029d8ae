/// The VP8 payload descriptor (RFC 7741 §4.2).
package struct VP8Descriptor: Hashable, Sendable {
    package var isNonReference = false
    /// S bit: the first packet of a partition.
    package var startsPartition: Bool
    package var partition: UInt8
    /// 7 or 15 bits; nil where the sender has none.
    package var pictureID: UInt16?
    package var temporalLevelZeroIndex: UInt8?
    package var temporalLayer: UInt8?

    package init(startsPartition: Bool, partition: UInt8, pictureID: UInt16?) {
        self.startsPartition = startsPartition
        self.partition = partition
        self.pictureID = pictureID
    }

    /// Whether a frame begins here.
    package var startsFrame: Bool { startsPartition && partition == 0 }

    /// Reads the descriptor; the reader then stands at the VP8 bytes.
    package init(_ reader: inout ByteReader) throws(WireError) {
        let first = try reader.readUInt8()
        startsPartition = first & 0x10 != 0
        partition = first & 0x07
        isNonReference = first & 0x20 != 0
        guard first & 0x80 != 0 else { return }
        let flags = try reader.readUInt8()
        if flags & 0x80 != 0 {
            let high = try reader.readUInt8()
            if high & 0x80 != 0 {
                pictureID = UInt16(high & 0x7F) << 8 | UInt16(try reader.readUInt8())
            } else {
                pictureID = UInt16(high)
            }
        }
        if flags & 0x40 != 0 { temporalLevelZeroIndex = try reader.readUInt8() }
        if flags & 0x30 != 0 { temporalLayer = try reader.readUInt8() >> 6 }
    }

    /// X and I set, a 15-bit PictureID: what every receiver understands.
    package var bytes: [UInt8] {
        let identifier = pictureID ?? 0
        return [
            0x80 | (startsPartition ? 0x10 : 0) | partition & 0x07, 0x80, 0x80 | UInt8(identifier >> 8 & 0x7F),
            UInt8(identifier & 0xFF),
        ]
    }
}

/// Cuts a VP8 frame into packets of nearly equal size.
package enum VP8Packetizer {
    package static func packetize(_ frame: [UInt8], pictureID: UInt16, limit: Int) -> [[UInt8]] {
        let room = max(limit - 4, 1)
        let count = max((frame.count + room - 1) / room, 1)
        let size = frame.count / count
        let larger = frame.count % count
        var packets: [[UInt8]] = []
        packets.reserveCapacity(count)
        var start = 0
        for index in 0..<count {
            let end = start + size + (index < larger ? 1 : 0)
            let head = VP8Descriptor(startsPartition: index == 0, partition: 0, pictureID: pictureID)
            packets.append(head.bytes + frame[start..<end])
            start = end
        }
        return packets
    }

    /// RFC 7741 §4.3: the P bit of the first byte of a frame is 0 for a key frame.
    package static func isKeyFrame(_ frame: ArraySlice<UInt8>) -> Bool { frame.first.map { $0 & 1 == 0 } ?? false }
}
