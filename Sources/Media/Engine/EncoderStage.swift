/// An encoder of one size, and the scaler before it. For one thread at a time.
final class EncoderStage {
    let width: Int
    let height: Int
    private let encoder: any PictureEncoder
    private let codec: String
    private let pool: FramePool
    private let framesPerSecond: Int
    private var bitrate = 0
    private var load = EncoderLoad()
    /// Of the last picture, counted from the last key frame.
    private(set) var number = -1

    init(width: Int, height: Int, settings: VideoSettings) throws(CodecError) {
        self.width = width
        self.height = height
        encoder = try Self.encoder(width: width, height: height, settings: settings)
        codec = settings.codec
        framesPerSecond = settings.framesPerSecond
        pool = FramePool(width: width, height: height, capacity: 4)
    }

    private static func encoder(
        width: Int, height: Int, settings: VideoSettings
    ) throws(CodecError) -> any PictureEncoder {
        guard settings.codec == "vp9" else {
            return try VP8Encoder(
                width: width, height: height, framesPerSecond: settings.framesPerSecond, bitrate: 300_000,
                contentHint: settings.contentHint)
        }
        return try VP9Encoder(
            width: width, height: height, framesPerSecond: settings.framesPerSecond, bitrate: 300_000,
            contentHint: settings.contentHint)
    }

    enum Result {
        case encoded(EncodedVideo)
        /// By the rate control, or for want of memory.
        case dropped
        /// Nobody gets it.
        case skipped
    }

    func encode(_ frame: VideoFrame, forceKeyFrame: Bool, plan: EncodingPlan) -> Result {
        number = forceKeyFrame ? 0 : number + 1
        guard let layer = plan.layer(of: number) else { return .skipped }
        if plan.bitrate != bitrate {
            bitrate = plan.bitrate
            encoder.setBitrate(bitrate)
        }
        let isRightSize = frame.width == width && frame.height == height
        guard let picture = isRightSize ? frame : frame.scaled(width: width, height: height, from: pool),
            let encoded = encoder.encode(
                picture, forceKeyFrame: forceKeyFrame, temporalLayer: layer,
                interval: 90_000 * plan.finest / framesPerSecond)
        else { return .dropped }
        // libvpx makes key frames of its own accord, too.
        if encoded.isKeyFrame { number = 0 }
        return .encoded(encoded)
    }

    /// - Parameter encodeTime: µs, as is `now`.
    func measure(
        _ encoded: EncodedVideo?, of frame: VideoFrame, encodeTime: Int64, plan: EncodingPlan, at now: Int64
    ) -> EncoderMeasurement {
        let interval = Int64(1_000_000 * plan.finest / framesPerSecond)
        return EncoderMeasurement(
            codec: codec, quantizer: encoded == nil ? nil : encoder.lastQuantizer, encodeTime: encodeTime,
            captureDelay: max(0, now - encodeTime - frame.captureTime),
            sourceWidth: frame.width, sourceHeight: frame.height,
            load: load.record(encodeTime: encodeTime, interval: interval, at: now), time: now)
    }
}
