/// One compressed picture.
package struct EncodedVideo: Sendable {
    /// Lower-case RTP encoding name, as in `VideoSettings`.
    package var codec: String
    package var bytes: [UInt8]
    package var isKeyFrame: Bool
    package var width: Int
    package var height: Int
    /// When the picture was taken: microseconds of `CLOCK_MONOTONIC`.
    package var captureTime: Int64
    /// 0 for the base layer; nothing is made from a picture of another one.
    package var temporalLayer: UInt8

    package init(
        codec: String, bytes: [UInt8], isKeyFrame: Bool, width: Int, height: Int, captureTime: Int64,
        temporalLayer: UInt8 = 0
    ) {
        self.codec = codec
        self.bytes = bytes
        self.isKeyFrame = isKeyFrame
        self.width = width
        self.height = height
        self.captureTime = captureTime
        self.temporalLayer = temporalLayer
    }
}

/// One compressed piece of sound.
package struct EncodedAudio: Sendable {
    package var bytes: [UInt8]
    /// Samples a channel at 48 kHz that the packet stands for.
    package var sampleCount: Int
    /// When its first sample was recorded: microseconds of `CLOCK_MONOTONIC`.
    package var captureTime: Int64
    /// -dBov, 0 (loudest) ... 127 (silence), as in RFC 6464.
    package var level: UInt8
    package var voiceActivity: Bool
    /// What it took to make it, µs.
    package var encodeTime: Int64

    package init(
        bytes: [UInt8], sampleCount: Int, captureTime: Int64, level: UInt8, voiceActivity: Bool, encodeTime: Int64 = 0
    ) {
        self.encodeTime = encodeTime
        self.bytes = bytes
        self.sampleCount = sampleCount
        self.captureTime = captureTime
        self.level = level
        self.voiceActivity = voiceActivity
    }
}
