/// What one picture was for its encoder.
struct EncoderMeasurement: Sendable {
    /// VP8's scale, 0 (sharp) ... 127; nil for a picture that the rate control dropped.
    var quantizer: Int?
    /// µs
    var encodeTime: Int64
    /// Of the picture as the camera gave it, pixels.
    var sourceWidth: Int
    var sourceHeight: Int
    /// News of the processor, each few seconds.
    var load: EncoderLoad.Verdict?
    /// µs of `CLOCK_MONOTONIC`.
    var time: Int64
}
