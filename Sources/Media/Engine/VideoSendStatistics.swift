/// Figures of one stream's sent pictures, by W3C names.
package struct VideoSendStatistics: Sendable {
    package var framesEncoded = 0
    package var keyFramesEncoded = 0
    /// Seconds.
    package var totalEncodeTime = 0.0
    /// From the camera to the encoder's beginning, summed over the pictures it made; seconds.
    package var totalCaptureDelay = 0.0
    /// Sum of the quantizers, on the codec's own scale.
    package var qpSum = 0
    package var frameWidth = 0
    package var frameHeight = 0
    /// Of the last second or two.
    package var framesPerSecond = 0.0
    package var qualityLimitationReason = QualityLimitation.none
    /// Seconds.
    package var qualityLimitationDurations: [QualityLimitation: Double] = [:]
    package var qualityLimitationResolutionChanges = 0
}

/// Counts them. Time is the caller's, µs.
struct VideoSendFigures: Sendable {
    private static let rateWindow: Int64 = 1_000_000

    private var total = VideoSendStatistics()
    private var durations: QualityLimitationDurations
    private var windowBegan: Int64?
    private var windowCount = 0

    init(at now: Int64) { durations = QualityLimitationDurations(.none, at: now) }

    mutating func setLimitation(_ limitation: QualityLimitation, at now: Int64) { durations.set(limitation, at: now) }

    mutating func countChange() { total.qualityLimitationResolutionChanges += 1 }

    mutating func record(_ frame: EncodedVideo, at now: Int64) {
        total.framesEncoded += 1
        if frame.isKeyFrame { total.keyFramesEncoded += 1 }
        total.frameWidth = frame.width
        total.frameHeight = frame.height
        let began = windowBegan ?? now
        windowBegan = began
        if now - began >= Self.rateWindow {
            total.framesPerSecond = Double(windowCount) * 1_000_000 / Double(now - began)
            (windowBegan, windowCount) = (now, 0)
        }
        windowCount += 1
    }

    mutating func record(_ measurement: EncoderMeasurement) {
        guard let quantizer = measurement.quantizer else { return }
        total.totalEncodeTime += Double(measurement.encodeTime) / 1_000_000
        total.totalCaptureDelay += Double(measurement.captureDelay) / 1_000_000
        total.qpSum += quantizer
    }

    /// Nil before the first picture.
    func statistics(limitation: QualityLimitation, at now: Int64) -> VideoSendStatistics? {
        guard total.framesEncoded > 0 else { return nil }
        var statistics = total
        statistics.qualityLimitationReason = limitation
        for reason in QualityLimitation.allCases {
            statistics.qualityLimitationDurations[reason] = durations.seconds(of: reason, at: now)
        }
        if let windowBegan, now - windowBegan > 2 * Self.rateWindow { statistics.framesPerSecond = 0 }
        return statistics
    }
}
