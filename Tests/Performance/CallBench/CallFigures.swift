/// One side's figures of one call, averaged over both sides where both were measured.
struct CallFigures {
    /// From the wish to call to the first decoded remote picture, ms.
    var setupTime: Double
    /// CPU seconds a second.
    var cpu: Double
    /// PSS, MB.
    var megabytes: Double
    var framesPerSecond: Double
    var freezes: Double
    /// ms, nil where it cannot be seen.
    var glassToGlass: Double?
    /// Received video, kbit/s.
    var kilobitsPerSecond: Double

    static func average(_ sides: [CallFigures]) -> CallFigures {
        let mean = { (values: [Double]) in values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }
        let glass = sides.compactMap(\.glassToGlass)
        return CallFigures(
            setupTime: mean(sides.map(\.setupTime)), cpu: mean(sides.map(\.cpu)),
            megabytes: mean(sides.map(\.megabytes)), framesPerSecond: mean(sides.map(\.framesPerSecond)),
            freezes: mean(sides.map(\.freezes)), glassToGlass: glass.isEmpty ? nil : mean(glass),
            kilobitsPerSecond: mean(sides.map(\.kilobitsPerSecond)))
    }
}

/// What is called with: a size, a rate and a ceiling.
struct CallShape {
    var width: Int
    var height: Int
    var framesPerSecond: Int
    /// bit/s
    var bitrate: Int

    static let all = [
        CallShape(width: 640, height: 480, framesPerSecond: 30, bitrate: 800_000),
        CallShape(width: 1280, height: 720, framesPerSecond: 30, bitrate: 1_500_000),
    ]

    var name: String { "\(width)x\(height)@\(framesPerSecond) \(bitrate / 1000) kbit/s" }
}
