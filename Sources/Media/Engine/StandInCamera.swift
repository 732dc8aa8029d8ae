import Dispatch
import Synchronization

/// Another camera in place of the chosen one, until that one is there. It is shared with whoever has chosen it.
final class StandInCamera: VideoSourceDriver {
    /// The last picture, on its way from the other camera's thread.
    private final class Mailbox: Sendable {
        private struct State {
            var frame: VideoFrame?
            var isLost = false
        }

        private let state = Mutex(State())
        private let arrival = DispatchSemaphore(value: 0)

        func put(_ frame: VideoFrame) {
            state.withLock { $0.frame = frame }
            arrival.signal()
        }

        func setLost(_ isLost: Bool) {
            state.withLock { $0.isLost = isLost }
            if isLost { arrival.signal() }
        }

        func take() -> (frame: VideoFrame?, isLost: Bool) {
            _ = arrival.wait(timeout: .now() + .milliseconds(500))
            return state.withLock { state in
                defer { state.frame = nil }
                return (state.frame, state.isLost)
            }
        }
    }

    private static let interval: Int64 = 1_000_000

    private let capture: VideoCapture
    private let attachment: Int
    private let cameras: CameraList
    private let chosen: String
    private let mailbox = Mailbox()
    private var nextLook = MediaClock.now + interval

    init(for chosen: String, by capture: VideoCapture, cameras: CameraList) {
        self.chosen = chosen
        self.capture = capture
        self.cameras = cameras
        attachment = capture.attach(
            VideoCapture.Sink(
                onFrame: { [mailbox] frame in mailbox.put(frame) },
                onProblem: { [mailbox] problem in mailbox.setLost(problem != nil) }))
    }

    deinit { capture.detach(attachment) }

    var problem: MediaProblem? { .deviceNotFound(chosen) }

    func nextFrame() throws(VideoSourceError) -> VideoFrame? {
        let now = MediaClock.now
        if now >= nextLook {
            nextLook = now + Self.interval
            // Whoever opened this one opens the chosen one next.
            if cameras.path(of: chosen) != nil { throw VideoSourceError(problem: .deviceNotFound(chosen)) }
        }
        let (frame, isLost) = mailbox.take()
        if isLost { throw VideoSourceError(problem: .deviceNotFound(chosen)) }
        return frame
    }
}
