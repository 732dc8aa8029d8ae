/// The VP9 payload descriptor (RFC 9628 §4.2), in flexible and non-flexible mode.
package struct VP9Descriptor: Hashable, Sendable {
    /// Where a packet stands among the layers of its picture.
    package struct Layer: Hashable, Sendable {
        /// TID, 0...7.
        package var temporal: UInt8
        /// U: what follows in higher temporal layers needs nothing older than this picture in those layers.
        package var isSwitchingUpPoint = false
        /// SID, 0...7.
        package var spatial: UInt8 = 0
        /// D: needs the lower spatial layer of the same picture.
        package var dependsOnLowerLayer = false

        package init(temporal: UInt8) { self.temporal = temporal }
    }

    /// 7 or 15 bits on the wire.
    package var pictureID: UInt16?
    /// Width of `pictureID`: 15 bits when true. Written as such; set when read.
    package var hasLongPictureID = true
    /// P: needs pictures before it.
    package var isInterPredicted = false
    /// F: references are named one by one.
    package var isFlexible = false
    /// B: a frame (one spatial layer of a picture) starts with this packet.
    package var startsLayerFrame = false
    /// E: it ends with this packet.
    package var endsLayerFrame = false
    /// Z: higher spatial layers of the picture do not need this one.
    package var isNotReferencedAbove = false
    package var layer: Layer?
    /// In non-flexible mode only, with `layer`.
    package var temporalLevelZeroIndex: UInt8?
    /// In flexible mode: how many pictures back each reference lies, 1...127; three at most.
    package var referenceDistances: [UInt8] = []
    package var structure: VP9ScalabilityStructure?

    /// E in the first byte.
    static let endOfLayerFrame: UInt8 = 0x04

    package init() {}

    /// The first packet of a picture.
    package var startsPicture: Bool { startsLayerFrame && (layer?.spatial ?? 0) == 0 }

    /// Reads the descriptor; what `reader` then holds is VP9 data. Throws `truncated`, or `malformed` for a fourth
    /// reference, one to the picture itself, or inter prediction in flexible mode of a picture without a number.
    package init(parsing reader: inout ByteReader) throws(WireError) {
        let first = try reader.readUInt8()
        isInterPredicted = first & 0x40 != 0
        isFlexible = first & 0x10 != 0
        startsLayerFrame = first & 0x08 != 0
        endsLayerFrame = first & Self.endOfLayerFrame != 0
        isNotReferencedAbove = first & 0x01 != 0
        if first & 0x80 != 0 { try readPictureID(&reader) }
        if first & 0x20 != 0 { try readLayer(&reader) }
        if isFlexible, isInterPredicted { try readReferences(&reader) }
        if first & 0x02 != 0 { structure = try VP9ScalabilityStructure(parsing: &reader) }
    }

    private mutating func readPictureID(_ reader: inout ByteReader) throws(WireError) {
        let high = try reader.readUInt8()
        hasLongPictureID = high & 0x80 != 0
        pictureID = hasLongPictureID ? UInt16(high & 0x7F) << 8 | UInt16(try reader.readUInt8()) : UInt16(high)
    }

    private mutating func readLayer(_ reader: inout ByteReader) throws(WireError) {
        let byte = try reader.readUInt8()
        var layer = Layer(temporal: byte >> 5)
        layer.isSwitchingUpPoint = byte & 0x10 != 0
        layer.spatial = byte >> 1 & 0x07
        layer.dependsOnLowerLayer = byte & 0x01 != 0
        self.layer = layer
        if !isFlexible { temporalLevelZeroIndex = try reader.readUInt8() }
    }

    private mutating func readReferences(_ reader: inout ByteReader) throws(WireError) {
        guard pictureID != nil else { throw .malformed("VP9 references without a picture ID") }
        var hasMore = true
        while hasMore {
            guard referenceDistances.count < 3 else { throw .malformed("VP9 reference count") }
            let byte = try reader.readUInt8()
            guard byte >> 1 > 0 else { throw .malformed("VP9 reference to itself") }
            referenceDistances.append(byte >> 1)
            hasMore = byte & 0x01 != 0
        }
    }

    /// Appends the descriptor. A temporal index goes with `layer` in non-flexible mode, zero where none is set; references
    /// are written in flexible mode only.
    package func write(to bytes: inout [UInt8]) {
        let references = isFlexible && isInterPredicted && pictureID != nil ? referenceDistances.prefix(3) : []
        let flags: [(Bool, UInt8)] = [
            (pictureID != nil, 0x80), (isInterPredicted, 0x40), (layer != nil, 0x20), (isFlexible, 0x10),
            (startsLayerFrame, 0x08), (endsLayerFrame, Self.endOfLayerFrame), (structure != nil, 0x02),
            (isNotReferencedAbove, 0x01),
        ]
        bytes.write(flags.reduce(UInt8(0)) { $1.0 ? $0 | $1.1 : $0 })
        if let pictureID {
            if hasLongPictureID {
                bytes.write(0x8000 | (pictureID & 0x7FFF))
            } else {
                bytes.write(UInt8(pictureID & 0x7F))
            }
        }
        if let layer {
            let switching: UInt8 = layer.isSwitchingUpPoint ? 0x10 : 0
            let dependence: UInt8 = layer.dependsOnLowerLayer ? 0x01 : 0
            bytes.write((layer.temporal & 7) << 5 | switching | (layer.spatial & 7) << 1 | dependence)
            if !isFlexible { bytes.write(temporalLevelZeroIndex ?? 0) }
        }
        for (index, distance) in references.enumerated() {
            bytes.write((distance & 0x7F) << 1 | (index < references.count - 1 ? 0x01 : 0))
        }
        structure?.write(to: &bytes)
    }
}
