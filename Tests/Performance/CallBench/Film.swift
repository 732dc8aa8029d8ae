import Foundation
import Programs

/// A picture as a camera in a room gives it: a wall with a texture, somebody before it who moves, and the sensor's noise. As
/// files for both, since what a test pattern or Chromium's own camera shows fills no link.
struct Film {
    private static let seconds = 3
    private static let noise = 3

    let shape: CallShape
    /// YUYV pictures, one after the other, for `EmulatedCamera`.
    let pictures: String
    /// The same for Chromium.
    let stream: String

    /// It ends as it began, so that it can be shown again and again.
    init(_ shape: CallShape, in folder: TemporaryFolder) throws {
        self.shape = shape
        let name = "\(shape.width)x\(shape.height)"
        pictures = folder.url.appendingPathComponent("\(name).yuyv").path
        stream = folder.url.appendingPathComponent("\(name).y4m").path
        for path in [pictures, stream] { _ = FileManager.default.createFile(atPath: path, contents: nil) }
        let files = try [pictures, stream].map { try FileHandle(forWritingTo: URL(fileURLWithPath: $0)) }
        let header = "YUV4MPEG2 W\(shape.width) H\(shape.height) F\(shape.framesPerSecond):1 Ip A1:1 C420jpeg\n"
        try files[1].write(contentsOf: Data(header.utf8))
        var random = SplitMix(state: 1)
        let wall = Self.texture(shape, random: &random)
        let coat = Self.texture(shape, random: &random)
        let count = shape.framesPerSecond * Self.seconds
        for number in 0..<count {
            let angle = 2 * Double.pi * Double(number) / Double(count)
            let luma = Self.picture(shape, wall: wall, coat: coat, angle: angle, random: &random)
            try files[0].write(contentsOf: Data(Self.interleaved(luma)))
            try files[1].write(contentsOf: Data("FRAME\n".utf8))
            let chroma = [UInt8](repeating: 128, count: shape.width * shape.height / 2)
            try files[1].write(contentsOf: Data(luma + chroma))
        }
        for file in files { try file.close() }
    }

    /// Smooth noise of several sizes, 16...235.
    private static func texture(_ shape: CallShape, random: inout SplitMix) -> [UInt8] {
        var sum = [Double](repeating: 126, count: shape.width * shape.height)
        for (size, height) in [(64, 50.0), (16, 25.0), (4, 12.0)] {
            let columns = shape.width / size + 2
            let knots = (0..<columns * (shape.height / size + 2)).map { _ in random.fraction() * 2 - 1 }
            for y in 0..<shape.height {
                let (row, down) = (y / size, Double(y % size) / Double(size))
                for x in 0..<shape.width {
                    let (knot, right) = (row * columns + x / size, Double(x % size) / Double(size))
                    let top = knots[knot] * (1 - right) + knots[knot + 1] * right
                    let bottom = knots[knot + columns] * (1 - right) + knots[knot + columns + 1] * right
                    sum[y * shape.width + x] += height * (top * (1 - down) + bottom * down)
                }
            }
        }
        return sum.map { UInt8(min(max($0, 20), 231)) }
    }

    private static func picture(
        _ shape: CallShape, wall: [UInt8], coat: [UInt8], angle: Double, random: inout SplitMix
    ) -> [UInt8] {
        let (width, height) = (shape.width, shape.height)
        let shiftX = Int(sin(angle) * Double(width) / 16)
        let shiftY = Int(sin(2 * angle) * Double(height) / 48)
        let (centreX, centreY) = (width / 2 + shiftX, height * 6 / 10 + shiftY)
        let (radiusX, radiusY) = (Double(width) / 5, Double(height) / 2.6)
        var luma = [UInt8](repeating: 0, count: width * height)
        for y in 0..<height {
            let distance = Double(y - centreY) / radiusY
            let half = Int((1 - min(distance * distance, 1)).squareRoot() * radiusX)
            let body = (centreX - half)..<(centreX + half)
            let line = min(max(y - shiftY, 0), height - 1) * width
            for x in 0..<width {
                let grain = Int(random.next() >> 32) % (2 * noise + 1) - noise
                let value = body.contains(x) ? coat[line + min(max(x - shiftX, 0), width - 1)] : wall[y * width + x]
                luma[y * width + x] = UInt8(Int(value) + grain)
            }
        }
        return luma
    }

    private static func interleaved(_ luma: [UInt8]) -> [UInt8] {
        var bytes = [UInt8](repeating: 128, count: luma.count * 2)
        for (index, value) in luma.enumerated() { bytes[index * 2] = value }
        return bytes
    }
}

/// Always the same numbers (SplitMix64).
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    mutating func fraction() -> Double { Double(next() >> 11) / Double(1 << 53) }
}
