/// What one picture was for its encoder.
struct EncoderMeasurement: Sendable {
    var codec = "vp8"
    /// On the codec's own scale; nil for a picture that the rate control dropped.
    var quantizer: Int?
    /// µs
    var encodeTime: Int64
    /// From the camera until its turn came, µs.
    var captureDelay: Int64 = 0
    /// Of the picture as the camera gave it, pixels.
    var sourceWidth: Int
    var sourceHeight: Int
    /// News of the processor, each few seconds.
    var load: EncoderLoad.Verdict?
    /// µs of `CLOCK_MONOTONIC`.
    var time: Int64

    /// The quantizer on VP8's scale, 0 (sharp) ... 127. VP9's scale goes to 255; what libwebrtc's `quality_scaler` takes for
    /// fine and coarse, 149 and 205 there, is 29 and 95 here.
    var coarseness: Int? {
        quantizer.map { codec == "vp9" ? max(0, 29 + ($0 - 149) * (95 - 29) / (205 - 149)) : $0 }
    }
}
