import RTC
import Transport

/// The bytes of one file as they go over a way.
struct FileMove {
    let pipe: any FilePipe
    let meter: FileMeter
    private var samples: ArraySlice<(at: Instant, bytes: Int64)> = []
    private static let span = Duration.seconds(3)

    init(_ pipe: any FilePipe, _ meter: FileMeter) {
        self.pipe = pipe
        self.meter = meter
    }

    /// Bytes a second in the last seconds.
    mutating func rate(at now: Instant) -> Double {
        samples.append((now, meter.bytes))
        while let first = samples.first, samples.count > 2, now - first.at > Self.span { samples.removeFirst() }
        guard let first = samples.first, let last = samples.last, last.at > first.at else { return 0 }
        return max(0, Double(last.bytes - first.bytes)) / (last.at - first.at).inSeconds
    }
}

/// One file's search for a way, again and again, for as long as it is wanted.
@MainActor final class FileWork {
    private var task: Task<Void, Never>?
    private var rest: Task<Void, Never>?
    private(set) var isOver = false

    /// - Parameter earlier: work on the same file that may not have ended yet.
    init(after earlier: FileWork?, _ body: @escaping @MainActor (FileWork) async -> Void) {
        task = Task { [weak self] in
            await earlier?.task?.value
            if let self { await body(self) }
        }
    }

    func stop() {
        isOver = true
        task?.cancel()
        rest?.cancel()
    }

    /// Ends a pause.
    func wake() { rest?.cancel() }

    func pause(_ duration: Duration) async {
        guard !isOver else { return }
        let rest = Task { _ = try? await Task.sleep(for: duration) }
        self.rest = rest
        await rest.value
    }
}
