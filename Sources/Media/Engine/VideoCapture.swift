import Logging
import Synchronization

/// One open camera (or pattern) and everybody who looks through it. Its thread lives as long as somebody does.
final class VideoCapture: Sendable {
    private struct State {
        var sinks: [Int: Sink] = [:]
        var next = 0
        var isRunning = false
        var problem: MediaProblem?
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
    private let state = Mutex(State())

    init(
        source: CameraSource, usage: CPUUsage,
        open: @escaping @Sendable () throws(VideoSourceError) -> any VideoSourceDriver
    ) {
        self.source = source
        self.usage = usage
        self.open = open
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

    var sinkCount: Int { state.withLock { $0.sinks.count } }

    private func run() {
        while isWanted() {
            do {
                try deliver(from: open())
            } catch {
                report(error.problem)
                wait()
            }
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
                report(nil)
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
