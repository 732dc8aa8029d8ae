import Synchronization

/// Something that takes pictures: a camera or the test pattern. One a device, whoever looks at it.
protocol VideoSourceDriver: AnyObject {
    /// Blocks until the next picture; nil when it was too late, spoiled, or there is no memory. Throws when the device
    /// is lost.
    func nextFrame() throws(VideoSourceError) -> VideoFrame?

    /// What is to be told although pictures come.
    var problem: MediaProblem? { get }
}

extension VideoSourceDriver {
    var problem: MediaProblem? { nil }
}

/// Why a camera gives nothing.
struct VideoSourceError: Error {
    var problem: MediaProblem
}

/// The test pattern, at its own rate.
final class TestPatternDriver: VideoSourceDriver {
    private let pattern: TestPattern
    private let interval: Int64
    private var due: Int64

    init?(width: Int, height: Int, framesPerSecond: Int) {
        guard let pattern = TestPattern(width: width, height: height) else { return nil }
        self.pattern = pattern
        interval = 1_000_000 / Int64(framesPerSecond)
        due = MediaClock.now
    }

    func nextFrame() -> VideoFrame? {
        due = max(due + interval, MediaClock.now - interval)
        MediaClock.sleep(until: due)
        return pattern.next(at: MediaClock.now)
    }
}
