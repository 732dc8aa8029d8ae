/// The scalability structure of a VP9 stream (RFC 9628 §4.2.1): sizes of the spatial layers, and the pattern of pictures.
package struct VP9ScalabilityStructure: Hashable, Sendable {
    /// Of one spatial layer.
    package struct Size: Hashable, Sendable {
        /// Pixels.
        package var width: UInt16
        package var height: UInt16

        package init(width: UInt16, height: UInt16) {
            self.width = width
            self.height = height
        }
    }

    /// One picture of the pattern, which repeats.
    package struct Picture: Hashable, Sendable {
        /// TID, 0...7.
        package var temporalLayer: UInt8
        package var isSwitchingUpPoint: Bool
        /// How many pictures back each reference lies; three at most.
        package var referenceDistances: [UInt8]

        package init(temporalLayer: UInt8, isSwitchingUpPoint: Bool, referenceDistances: [UInt8]) {
            self.temporalLayer = temporalLayer
            self.isSwitchingUpPoint = isSwitchingUpPoint
            self.referenceDistances = referenceDistances
        }
    }

    /// 1...8.
    package private(set) var spatialLayerCount: Int
    /// One for each spatial layer, or none.
    package private(set) var sizes: [Size]
    /// Nil when the stream says nothing of it; at most 255.
    package private(set) var pattern: [Picture]?

    /// One spatial layer of a size, without a pattern: pictures name what they are made from.
    package init(size: Size) {
        spatialLayerCount = 1
        sizes = [size]
    }

    /// Throws `truncated`. Its length bounds what is kept: at most 8 sizes and 255 pictures.
    package init(parsing reader: inout ByteReader) throws(WireError) {
        let head = try reader.readUInt8()
        spatialLayerCount = Int(head >> 5) + 1
        sizes = []
        if head & 0x10 != 0 {
            for _ in 0..<spatialLayerCount {
                sizes.append(Size(width: try reader.readUInt16(), height: try reader.readUInt16()))
            }
        }
        guard head & 0x08 != 0 else { return }
        var pictures: [Picture] = []
        for _ in 0..<(try reader.readUInt8()) {
            let byte = try reader.readUInt8()
            let references = Array(try reader.readBytes(Int(byte >> 2 & 0x03)))
            pictures.append(
                Picture(
                    temporalLayer: byte >> 5, isSwitchingUpPoint: byte & 0x10 != 0, referenceDistances: references))
        }
        pattern = pictures
    }

    func write(to bytes: inout [UInt8]) {
        let sized: UInt8 = sizes.isEmpty ? 0 : 0x10
        bytes.write(UInt8(spatialLayerCount - 1) << 5 | sized | (pattern == nil ? 0 : 0x08))
        for size in sizes {
            bytes.write(size.width)
            bytes.write(size.height)
        }
        guard let pattern else { return }
        bytes.write(UInt8(clamping: pattern.count))
        for picture in pattern.prefix(255) {
            let references = picture.referenceDistances.prefix(3)
            let switching: UInt8 = picture.isSwitchingUpPoint ? 0x10 : 0
            bytes.write((picture.temporalLayer & 7) << 5 | switching | UInt8(references.count) << 2)
            bytes.append(contentsOf: references)
        }
    }
}
