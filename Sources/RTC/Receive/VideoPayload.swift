import Wire

/// What the assembly of frames needs to know of one packet of video, whatever its codec.
struct VideoPayload: Sendable {
    /// Shares the datagram's memory.
    let data: ArraySlice<UInt8>
    let startsFrame: Bool
    let startsKeyFrame: Bool
    let position: VideoFramePosition

    /// Throws what the codec's own parser throws.
    init(_ codec: VideoCodec, parsing payload: ArraySlice<UInt8>) throws(WireError) {
        switch codec {
        case .vp8: self.init(try VP8Payload(parsing: payload))
        case .vp9: self.init(try VP9Payload(parsing: payload))
        }
    }

    private init(_ payload: VP8Payload) {
        let descriptor = payload.descriptor
        data = payload.data
        startsFrame = descriptor.startsFrame
        startsKeyFrame = payload.startsKeyFrame
        position = VideoFramePosition(
            codec: .vp8, pictureID: descriptor.pictureID, hasLongPictureID: descriptor.hasLongPictureID,
            temporalLevelZeroIndex: descriptor.temporalLevelZeroIndex, temporalLayer: descriptor.temporalLayer,
            isLayerSync: descriptor.isLayerSync)
    }

    /// All spatial layers of a picture count as one frame: libvpx decodes them as one.
    private init(_ payload: VP9Payload) {
        let descriptor = payload.descriptor
        data = payload.data
        startsFrame = descriptor.startsPicture
        startsKeyFrame = payload.startsKeyFrame
        position = VideoFramePosition(
            codec: .vp9, pictureID: descriptor.pictureID, hasLongPictureID: descriptor.hasLongPictureID,
            temporalLevelZeroIndex: descriptor.temporalLevelZeroIndex, temporalLayer: descriptor.layer?.temporal,
            referenceDistances: descriptor.isFlexible && descriptor.isInterPredicted
                ? descriptor.referenceDistances : nil)
    }
}

/// A frame's place among the others, as its first packet tells it.
struct VideoFramePosition: Sendable {
    let codec: VideoCodec
    let pictureID: UInt16?
    let hasLongPictureID: Bool
    let temporalLevelZeroIndex: UInt8?
    let temporalLayer: UInt8?
    /// VP8's Y: needs nothing but the base layer.
    var isLayerSync = false
    /// How many pictures back each reference lies; nil where the stream does not tell.
    var referenceDistances: [UInt8]?

    /// Picture IDs count modulo this plus one.
    var pictureIDMask: UInt16 { hasLongPictureID ? 0x7FFF : 0x7F }
}
