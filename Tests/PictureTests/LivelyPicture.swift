import Glibc
import RTC

@testable import Media

/// What a camera sees of somebody who talks: a still room with some detail and the noise of a sensor, a head that sways,
/// a hand that waves for two seconds of eight; and the timecode. Each picture can be drawn again from its number.
final class LivelyPicture {
    private static let grain = 8

    let width: Int
    let height: Int
    private let pool: FramePool
    /// The room, and the person, each several times with other noise.
    private let rooms: [[UInt8]]
    private let skins: [[UInt8]]

    init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        pool = FramePool(width: width, height: height, capacity: 64)
        var random = RandomSource.seeded(4)
        let room = Self.texture(width, height, range: 40...200, contrast: 0.7, random: &random)
        let skin = Self.texture(width, height, range: 90...220, contrast: 0.5, random: &random)
        rooms = (0..<Self.grain).map { _ in Self.noisy(room, random: &random) }
        skins = (0..<Self.grain).map { _ in Self.noisy(skin, random: &random) }
    }

    /// - Parameters:
    ///   - number: at 30 a second.
    ///   - captureTime: µs.
    func frame(_ number: Int, captureTime: Int64) -> VideoFrame? {
        guard let frame = pool.take() else { return nil }
        frame.captureTime = captureTime
        for row in 0..<height {
            copy(rooms, number: number, row: row, columns: 0..<width, shift: 0, into: frame)
        }
        let chroma = frame.chromaStride * ((height + 1) / 2)
        frame.u.update(repeating: 118, count: chroma)
        frame.v.update(repeating: 136, count: chroma)
        let seconds = Double(number) / 30
        let sway = Int(Double(width) / 8 * sin(seconds * 2.1))
        let nod = Int(Double(height) / 40 * sin(seconds * 5.3))
        draw(
            number, frame, x: width / 2 + sway, y: height * 11 / 20 + nod, halfWidth: width / 6, halfHeight: height / 3)
        if seconds.truncatingRemainder(dividingBy: 8) < 2 {
            let wave = Int(Double(width) / 8 * sin(seconds * 9))
            draw(
                number, frame, x: width * 3 / 4 + wave / 2, y: height / 2, halfWidth: width / 24,
                halfHeight: height / 10
            )
        }
        Timecode(captureTime: captureTime, frameNumber: number).draw(into: frame)
        return frame
    }

    /// An ellipse of skin that carries its texture with it.
    private func draw(_ number: Int, _ frame: VideoFrame, x: Int, y: Int, halfWidth: Int, halfHeight: Int) {
        for row in max(y - halfHeight, 0)..<min(y + halfHeight, height) {
            let part = Double(row - y) / Double(halfHeight)
            let half = Int(Double(halfWidth) * (1 - part * part).squareRoot())
            let columns = max(x - half, 0)..<min(x + half, width)
            let source = min(max(row - y + height / 2, 0), height - 1)
            copy(skins, number: number, row: row, from: source, columns: columns, shift: width / 2 - x, into: frame)
        }
    }

    private func copy(
        _ textures: [[UInt8]], number: Int, row: Int, from source: Int? = nil, columns: Range<Int>, shift: Int,
        into frame: VideoFrame
    ) {
        let texture = textures[(number &* 5 &+ row &* 3) % Self.grain]
        let start = min(max(columns.lowerBound + shift, 0), width - columns.count)
        texture.withUnsafeBufferPointer { buffer in
            guard let base = buffer.baseAddress else { return }
            (frame.y + row * frame.yStride + columns.lowerBound).update(
                from: base + (source ?? row) * width + start, count: columns.count)
        }
    }

    // MARK: Textures

    /// Smooth patches of several sizes, and a few things with hard edges.
    private static func texture(
        _ width: Int, _ height: Int, range: ClosedRange<Int>, contrast: Double, random: inout RandomSource
    ) -> [UInt8] {
        let octaves = [64, 24, 9, 4].map { size in (size, lattice(width / size + 2, height / size + 2, random: &random))
        }
        let boxes = (0..<14).map { _ in
            (
                x: Int(random.fraction() * Double(width)), y: Int(random.fraction() * Double(height)),
                width: width / 20 + Int(random.fraction() * Double(width / 8)),
                height: height / 20 + Int(random.fraction() * Double(height / 5)), shade: random.fraction() - 0.5
            )
        }
        var samples = [UInt8](repeating: 0, count: width * height)
        for y in 0..<height {
            for x in 0..<width {
                var (value, weight) = (0.0, contrast)
                for (size, lattice) in octaves {
                    value +=
                        weight
                        * interpolated(lattice, width / size + 2, Double(x) / Double(size), Double(y) / Double(size))
                    weight *= 0.55
                }
                for box in boxes where x >= box.x && x < box.x + box.width && y >= box.y && y < box.y + box.height {
                    value += box.shade * contrast
                }
                let middle = Double(range.lowerBound + range.upperBound) / 2
                let level = middle + value * Double(range.count) / 2
                samples[y * width + x] = UInt8(min(max(level, Double(range.lowerBound)), Double(range.upperBound)))
            }
        }
        return samples
    }

    private static func lattice(_ width: Int, _ height: Int, random: inout RandomSource) -> [Double] {
        (0..<width * height).map { _ in random.fraction() * 2 - 1 }
    }

    private static func interpolated(_ lattice: [Double], _ width: Int, _ x: Double, _ y: Double) -> Double {
        let (column, row) = (Int(x), Int(y))
        let (right, down) = (x - Double(column), y - Double(row))
        let corner = row * width + column
        let top = lattice[corner] * (1 - right) + lattice[corner + 1] * right
        let bottom = lattice[corner + width] * (1 - right) + lattice[corner + width + 1] * right
        return top * (1 - down) + bottom * down
    }

    /// A sensor's noise: up to three levels.
    private static func noisy(_ samples: [UInt8], random: inout RandomSource) -> [UInt8] {
        var bits = random.next()
        return samples.enumerated().map { index, sample in
            if index % 16 == 0 { bits = random.next() }
            let nibble = bits >> UInt64(index % 16 * 4) & 15
            return UInt8(clamping: Int(sample) + Int(nibble % 4) + Int(nibble / 4) - 3)
        }
    }
}
