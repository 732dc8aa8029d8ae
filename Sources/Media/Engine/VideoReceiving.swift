import Synchronization

/// Figures of received pictures, by W3C names.
package struct VideoReceiveStatistics: Sendable {
    package var framesDecoded = 0
    package var framesDropped = 0
    package var keyFramesDecoded = 0
    /// Seconds.
    package var totalDecodeTime = 0.0
    /// From the arrival of each decoded picture's first packet until it was decoded; seconds.
    package var totalProcessingDelay = 0.0
    package var frameWidth = 0
    package var frameHeight = 0
    package var freezeCount = 0
    /// Seconds.
    package var totalFreezesDuration = 0.0
    /// Seconds.
    package var totalInterFrameDelay = 0.0
    /// ms from the far camera to here, where the picture carries the timecode; an average of the last pictures.
    package var glassToGlass: Double?
}

/// One stream's decoder, on a thread of its own.
package final class VideoReceiving: Sendable {
    private struct Job: Sendable {
        var codec: String
        var bytes: [UInt8]
        var isKeyFrame: Bool
        var arrival: Int64?
    }

    private let queue = BoundedQueue<Job>(capacity: 30)
    private let book = Book()
    private let usage: CPUUsage
    private let onFrame: @Sendable (VideoFrame) -> Void
    private let onKeyFrameNeeded: @Sendable () -> Void

    init(
        usage: CPUUsage, onFrame: @escaping @Sendable (VideoFrame) -> Void,
        onKeyFrameNeeded: @escaping @Sendable () -> Void
    ) {
        self.usage = usage
        self.onFrame = onFrame
        self.onKeyFrameNeeded = onKeyFrameNeeded
    }

    deinit { queue.close() }

    func start() {
        WorkerThread.start("decoder") { [queue, book, usage, onFrame, onKeyFrameNeeded] in
            var decoder: PictureDecoder?
            var needsKeyFrame = true
            while let job = queue.pop() {
                let cpu = MediaClock.threadCPU
                defer { usage.add(MediaClock.threadCPU - cpu, to: .decode) }
                if needsKeyFrame || decoder?.codecName != job.codec, !job.isKeyFrame {
                    book.figures.withLock { $0.statistics.framesDropped += 1 }
                    onKeyFrameNeeded()
                    continue
                }
                let began = MediaClock.now
                do {
                    // The far side may change over to another codec in mid-call.
                    if decoder?.codecName != job.codec { decoder = try PictureDecoder(codec: job.codec) }
                    let frame = try decoder?.decode(job.bytes)
                    needsKeyFrame = false
                    guard let frame else { continue }
                    frame.captureTime = began
                    book.figures.withLock { $0.record(frame, of: job, began: began) }
                    onFrame(frame)
                } catch {
                    needsKeyFrame = true
                    onKeyFrameNeeded()
                }
            }
        }
    }

    /// Network thread: the next complete picture. When the decoder cannot follow, the oldest is forgotten.
    ///
    /// - Parameters:
    ///   - codec: lower-case RTP encoding name.
    ///   - arrival: when its first packet came, microseconds of `CLOCK_MONOTONIC`; nil for a picture from elsewhere.
    package func decode(_ bytes: [UInt8], codec: String, isKeyFrame: Bool, arrival: Int64? = nil) {
        if queue.push(Job(codec: codec, bytes: bytes, isKeyFrame: isKeyFrame, arrival: arrival)) {
            book.figures.withLock { $0.statistics.framesDropped += 1 }
            onKeyFrameNeeded()
        }
    }

    package func close() { queue.close() }

    package var statistics: VideoReceiveStatistics { book.figures.withLock { $0.statistics } }

    /// Shared with the thread, which must not keep the owner alive.
    private final class Book: Sendable {
        let figures = Mutex(Figures())
    }

    /// Counts as W3C webrtc-stats says.
    private struct Figures {
        var statistics = VideoReceiveStatistics()
        private var lastFrame: Int64?
        /// Intervals of the last 30 pictures, µs.
        private var intervals: [Int64] = []
        private var glassTimes: [Double] = []

        mutating func record(_ frame: VideoFrame, of job: Job, began: Int64) {
            let now = MediaClock.now
            statistics.framesDecoded += 1
            if let arrival = job.arrival {
                statistics.totalProcessingDelay += Double(max(0, now - arrival)) / 1_000_000
            }
            if job.isKeyFrame { statistics.keyFramesDecoded += 1 }
            statistics.totalDecodeTime += Double(now - began) / 1_000_000
            statistics.frameWidth = frame.width
            statistics.frameHeight = frame.height
            if let lastFrame { recordInterval(now - lastFrame) }
            lastFrame = now
            if let age = Timecode(readingFrom: frame)?.age(at: now) {
                glassTimes.append(Double(age) / 1000)
                if glassTimes.count > 60 { glassTimes.removeFirst() }
                statistics.glassToGlass = glassTimes.reduce(0, +) / Double(glassTimes.count)
            }
        }

        /// A freeze is an interval above max(3 x mean, mean + 150 ms) of the last 30 (webrtc-stats `freezeCount`).
        private mutating func recordInterval(_ interval: Int64) {
            statistics.totalInterFrameDelay += Double(interval) / 1_000_000
            if intervals.count >= 5 {
                let mean = intervals.reduce(0, +) / Int64(intervals.count)
                if interval > max(3 * mean, mean + 150_000) {
                    statistics.freezeCount += 1
                    statistics.totalFreezesDuration += Double(interval) / 1_000_000
                }
            }
            intervals.append(interval)
            if intervals.count > 30 { intervals.removeFirst() }
        }
    }
}
