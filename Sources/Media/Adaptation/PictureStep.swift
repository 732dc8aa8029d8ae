/// How much of a stream's picture is sent: a rung of the ladder from all of it to the least worth sending.
struct PictureStep: Hashable, Sendable {
    /// Eighths of width and height: 8, 6, 4, 3 or 2.
    var eighths = 8
    /// Every how-manieth picture is sent: 1, 2 or 4.
    var divisor = 1

    /// Bit/s a pixel that a picture at 30 a second is worth at least: the least rates of libwebrtc's table for simulcast
    /// (1280x720: 600 kbit/s, 640x360: 150), which lie on one line.
    private static let leastBitsPerPixel = 0.65
    /// Smaller pictures are of no use, nor are fewer.
    private static let leastPixelCount = 160 * 90
    private static let leastFrameRate = 4

    /// The part of its bitrate that is left of an encoding when every `divisor`-th picture of it is sent: fewer pictures
    /// differ more (libwebrtc's shares of VP8's temporal layers).
    static func share(_ divisor: Int) -> Double { divisor >= 4 ? 0.4 : divisor >= 2 ? 0.6 : 1 }

    /// In even pixels.
    func size(of settings: VideoSettings) -> (width: Int, height: Int) {
        let part = { (length: Int) in max(length * eighths / 8 & ~1, 16) }
        return (part(settings.width), part(settings.height))
    }

    /// Bit/s below which a smaller or slower picture looks better.
    func leastBitrate(of settings: VideoSettings) -> Int {
        let (width, height) = size(of: settings)
        let rate = min(Double(settings.framesPerSecond) / 30, 1)
        return Int(Double(width * height) * Self.leastBitsPerPixel * rate * Self.share(divisor))
    }

    /// The rungs for a stream, the best first: what gives way first is what its hint says.
    static func ladder(for settings: VideoSettings) -> [PictureStep] {
        let sizes = [8, 6, 4, 3, 2]
        let steps: [PictureStep] =
            switch settings.contentHint {
            case .motion: sizes.map { PictureStep(eighths: $0) } + [PictureStep(eighths: 2, divisor: 2)]
            case .balanced:
                sizes.prefix(3).map { PictureStep(eighths: $0) }
                    + sizes[2...].map { PictureStep(eighths: $0, divisor: 2) }
            case .detail:
                [PictureStep(), PictureStep(divisor: 2)] + sizes.map { PictureStep(eighths: $0, divisor: 4) }
            }
        return steps.filter { $0 == PictureStep() || $0.isWorthSending(of: settings) }
    }

    private func isWorthSending(of settings: VideoSettings) -> Bool {
        let (width, height) = size(of: settings)
        let isLarge = eighths == 8 || width * height >= Self.leastPixelCount
        return isLarge && (divisor == 1 || settings.framesPerSecond / divisor >= Self.leastFrameRate)
    }
}
