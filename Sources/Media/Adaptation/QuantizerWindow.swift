/// How coarse the last pictures had to be made (libwebrtc's `quality_scaler`: its limits for VP8, its 2 s and 60 pictures).
struct QuantizerWindow: Sendable {
    /// Mean quantizers, 0...127.
    private static let coarse = 95.0
    private static let fair = 60.0
    /// The part of all pictures that the rate control may drop.
    private static let droppedShare = 0.6
    private static let frameCount = 60
    private static let quickFrameCount = 10
    /// µs
    private static let time: Int64 = 2_000_000
    private static let quickTime: Int64 = 500_000

    private var began: Int64?
    private var elapsed: Int64 = 0
    private var sum = 0
    private var count = 0
    private var dropped = 0

    mutating func record(_ quantizer: Int?, at now: Int64) {
        let start = began ?? now
        began = start
        elapsed = now - start
        if let quantizer { sum += quantizer } else { dropped += 1 }
        count += 1
    }

    /// Enough is known for a judgement; sooner where the bitrate alone says that something is wrong.
    var isFull: Bool { count >= Self.frameCount || (elapsed >= Self.time && count >= Self.quickFrameCount) }
    var isHalfFull: Bool { count >= Self.quickFrameCount && elapsed >= Self.quickTime }

    /// Too coarse, or too many dropped.
    var isCoarse: Bool { Double(dropped) >= Double(count) * Self.droppedShare || mean > Self.coarse }
    var isFair: Bool { Double(dropped) < Double(count) / 10 && mean < Self.fair }

    private var mean: Double { count > dropped ? Double(sum) / Double(count - dropped) : 0 }
}
