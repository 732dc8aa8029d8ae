import CYUV
import Synchronization

/// One uncompressed picture, I420. Its memory goes back to the pool that it came from.
package final class VideoFrame: @unchecked Sendable {
    // Unchecked: the planes are written by the one who took the frame from the pool, before anybody else gets it, and
    // only read afterwards.

    package let width: Int
    package let height: Int
    /// When the picture was taken: microseconds of `CLOCK_MONOTONIC`.
    package var captureTime: Int64 = 0

    let yStride: Int
    let chromaStride: Int
    private let memory: UnsafeMutableRawPointer
    private let pool: FramePool?

    init(width: Int, height: Int, memory: UnsafeMutableRawPointer, pool: FramePool?) {
        self.width = width
        self.height = height
        self.memory = memory
        self.pool = pool
        yStride = Self.stride(width)
        chromaStride = Self.stride((width + 1) / 2)
    }

    deinit {
        if let pool { pool.giveBack(memory) } else { memory.deallocate() }
    }

    var y: UnsafeMutablePointer<UInt8> { memory.assumingMemoryBound(to: UInt8.self) }
    var u: UnsafeMutablePointer<UInt8> { y + yStride * height }
    var v: UnsafeMutablePointer<UInt8> { u + chromaStride * ((height + 1) / 2) }

    static func stride(_ width: Int) -> Int { (width + 63) & ~63 }

    static func byteCount(width: Int, height: Int) -> Int {
        stride(width) * height + 2 * stride((width + 1) / 2) * ((height + 1) / 2)
    }

    /// Converts to BGRA (bytes in that order), as GDK's memory textures want it.
    package func writeBGRA(into target: UnsafeMutableRawPointer, stride: Int) {
        _ = I420ToARGB(
            y, Int32(yStride), u, Int32(chromaStride), v, Int32(chromaStride),
            target.assumingMemoryBound(to: UInt8.self), Int32(stride), Int32(width), Int32(height))
    }

    /// The luma of one pixel, for tests and the timecode reader. Out of range is 0.
    package func luma(x: Int, y row: Int) -> UInt8 {
        guard (0..<width).contains(x), (0..<height).contains(row) else { return 0 }
        return y[row * yStride + x]
    }

    /// A copy in another size; nil when there is no memory left in the pool.
    func scaled(width newWidth: Int, height newHeight: Int, from pool: FramePool) -> VideoFrame? {
        guard let target = pool.take() else { return nil }
        _ = I420Scale(
            y, Int32(yStride), u, Int32(chromaStride), v, Int32(chromaStride), Int32(width), Int32(height),
            target.y, Int32(target.yStride), target.u, Int32(target.chromaStride), target.v,
            Int32(target.chromaStride), Int32(newWidth), Int32(newHeight), kFilterBilinear)
        target.captureTime = captureTime
        return target
    }
}

/// Memory for pictures of one size, used again and again. Capped: who takes too many gets none.
final class FramePool: Sendable {
    private struct State: @unchecked Sendable {
        // Unchecked: raw pointers to memory that nobody else holds while it lies here.
        var free: [UnsafeMutableRawPointer] = []
        var taken = 0
    }

    let width: Int
    let height: Int
    private let capacity: Int
    private let state = Mutex(State())

    init(width: Int, height: Int, capacity: Int = 16) {
        self.width = width
        self.height = height
        self.capacity = capacity
    }

    deinit {
        for memory in state.withLock({ $0.free }) { memory.deallocate() }
    }

    /// A frame with undefined content; nil when `capacity` frames are out.
    func take() -> VideoFrame? {
        let memory: UnsafeMutableRawPointer? = state.withLock { state in
            guard state.taken < capacity else { return nil }
            state.taken += 1
            return state.free.popLast()
                ?? .allocate(byteCount: VideoFrame.byteCount(width: width, height: height), alignment: 64)
        }
        return memory.map { VideoFrame(width: width, height: height, memory: $0, pool: self) }
    }

    func giveBack(_ memory: UnsafeMutableRawPointer) {
        state.withLock { state in
            state.taken -= 1
            state.free.append(memory)
        }
    }
}
