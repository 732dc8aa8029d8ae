/// Splitting VP9 frames into RTP payloads (RFC 9628 §4): flexible mode, one spatial layer, a 15-bit picture ID. Every frame
/// names the one that it is made from, so that upper temporal layers may begin and end at any frame.
package struct VP9Packetizer: Hashable, Sendable {
    /// Picture ID of the next frame, 15 bits.
    package private(set) var nextPictureID: UInt16
    /// Picture ID of the last frame of the base layer.
    private var basePictureID: UInt16 = 0

    /// - Parameter firstPictureID: anything; RFC 9628 §4.2 wants it random.
    package init(firstPictureID: UInt16) { nextPictureID = firstPictureID & 0x7FFF }

    /// The payloads of one frame in order, each at most `maximumByteCount` bytes with its descriptor. Their sizes differ by
    /// one byte at most, so that no tiny last packet costs a whole header. Empty for an empty frame.
    ///
    /// - Parameter temporalLayer: 0...7; a frame of an upper layer refers to the base layer alone, and none to it.
    package mutating func packetize(
        _ frame: [UInt8], isKeyFrame: Bool, temporalLayer: UInt8 = 0, maximumByteCount: Int
    ) -> [[UInt8]] {
        guard !frame.isEmpty else { return [] }
        let (first, others) = descriptors(of: frame, isKeyFrame: isKeyFrame, temporalLayer: temporalLayer)
        if temporalLayer == 0 { basePictureID = nextPictureID }
        nextPictureID = (nextPictureID &+ 1) & 0x7FFF
        // Counted as if the first descriptor were as short as the others, and the frame longer by what it has more.
        let surplus = first.count - others.count
        let room = max(maximumByteCount - others.count, 1)
        let count = min((frame.count + surplus + room - 1) / room, frame.count)
        var payloads: [[UInt8]] = []
        payloads.reserveCapacity(count)
        var start = 0
        for index in 0..<count {
            let end = max((frame.count + surplus) * (index + 1) / count - surplus, start + 1)
            var payload = index == 0 ? first : others
            payload.reserveCapacity(payload.count + end - start)
            payload.append(contentsOf: frame[start..<end])
            if index == count - 1 { payload[0] |= VP9Descriptor.endOfLayerFrame }
            payloads.append(payload)
            start = end
        }
        return payloads
    }

    /// What stands before the first part of a frame, and before the others.
    private func descriptors(
        of frame: [UInt8], isKeyFrame: Bool, temporalLayer: UInt8
    ) -> (first: [UInt8], others: [UInt8]) {
        var (first, others): ([UInt8], [UInt8]) = ([], [])
        var descriptor = VP9Descriptor()
        descriptor.pictureID = nextPictureID
        descriptor.isFlexible = true
        descriptor.isInterPredicted = !isKeyFrame
        if !isKeyFrame {
            // Farther back than can be said lies nothing: layers are four frames deep at most.
            let distance = (nextPictureID &- basePictureID) & 0x7FFF
            descriptor.referenceDistances = [UInt8(min(max(distance, 1), 127))]
        }
        descriptor.layer = VP9Descriptor.Layer(temporal: temporalLayer & 7)
        // Upper layers need the base layer alone.
        descriptor.layer?.isSwitchingUpPoint = true
        // There is no layer above that could need it.
        descriptor.isNotReferencedAbove = true
        descriptor.write(to: &others)
        descriptor.startsLayerFrame = true
        if isKeyFrame, let size = VP9FrameHeader(frame[...])?.size {
            descriptor.structure = VP9ScalabilityStructure(size: size)
        }
        descriptor.write(to: &first)
        return (first, others)
    }
}
