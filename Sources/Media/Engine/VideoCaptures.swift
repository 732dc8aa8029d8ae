import Glibc
import Synchronization

/// All cameras and patterns that somebody looks through: each opened once, by whatever name it is asked for.
final class VideoCaptures: Sendable {
    private let cameras: CameraList
    private let usage: CPUUsage
    private let captures = Mutex<[CameraSource: VideoCapture]>([:])
    private let preferred = Mutex<[String]>([])

    init(cameras: CameraList, usage: CPUUsage) {
        self.cameras = cameras
        self.usage = usage
    }

    /// What takes the place of a missing camera, the first first; then any.
    func setPreferred(_ names: [String]) { preferred.withLock { $0 = names } }

    private var standIn: String? {
        let names = preferred.withLock { $0 }
        return names.lazy.compactMap { self.cameras.path(of: $0) }.first ?? cameras.cameras().first?.id
    }

    /// A camera is opened at the size of its first user; a pattern has its own.
    func capture(of source: CameraSource, format: VideoSettings) -> VideoCapture {
        let shared = sharing(source)
        return captures.withLock { captures in
            if let running = captures[source], running.isInUse { return running }
            if let shared, shared.isInUse { return shared }
            // A camera that was left a moment ago is still open: two at a time would be "busy".
            captures = captures.filter { $0.value.isRunning || $0.value.isInUse }
            let ending = captures.values.filter { !$0.isInUse }
            let capture = VideoCapture(
                source: source, usage: usage, after: ending, open: opener(for: source, format: format))
            captures[source] = capture
            return capture
        }
    }

    /// A running capture of the same camera under another name.
    private func sharing(_ source: CameraSource) -> VideoCapture? {
        let others = captures.withLock { captures in
            captures.filter { $0.key != source && $0.value.isInUse }
        }
        // Looking for cameras takes milliseconds: only where it matters.
        guard others.keys.contains(where: \.isCamera), let path = path(of: source) else { return nil }
        return others.first { self.path(of: $0.key) == path }?.value
    }

    /// The device node behind a camera's name.
    private func path(of source: CameraSource) -> String? {
        let found: String? =
            switch source {
            case .none, .testPattern: nil
            case .systemDefault: cameras.cameras().first?.id
            case .device(let text): cameras.path(of: text)
            }
        guard let found, let real = realpath(found, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private func opener(
        for source: CameraSource, format: VideoSettings
    ) -> @Sendable () throws(VideoSourceError) -> any VideoSourceDriver {
        { [cameras, weak self] () throws(VideoSourceError) -> any VideoSourceDriver in
            switch source {
            case .none: throw VideoSourceError(problem: .noDevice)
            case .testPattern(let width, let height, let rate):
                guard let driver = TestPatternDriver(width: width, height: height, framesPerSecond: rate) else {
                    throw VideoSourceError(problem: .failed("no memory"))
                }
                return driver
            case .systemDefault:
                guard let camera = cameras.cameras().first else { throw VideoSourceError(problem: .noDevice) }
                return try CameraDriver(path: camera.id, settings: format, missing: .noDevice)
            case .device(let text):
                guard let path = cameras.path(of: text) else {
                    guard let self, let other = standIn else { throw VideoSourceError(problem: .deviceNotFound(text)) }
                    let capture = capture(of: .device(other), format: format)
                    return StandInCamera(for: text, by: capture, cameras: cameras)
                }
                return try CameraDriver(path: path, settings: format, missing: .deviceNotFound(text))
            }
        }
    }
}

extension CameraSource {
    fileprivate var isCamera: Bool {
        switch self {
        case .systemDefault, .device: true
        case .none, .testPattern: false
        }
    }
}
