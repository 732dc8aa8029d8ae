/// A received VP8 RTP payload: the descriptor and the part of the frame behind it (RFC 7741 §4).
package struct VP8Payload: Hashable, Sendable {
    package var descriptor: VP8Descriptor
    /// Shares the datagram's memory. Never empty.
    package var data: ArraySlice<UInt8>

    /// Throws `truncated` for a cut descriptor and `malformed` when no VP8 data follows it.
    package init(parsing payload: ArraySlice<UInt8>) throws(WireError) {
        var reader = ByteReader(payload)
        descriptor = try VP8Descriptor(parsing: &reader)
        data = reader.rest
        guard !data.isEmpty else { throw .malformed("VP8 payload without data") }
    }

    /// True for the first packet of a key frame: the P bit of the VP8 payload header is zero (RFC 7741 §4.3).
    package var startsKeyFrame: Bool {
        guard descriptor.startsFrame, let head = data.first else { return false }
        return head & 1 == 0
    }

    /// Width and height in pixels as a key frame's start says (RFC 6386 §9.1), or nil elsewhere.
    package var keyFrameSize: (width: Int, height: Int)? {
        guard startsKeyFrame else { return nil }
        var reader = ByteReader(data)
        guard let tag = try? reader.readBytes(3), tag.count == 3, let code = try? reader.readUInt24(),
            code == 0x9D012A, let width = try? reader.readUInt16(), let height = try? reader.readUInt16()
        else { return nil }
        return (Int(width.byteSwapped & 0x3FFF), Int(height.byteSwapped & 0x3FFF))
    }
}

/// Splitting VP8 frames into RTP payloads (RFC 7741 §4): X=1 with a 15-bit PictureID, parts of equal size. Temporal layers
/// are told with every frame, so that they may begin and end at any frame: one without upper layers is all base layer.
package struct VP8Packetizer: Hashable, Sendable {
    /// Bytes of the descriptor that this packetizer writes.
    package static let descriptorByteCount = 6

    /// PictureID of the next frame, 15 bits.
    package private(set) var nextPictureID: UInt16
    /// TL0PICIDX of the last frame of the base layer, and KEYIDX of the last key frame.
    private var levelZeroIndex: UInt8 = 0
    private var keyIndex: UInt8 = 0

    /// - Parameter firstPictureID: anything; RFC 7741 §4.2 wants it random.
    package init(firstPictureID: UInt16) { nextPictureID = firstPictureID & 0x7FFF }

    /// The payloads of one frame in order, each at most `maximumByteCount` bytes with its descriptor. Sizes differ by
    /// one byte at most, so that no tiny last packet costs a whole header. Empty for an empty frame.
    ///
    /// - Parameter temporalLayer: 0...3; a frame of an upper layer refers to the base layer alone, and none to it.
    package mutating func packetize(
        _ frame: [UInt8], temporalLayer: UInt8 = 0, maximumByteCount: Int
    ) -> [[UInt8]] {
        let room = max(maximumByteCount - Self.descriptorByteCount, 1)
        guard !frame.isEmpty else { return [] }
        let count = (frame.count + room - 1) / room
        var payloads: [[UInt8]] = []
        payloads.reserveCapacity(count)
        var descriptor = self.descriptor(temporalLayer: temporalLayer, isKeyFrame: (frame.first ?? 1) & 1 == 0)
        descriptor.pictureID = nextPictureID
        nextPictureID = (nextPictureID &+ 1) & 0x7FFF
        var start = 0
        for index in 0..<count {
            let end = frame.count * (index + 1) / count
            descriptor.startsPartition = index == 0
            var payload: [UInt8] = []
            payload.reserveCapacity(Self.descriptorByteCount + end - start)
            descriptor.write(to: &payload)
            payload.append(contentsOf: frame[start..<end])
            payloads.append(payload)
            start = end
        }
        return payloads
    }

    private mutating func descriptor(temporalLayer: UInt8, isKeyFrame: Bool) -> VP8Descriptor {
        if temporalLayer == 0 { levelZeroIndex &+= 1 }
        if isKeyFrame { keyIndex = (keyIndex &+ 1) & 0x1F }
        var descriptor = VP8Descriptor()
        descriptor.isNonReference = temporalLayer > 0
        descriptor.temporalLevelZeroIndex = levelZeroIndex
        descriptor.temporalLayer = temporalLayer & 3
        descriptor.isLayerSync = temporalLayer > 0
        descriptor.keyIndex = keyIndex
        return descriptor
    }
}
