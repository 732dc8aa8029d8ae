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

/// Another camera in place of the chosen one, until that one is there.
final class StandInCameraDriver: VideoSourceDriver {
    private static let interval: Int64 = 1_000_000

    private let driver: CameraDriver
    private let cameras: CameraList
    private let chosen: String
    private var nextLook = MediaClock.now + interval

    /// - Parameter candidates: device nodes; the first that opens is taken.
    init(
        for chosen: String, candidates: [String], cameras: CameraList, settings: VideoSettings
    ) throws(VideoSourceError) {
        let missing = MediaProblem.deviceNotFound(chosen)
        let opened = candidates.lazy.compactMap { try? CameraDriver(path: $0, settings: settings, missing: missing) }
        guard let driver = opened.first else { throw VideoSourceError(problem: missing) }
        self.driver = driver
        self.cameras = cameras
        self.chosen = chosen
    }

    var problem: MediaProblem? { .deviceNotFound(chosen) }

    func nextFrame() throws(VideoSourceError) -> VideoFrame? {
        let now = MediaClock.now
        if now >= nextLook {
            nextLook = now + Self.interval
            // Whoever opened this one opens the chosen one next.
            if cameras.path(of: chosen) != nil { throw VideoSourceError(problem: .deviceNotFound(chosen)) }
        }
        return try driver.nextFrame()
    }
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
