/// A picture in memory that GTK can show as it is: B, G, R, A bytes, opaque. Its buffer goes back to the pool with it.
package nonisolated final class PixelPicture: Sendable {
    package let width: Int
    package let height: Int
    /// Bytes from one line to the next.
    package let stride: Int
    /// Clockwise turns of 90 degrees still to be made when drawing: 0...3.
    package let quarterTurns: Int

    private let pool: PixelBuffers
    private let address: UInt
    private let byteCount: Int

    /// The largest picture: more than any camera gives, little enough for any computer.
    package static let largestSide = 8192

    /// Takes a buffer and lets `fill` write lines of pixels into it, `stride` bytes apart. Nil for a size of zero or less
    /// or above 8192 on a side, and when `fill` says that it has failed.
    package init?(
        width: Int, height: Int, quarterTurns: Int = 0, pool: PixelBuffers,
        fill: (_ buffer: UnsafeMutableRawBufferPointer, _ stride: Int) -> Bool
    ) {
        guard (1...Self.largestSide).contains(width), (1...Self.largestSide).contains(height) else { return nil }
        self.width = width
        self.height = height
        self.quarterTurns = quarterTurns & 3
        // Whole cache lines, so that each line can be written by wide instructions.
        stride = (width * 4 + 63) & ~63
        self.pool = pool
        let buffer = pool.take(byteCount: stride * height)
        address = UInt(bitPattern: buffer.baseAddress)
        byteCount = buffer.count
        guard fill(buffer, stride) else { return nil }
    }

    deinit { pool.give(buffer) }

    package var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(buffer) }

    private var buffer: UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(start: UnsafeMutableRawPointer(bitPattern: address), count: byteCount)
    }
}
