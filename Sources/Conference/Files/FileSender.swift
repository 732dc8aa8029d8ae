import NIOCore
import RTC
import Transport

/// How the moving of a file's bytes ended.
enum FileOutcome: Hashable, Sendable {
    /// Everything is there.
    case complete
    /// The way broke: again.
    case broken(FileProblem)
    /// Again is of no use.
    case failed(FileProblem)
    /// Somebody else moves the bytes, or nobody should.
    case idle
}

/// Sends one file's bytes over one way.
actor FileSender {
    private let executor = DiskExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private let record: FileRecord
    private let pipe: any FilePipe
    private let pace: FilePace
    private let meter: FileMeter
    private var window: FileWindow
    private var acknowledged: Int64 = 0
    private var request: (offset: Int64, prefix: [UInt8])?
    private var waiter: CheckedContinuation<Void, Never>?
    private var isBroken = false
    private var violation = false

    init(_ record: FileRecord, over pipe: any FilePipe, pace: FilePace, meter: FileMeter) {
        (self.record, self.pipe, self.pace, self.meter) = (record, pipe, pace, meter)
        window = FileWindow(isYielding: pipe.isInCall)
    }

    /// - Parameter claim: called when the receiver has asked for the bytes; false when they are not to be sent.
    func run(claim: @Sendable () async -> Bool) async -> FileOutcome {
        let listening = Task { await self.listen() }
        defer {
            listening.cancel()
            pipe.close()
        }
        while request == nil, !isBroken { await waitForWord() }
        guard let request, await claim() else { return .idle }
        do throws(FileProblem) {
            return try await send(from: request.offset, prefix: request.prefix)
        } catch {
            pipe.send(.stop(error))
            return .failed(error)
        }
    }

    private func listen() async {
        for await frame in pipe.frames { hear(frame) }
        isBroken = true
        wakeUp()
    }

    private func hear(_ frame: FileFrame) {
        switch frame {
        case .get(let offset, let prefix) where request == nil && offset <= record.offer.size:
            request = (offset, prefix)
        case .received(let offset) where offset >= acknowledged && offset <= record.offer.size:
            acknowledged = offset
            window.acknowledged(offset, at: MonotonicClock.now)
            meter.set(offset)
        default:
            violation = true
            isBroken = true
        }
        wakeUp()
    }

    private func wakeUp() {
        waiter?.resume()
        waiter = nil
    }

    private func waitForWord() async {
        guard !isBroken else { return }
        await withCheckedContinuation { waiter = $0 }
    }

    private func send(from offset: Int64, prefix: [UInt8]) async throws(FileProblem) -> FileOutcome {
        let found = try check()
        var layout = FileLayout(file: record.path, size: record.offer.size)
        if let index = found.index {
            layout = FileLayout(
                index: index, size: record.offer.indexSize, head: record.path, root: record.path)
        }
        var reading = FileReading(layout, head: found.index?.bytes ?? [])
        guard var hash = try? SHA256Hash() else { throw .sourceUnreadable }
        var position: Int64 = 0
        while position < offset {
            var buffer = ByteBuffer()
            try reading.read(at: position, limit: Int(min(1 << 20, offset - position)), into: &buffer)
            buffer.withUnsafeReadableBytes { hash.update($0) }
            position += Int64(buffer.readableBytes)
            meter.touch()
            if position % (64 << 20) == 0 { await Task.yield() }
            if isBroken { return .broken(.connectionLost) }
        }
        if (try? hash.value) != prefix {
            guard let fresh = try? SHA256Hash() else { throw .sourceUnreadable }
            (hash, position) = (fresh, 0)
        }
        acknowledged = position
        meter.set(position)
        meter.start()
        pipe.send(.start(position))
        while position < record.offer.size {
            guard let count = await allowance(at: position) else { return broken }
            var buffer = ByteBuffer()
            try reading.read(at: position, limit: count, into: &buffer)
            buffer.withUnsafeReadableBytes { hash.update($0) }
            position += Int64(buffer.readableBytes)
            window.sent(buffer.readableBytes, through: position, at: MonotonicClock.now)
            pipe.send(.data(buffer))
            // Lets what the receiver says in.
            await Task.yield()
        }
        _ = try check()
        guard let value = try? hash.value else { throw .sourceUnreadable }
        pipe.send(.end(value))
        // The receiver closes when it has all.
        while !isBroken, acknowledged < record.offer.size { await waitForWord() }
        return acknowledged == record.offer.size ? .complete : broken
    }

    private var broken: FileOutcome { violation ? .failed(.protocolError) : .broken(.connectionLost) }

    /// Whether the source is what was offered.
    private func check() throws(FileProblem) -> FoundFile {
        let found = try FoundFile.read(record.path)
        guard found.mark == record.mark, found.offer.size == record.offer.size,
            found.offer.indexSize == record.offer.indexSize
        else { throw .sourceChanged }
        return found
    }

    /// Bytes that may go now, when they may; nil when nothing can any more.
    private func allowance(at position: Int64) async -> Int? {
        while !isBroken {
            window.isYielding = pipe.isInCall || pace.isYielding(to: record.conversation)
            let count = min(pipe.pieceLimit, window.pieceLimit, pace.pieceLimit)
            guard position - acknowledged + Int64(count) <= Int64(window.limit) || position == acknowledged else {
                await waitForWord()
                continue
            }
            let wait = pace.take(count, at: MonotonicClock.now)
            if wait > .zero { try? await Task.sleep(for: wait) }
            return isBroken || Task.isCancelled ? nil : count
        }
        return nil
    }
}
