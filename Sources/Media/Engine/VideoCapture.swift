import Logging
import Synchronization

/// One open camera (or pattern) and everybody who looks through it. Its thread lives as long as somebody does.
final class VideoCapture: Sendable {
    private struct State {
        var sinks: [Int: Sink] = [:]
        var next = 0
        var isRunning = false
        var problem: MediaProblem?
        var predecessors: [VideoCapture]
    }

    struct Sink: Sendable {
        var onFrame: @Sendable (VideoFrame) -> Void
        var onProblem: @Sendable (MediaProblem?) -> Void
    }

    /// How long to wait before a lost or missing camera is tried again, µs.
    private static let retryInterval: Int64 = 1_000_000

    let source: CameraSource
    private let open: @Sendable () throws(VideoSourceError) -> any VideoSourceDriver
    private let usage: CPUUsage
    private let state: Mutex<State>

    /// - Parameter predecessors: captures that nobody looks through any more; their cameras must be closed first.
    init(
        source: CameraSource, usage: CPUUsage, after predecessors: [VideoCapture],
        open: @escaping @Sendable () throws(VideoSourceError) -> any VideoSourceDriver
    ) {
        self.source = source
        self.usage = usage
        self.open = open
        state = Mutex(State(predecessors: predecessors))
    }

    func attach(_ sink: Sink) -> Int {
        let (identifier, mustStart, problem) = state.withLock { state in
            state.next += 1
            state.sinks[state.next] = sink
            defer { state.isRunning = true }
            return (state.next, !state.isRunning, state.problem)
        }
        if let problem { sink.onProblem(problem) }
        if mustStart { WorkerThread.start("camera") { self.run() } }
        return identifier
    }

    func detach(_ identifier: Int) {
        state.withLock { _ = $0.sinks.removeValue(forKey: identifier) }
    }

    /// Whether somebody looks through it, or is just about to.
    var isInUse: Bool { state.withLock { !$0.sinks.isEmpty || $0.next == 0 } }

    /// Whether the camera is, or may be, open.
    var isRunning: Bool { state.withLock { $0.isRunning } }

    private func run() {
        waitForPredecessors()
        while isWanted() {
            do {
                try deliver(from: open())
            } catch {
                report(error.problem)
                wait()
            }
        }
    }

    /// They close within one picture's wait; one that somebody looks through again is left alone.
    private func waitForPredecessors() {
        let predecessors = state.withLock { state in
            defer { state.predecessors = [] }
            return state.predecessors
        }
        let end = MediaClock.now + Self.retryInterval
        while MediaClock.now < end, predecessors.contains(where: { $0.isRunning && !$0.isInUse }) {
            MediaClock.sleep(until: MediaClock.now + 5_000)
        }
    }

    /// False, and the thread ends, when nobody looks any more.
    private func isWanted() -> Bool {
        state.withLock { state in
            if state.sinks.isEmpty {
                state.isRunning = false
                state.problem = nil
            }
            return state.isRunning
        }
    }

    private func deliver(from driver: any VideoSourceDriver) throws(VideoSourceError) {
        var cpu = MediaClock.threadCPU
        while true {
            let sinks = state.withLock { $0.sinks }
            guard !sinks.isEmpty else { return }
            if let frame = try driver.nextFrame() {
                // Only now: a stuck camera opens well, time and again.
                report(driver.problem)
                for sink in sinks.values { sink.onFrame(frame) }
            }
            let now = MediaClock.threadCPU
            usage.add(now - cpu, to: .capture)
            cpu = now
        }
    }

    private func wait() {
        let end = MediaClock.now + Self.retryInterval
        while MediaClock.now < end, state.withLock({ !$0.sinks.isEmpty }) {
            MediaClock.sleep(until: min(end, MediaClock.now + 100_000))
        }
    }

    private func report(_ problem: MediaProblem?) {
        let sinks = state.withLock { state -> [Sink] in
            guard state.problem != problem else { return [] }
            state.problem = problem
            return Array(state.sinks.values)
        }
        for sink in sinks { sink.onProblem(problem) }
    }
}
