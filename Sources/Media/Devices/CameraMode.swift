import CV4L

/// One of a camera's ways to give pictures: pixel format, size and the best rate at that size.
struct CameraMode: Hashable, Sendable {
    var format: UInt32
    var width: Int
    var height: Int
    var framesPerSecond: Double

    /// What this application converts by itself, the cheaper one first.
    static let native = [CV4L_format_yuyv, CV4L_format_mjpeg]

    /// The nearest size to the one asked; at that size the rate counts, since many a camera gives large uncompressed
    /// pictures only slowly; and of equals the format that costs less.
    static func best(of modes: [CameraMode], for settings: VideoSettings) -> CameraMode? {
        let wanted = Double(settings.framesPerSecond)
        func cost(_ mode: CameraMode) -> (Int, Double, Int) {
            (
                abs(mode.width - settings.width) + abs(mode.height - settings.height),
                -min(mode.framesPerSecond, wanted).rounded(), native.firstIndex(of: mode.format) ?? native.count
            )
        }
        return modes.min { cost($0) < cost($1) }
    }

    /// The modes of an open camera in the native formats. Empty for a camera that has none of them or does not tell its
    /// sizes.
    static func modes(of device: Int32, near settings: VideoSettings) -> [CameraMode] {
        nativeFormats(of: device).flatMap { format in
            sizes(of: device, format: format, near: settings).map { size in
                CameraMode(
                    format: format, width: size.width, height: size.height,
                    framesPerSecond: rate(of: device, format: format, size: size)
                        ?? Double(settings.framesPerSecond))
            }
        }
    }

    private static func nativeFormats(of device: Int32) -> [UInt32] {
        var formats: [UInt32] = []
        for index in 0..<64 as Range<UInt32> {
            var description = v4l2_fmtdesc()
            guard CV4L_format(device, index, &description) == 0 else { break }
            // libv4l2 adds the formats that it can make; they are never better than what they are made of.
            guard description.flags & UInt32(V4L2_FMT_FLAG_EMULATED) == 0 else { continue }
            if native.contains(description.pixelformat) { formats.append(description.pixelformat) }
        }
        return formats
    }

    private static func sizes(
        of device: Int32, format: UInt32, near settings: VideoSettings
    ) -> [(width: Int, height: Int)] {
        var sizes: [(width: Int, height: Int)] = []
        for index in 0..<256 as Range<UInt32> {
            var size = v4l2_frmsizeenum()
            guard CV4L_frame_size(device, format, index, &size) == 0 else { break }
            guard size.type == V4L2_FRMSIZE_TYPE_DISCRETE.rawValue else {
                // Any size in a range: the one asked, as far as the range goes.
                let range = size.stepwise
                return [
                    (
                        within(settings.width, range.min_width, range.max_width, step: range.step_width),
                        within(settings.height, range.min_height, range.max_height, step: range.step_height)
                    )
                ]
            }
            sizes.append((Int(size.discrete.width), Int(size.discrete.height)))
        }
        return sizes.filter { (16...4096).contains($0.width) && (16...4096).contains($0.height) }
    }

    private static func within(_ value: Int, _ low: UInt32, _ high: UInt32, step: UInt32) -> Int {
        guard low <= high else { return value }
        let clamped = min(max(value, Int(low)), Int(high))
        return clamped - (clamped - Int(low)) % max(Int(step), 1)
    }

    /// Pictures a second at the shortest interval; nil when the camera does not tell.
    private static func rate(of device: Int32, format: UInt32, size: (width: Int, height: Int)) -> Double? {
        var best: Double?
        for index in 0..<64 as Range<UInt32> {
            var interval = v4l2_frmivalenum()
            guard
                CV4L_frame_interval(device, format, UInt32(size.width), UInt32(size.height), index, &interval) == 0
            else { break }
            let isDiscrete = interval.type == V4L2_FRMIVAL_TYPE_DISCRETE.rawValue
            let shortest = isDiscrete ? interval.discrete : interval.stepwise.min
            if shortest.numerator > 0 {
                best = max(best ?? 0, Double(shortest.denominator) / Double(shortest.numerator))
            }
            guard isDiscrete else { break }
        }
        return best
    }
}
