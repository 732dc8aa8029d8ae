/// A picture that moves and tells its own time: colour bars, a gradient, a bouncing ball, the timecode.
///
/// The background is drawn once; each frame copies it and draws what moves.
final class TestPattern {
    private let background: VideoFrame
    private let pool: FramePool
    private var frameNumber = 0

    /// Nil when there is no memory.
    init?(width: Int, height: Int) {
        pool = FramePool(width: width, height: height)
        guard let background = FramePool(width: width, height: height, capacity: 1).take() else { return nil }
        self.background = background
        drawBackground()
    }

    /// Nil while everybody is too slow to give frames back.
    func next(at captureTime: Int64) -> VideoFrame? {
        frameNumber += 1
        guard let frame = pool.take() else { return nil }
        frame.y.update(
            from: background.y, count: VideoFrame.byteCount(width: frame.width, height: frame.height))
        frame.captureTime = captureTime
        drawBall(in: frame)
        Timecode(captureTime: captureTime, frameNumber: frameNumber).draw(into: frame)
        return frame
    }

    private func drawBackground() {
        // SMPTE-like bars: white, yellow, cyan, green, magenta, red, blue at 75 %.
        let bars: [(UInt8, UInt8, UInt8)] = [
            (180, 128, 128), (162, 44, 142), (131, 156, 44), (112, 72, 58), (84, 184, 198), (65, 100, 212),
            (35, 212, 114),
        ]
        let (width, height) = (background.width, background.height)
        let barsEnd = height * 3 / 4
        for row in 0..<height {
            for column in 0..<width {
                let value = row < barsEnd ? bars[column * bars.count / width].0 : UInt8(16 + column * 219 / width)
                background.y[row * background.yStride + column] = value
            }
        }
        let codeHeight = Timecode.blockSize(width: width) * Timecode.rows
        let codeWidth = Timecode.blockSize(width: width) * Timecode.columns
        for row in 0..<(height + 1) / 2 {
            for column in 0..<(width + 1) / 2 {
                let isGrey = row * 2 >= barsEnd || (row * 2 < codeHeight && column * 2 < codeWidth)
                let bar = bars[min(column * 2, width - 1) * bars.count / width]
                background.u[row * background.chromaStride + column] = isGrey ? 128 : bar.1
                background.v[row * background.chromaStride + column] = isGrey ? 128 : bar.2
            }
        }
    }

    /// A ball that bounces in the lower three quarters, white with a dark rim.
    private func drawBall(in frame: VideoFrame) {
        let radius = max(frame.height / 10, 4)
        let top = Timecode.blockSize(width: frame.width) * Timecode.rows
        let spanX = frame.width - 2 * radius
        let spanY = frame.height - top - 2 * radius
        guard spanX > 0, spanY > 0 else { return }
        let bounce = { (position: Int, span: Int) in
            position % (2 * span) < span ? position % span : span - position % span
        }
        let centreX = radius + bounce(frameNumber * frame.width / 160, spanX)
        let centreY = top + radius + bounce(frameNumber * frame.height / 110, spanY)
        for dy in -radius..<radius {
            let half = Int(Double(radius * radius - dy * dy).squareRoot())
            let line = frame.y + (centreY + dy) * frame.yStride
            (line + centreX - half).update(repeating: 40, count: 2 * half)
            let inner = max(half - max(radius / 6, 2), 0)
            (line + centreX - inner).update(repeating: 225, count: 2 * inner)
        }
    }
}
