/// A machine-readable time in a picture: black and white blocks that survive compression.
///
/// 96 bits in 4 rows of 24 blocks in the top left corner: 56 bits of capture time (µs), 24 of frame number, 16 of
/// checksum. A receiver on the same machine reads it back and knows how old the picture is.
package struct Timecode: Hashable, Sendable {
    /// Microseconds of `CLOCK_MONOTONIC`, the low 56 bits.
    package var captureTime: Int64
    /// The low 24 bits.
    package var frameNumber: Int

    static let columns = 24
    static let rows = 4

    package init(captureTime: Int64, frameNumber: Int) {
        self.captureTime = captureTime & 0xFF_FFFF_FFFF_FFFF
        self.frameNumber = frameNumber & 0xFF_FFFF
    }

    /// Pixels a block: whole 8x8 transform blocks where the picture is large enough.
    static func blockSize(width: Int) -> Int { width >= 24 * 16 ? 16 : 8 }

    private var checksum: UInt16 {
        var sum: UInt32 = 0x1D0F
        var rest = UInt64(captureTime)
        for _ in 0..<7 {
            sum = sum &* 31 &+ UInt32(rest & 0xFF)
            rest >>= 8
        }
        sum = sum &* 31 &+ UInt32(frameNumber)
        return UInt16(truncatingIfNeeded: sum ^ sum >> 16)
    }

    private func bit(_ index: Int) -> Bool {
        switch index {
        case 0..<56: captureTime >> Int64(index) & 1 == 1
        case 56..<80: frameNumber >> (index - 56) & 1 == 1
        default: checksum >> UInt16(index - 80) & 1 == 1
        }
    }

    /// Writes the blocks into the luma; the chroma below must be grey.
    func draw(into frame: VideoFrame) {
        let size = Self.blockSize(width: frame.width)
        guard frame.width >= size * Self.columns, frame.height >= size * Self.rows else { return }
        for index in 0..<Self.columns * Self.rows {
            let value: UInt8 = bit(index) ? 235 : 16
            let left = index % Self.columns * size
            let top = index / Self.columns * size
            for row in top..<top + size {
                (frame.y + row * frame.yStride + left).update(repeating: value, count: size)
            }
        }
    }

    /// Nil when the picture carries none, or compression spoiled it.
    package init?(readingFrom frame: VideoFrame) {
        let size = Self.blockSize(width: frame.width)
        guard frame.width >= size * Self.columns, frame.height >= size * Self.rows else { return nil }
        var low: UInt64 = 0
        var high: UInt64 = 0
        for index in 0..<Self.columns * Self.rows {
            let x = index % Self.columns * size + size / 2
            let y = index / Self.columns * size + size / 2
            let sum = [(-1, -1), (1, -1), (-1, 1), (1, 1)].reduce(0) { $0 + Int(frame.luma(x: x + $1.0, y: y + $1.1)) }
            guard sum > 4 * 128 else { continue }
            if index < 56 { low |= 1 << UInt64(index) } else { high |= 1 << UInt64(index - 56) }
        }
        self.init(captureTime: Int64(low), frameNumber: Int(high & 0xFF_FFFF))
        guard checksum == UInt16(truncatingIfNeeded: high >> 24) else { return nil }
    }

    /// How old the picture is now, µs; nil when that makes no sense (another machine's clock).
    package func age(at now: Int64) -> Int64? {
        let age = (now & 0xFF_FFFF_FFFF_FFFF) - captureTime
        return (0..<60_000_000).contains(age) ? age : nil
    }
}
