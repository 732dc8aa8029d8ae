/// A stream's figures over one second or so, for plots and for judging the call.
package struct StatisticsSample: Hashable, Sendable {
    /// Since the call was answered, seconds.
    package var time = 0.0
    /// Bit/s, with everything that RTP carries.
    package var sentBitrate = 0.0
    package var receivedBitrate = 0.0
    /// 0...1: of what we should have received, and of what the far side should have.
    package var receivedLoss = 0.0
    package var sentLoss = 0.0
    /// ms
    package var roundTripTime: Double?
    /// Mean time that sound waited in its jitter buffer, ms.
    package var jitterBufferDelay: Double?
    /// Pictures a second; nil where none are received or sent.
    package var receivedFrameRate: Double?
    package var sentFrameRate: Double?
    /// Freezes that began within the sample.
    package var freezes = 0
    /// From their camera to our screen, ms, where the timecode is seen.
    package var glassToGlass: Double?
    /// The parts of the way from their mouth to our ear, ms, as far as this side can tell.
    package var mouthToEar = StageDelays()
    /// The same of pictures, from their camera to our screen.
    package var cameraToScreen = StageDelays()
    /// CPU seconds a second of the whole engine, by stage.
    package var cpu: [String: Double] = [:]

    package init() {}
}
