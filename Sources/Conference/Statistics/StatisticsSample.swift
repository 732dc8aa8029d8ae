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
    package var mouthToEar = MouthToEar()
    /// CPU seconds a second of the whole engine, by stage.
    package var cpu: [String: Double] = [:]

    package init() {}
}

/// How long sound takes from one person to the other, by its stages. Their devices are taken to be like ours.
package struct MouthToEar: Hashable, Sendable {
    /// Microphone, in the sound server's account, and the time to fill one packet, ms.
    package var capture: Double?
    /// Half of the round trip, ms.
    package var network: Double?
    /// Jitter buffer, ms.
    package var buffer: Double?
    /// Decoded, mixed and on its way out of the speaker, ms.
    package var playout: Double?

    package init() {}

    /// ms; nil while a part is not known.
    package var total: Double? {
        guard let capture, let network, let buffer, let playout else { return nil }
        return capture + network + buffer + playout
    }
}
