/// The VP8 payload descriptor (RFC 7741 §4.2), in any of its combinations.
package struct VP8Descriptor: Hashable, Sendable {
    /// N: the frame may be dropped without harm to others.
    package var isNonReference = false
    /// S: a VP8 partition starts with this packet.
    package var startsPartition = false
    /// PID, 0...7.
    package var partitionIndex: UInt8 = 0
    /// 7 or 15 bits on the wire.
    package var pictureID: UInt16?
    /// Width of `pictureID`: 15 bits when true. Written as such; set when read.
    package var hasLongPictureID = true
    package var temporalLevelZeroIndex: UInt8?
    /// TID, 0...3, and Y: the frame uses only the base layer.
    package var temporalLayer: UInt8?
    package var isLayerSync = false
    /// KEYIDX, 0...31.
    package var keyIndex: UInt8?

    package init() {}

    /// The first packet of a frame (RFC 7741 §4.4).
    package var startsFrame: Bool { startsPartition && partitionIndex == 0 }

    /// Reads the descriptor; what `reader` then holds is VP8 data. Throws `truncated`.
    package init(parsing reader: inout ByteReader) throws(WireError) {
        let first = try reader.readUInt8()
        isNonReference = first & 0x20 != 0
        startsPartition = first & 0x10 != 0
        partitionIndex = first & 0x07
        guard first & 0x80 != 0 else { return }
        let extensionBits = try reader.readUInt8()
        if extensionBits & 0x80 != 0 {
            let high = try reader.readUInt8()
            hasLongPictureID = high & 0x80 != 0
            if hasLongPictureID {
                pictureID = UInt16(high & 0x7F) << 8 | UInt16(try reader.readUInt8())
            } else {
                pictureID = UInt16(high)
            }
        }
        if extensionBits & 0x40 != 0 { temporalLevelZeroIndex = try reader.readUInt8() }
        guard extensionBits & 0x30 != 0 else { return }
        let layers = try reader.readUInt8()
        if extensionBits & 0x20 != 0 {
            temporalLayer = layers >> 6
            isLayerSync = layers & 0x20 != 0
        }
        if extensionBits & 0x10 != 0 { keyIndex = layers & 0x1F }
    }

    /// Appends the descriptor in its shortest form for the fields that are set.
    package func write(to bytes: inout [UInt8]) {
        let hasLayers = temporalLayer != nil || keyIndex != nil
        let isExtended = pictureID != nil || temporalLevelZeroIndex != nil || hasLayers
        bytes.write(
            (isExtended ? 0x80 : 0) | (isNonReference ? 0x20 : 0) | (startsPartition ? 0x10 : 0)
                | (partitionIndex & 7))
        guard isExtended else { return }
        bytes.write(
            UInt8(pictureID != nil ? 0x80 : 0) | (temporalLevelZeroIndex != nil ? 0x40 : 0)
                | (temporalLayer != nil ? 0x20 : 0) | (keyIndex != nil ? 0x10 : 0))
        if let pictureID {
            if hasLongPictureID {
                bytes.write(0x8000 | (pictureID & 0x7FFF))
            } else {
                bytes.write(UInt8(pictureID & 0x7F))
            }
        }
        if let temporalLevelZeroIndex { bytes.write(temporalLevelZeroIndex) }
        if hasLayers {
            bytes.write((temporalLayer ?? 0) << 6 | (isLayerSync ? 0x20 : 0) | ((keyIndex ?? 0) & 0x1F))
        }
    }
}
