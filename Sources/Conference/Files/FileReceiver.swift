import FoundationEssentials
import Glibc
import NIOCore
import RTC
import Transport

/// Receives one file's bytes over one way, verifies them and gives the file its name.
actor FileReceiver {
    /// What of the record has to be on the disk before it goes on.
    typealias Keep = @Sendable (FileRecord) async -> Bool

    private let executor = DiskExecutor()
    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    private var record: FileRecord
    private let pipe: any FilePipe
    private let meter: FileMeter
    private let keep: Keep
    private let started: @Sendable () async -> Void
    private var position: Int64 = 0
    private var told: Int64 = 0
    private var hash: SHA256Hash

    /// Bytes after which the sender hears that they have come.
    private static let interval: Int64 = 1 << 20

    init(
        _ record: FileRecord, over pipe: any FilePipe, meter: FileMeter, keep: @escaping Keep,
        started: @escaping @Sendable () async -> Void
    ) throws(FileProblem) {
        (self.record, self.pipe, self.meter, self.keep) = (record, pipe, meter, keep)
        self.started = started
        guard let hash = try? SHA256Hash() else { throw .diskError }
        self.hash = hash
    }

    func run() async -> FileOutcome {
        defer { pipe.close() }
        do throws(FileProblem) {
            return try await receive()
        } catch { return .failed(error) }
    }

    private func receive() async throws(FileProblem) -> FileOutcome {
        try await makePart()
        var writing = FileWriting(try layout())
        try writing.prepare()
        position = min(writing.present, record.offer.size)
        guard try hashPrefix(writing.layout) else { return .broken(.connectionLost) }
        guard let prefix = try? hash.value else { throw .diskError }
        told = position
        meter.set(position)
        pipe.send(.get(offset: position, prefix: prefix))
        var hasStarted = false
        for await frame in pipe.frames {
            if Task.isCancelled { return .idle }
            switch frame {
            case .start(let offset) where !hasStarted && (offset == position || offset == 0):
                hasStarted = true
                meter.start()
                if offset != position { try startOver(&writing) }
                await started()
            case .data(let bytes) where hasStarted && Int64(bytes.readableBytes) <= record.offer.size - position:
                try take(bytes, &writing)
            case .end(let whole) where hasStarted && position == record.offer.size:
                try writing.finishFile()
                guard (try? hash.value) == whole else { throw .hashMismatch }
                try await finish()
                return .complete
            case .stop(let problem): return .failed(Self.remote(problem))
            default: throw .protocolError
            }
        }
        return .broken(.connectionLost)
    }

    private static func remote(_ problem: FileProblem) -> FileProblem {
        switch problem {
        case .sourceChanged, .sourceMissing, .sourceUnreadable: .remoteSourceChanged
        case .unknownTransfer: .remoteRefuses
        default: .remoteFailed
        }
    }

    private func startOver(_ writing: inout FileWriting) throws(FileProblem) {
        try writing.restart()
        writing = FileWriting(try layout())
        try writing.prepare()
        guard let fresh = try? SHA256Hash() else { throw .diskError }
        (hash, position, told) = (fresh, 0, 0)
        meter.set(0)
    }

    private func take(_ bytes: ByteBuffer, _ writing: inout FileWriting) throws(FileProblem) {
        var rest = bytes
        // The index ends, and with it is known where everything else goes.
        if record.offer.isFolder, position < record.offer.indexSize {
            let count = min(rest.readableBytes, record.offer.indexSize - Int(position))
            if let head = rest.readSlice(length: count) { try write(head, &writing) }
            if position == record.offer.indexSize {
                try writing.finishFile()
                writing = FileWriting(try layout())
                try writing.prepare()
            }
        }
        if rest.readableBytes > 0 { try write(rest, &writing) }
        meter.set(position)
        // Small pieces come from a sender that measures how long they take.
        guard
            position - told >= Self.interval || bytes.readableBytes <= FileWindow.longestPiece
                || position == record.offer.size
        else { return }
        told = position
        pipe.send(.received(position))
    }

    private func write(_ bytes: ByteBuffer, _ writing: inout FileWriting) throws(FileProblem) {
        var problem: FileProblem?
        bytes.withUnsafeReadableBytes { bytes in
            do throws(FileProblem) {
                try writing.write(bytes, at: position)
                hash.update(bytes)
            } catch { problem = error }
        }
        if let problem { throw problem }
        position += Int64(bytes.readableBytes)
    }

    // MARK: What is there already

    /// A folder is written below its part, beside its index.
    private var head: String { record.part + "/index" }
    private var root: String { record.part + "/files" }

    private func layout() throws(FileProblem) -> FileLayout {
        guard record.offer.isFolder else { return FileLayout(file: record.part, size: record.offer.size) }
        let bytes = (try? Data(contentsOf: URL(filePath: head))).map { Array($0) } ?? []
        guard bytes.count == record.offer.indexSize else {
            return FileLayout(file: head, size: Int64(record.offer.indexSize))
        }
        return FileLayout(
            index: try FileIndex(parsing: bytes, of: record.offer), size: record.offer.indexSize, head: head,
            root: root)
    }

    /// Takes a name for what comes, that nothing else has.
    private func makePart() async throws(FileProblem) {
        if !record.part.isEmpty {
            if FilePlace.exists(record.part) { return }
            // Somebody has taken it away; what it was in is there still?
            guard FilePlace.isFolder(FilePlace.folder(of: record.part)) else { throw .folderMissing }
        }
        let (folder, name) = (FilePlace.folder(of: record.path), FilePlace.name(of: record.path))
        guard FilePlace.isFolder(folder) else { throw .folderMissing }
        for number in 1...1000 {
            let part = (folder == "/" ? "" : folder) + "/" + FileName.numbered(name, number) + FilePlace.ending
            if FilePlace.exists(part) { continue }
            // Written down first: after a crash it is known whose it is.
            record.part = part
            guard await keep(record) else { throw .diskRefuses }
            if try create(part) { return }
        }
        throw .notWritable
    }

    private func create(_ part: String) throws(FileProblem) -> Bool {
        if record.offer.isFolder {
            if mkdir(part, 0o777) == 0 { return true }
        } else {
            let descriptor = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
            if descriptor >= 0 {
                close(descriptor)
                return true
            }
        }
        if errno == EEXIST { return false }
        throw FilePlace.problem(errno)
    }

    /// - Returns: false when nobody wants it any more.
    private func hashPrefix(_ layout: FileLayout) throws(FileProblem) -> Bool {
        var reading = FileReading(layout)
        var offset: Int64 = 0
        while offset < position {
            if Task.isCancelled { return false }
            var buffer = ByteBuffer()
            try reading.read(at: offset, limit: Int(min(1 << 20, position - offset)), into: &buffer)
            buffer.withUnsafeReadableBytes { hash.update($0) }
            offset += Int64(buffer.readableBytes)
            meter.touch()
        }
        return true
    }

    // MARK: The end

    /// Verified: the name, for good. Each step is written down before it is done.
    private func finish() async throws(FileProblem) {
        var verified = record
        try await Self.giveName(&verified, keep: keep)
    }

    static func giveName(_ record: inout FileRecord, keep: Keep) async throws(FileProblem) {
        let wanted = record.path
        let source = record.offer.isFolder ? record.part + "/files" : record.part
        let (folder, name) = (FilePlace.folder(of: wanted), FilePlace.name(of: wanted))
        for number in 1...10_000 {
            let target = (folder == "/" ? "" : folder) + "/" + FileName.numbered(name, number)
            let isResumed = record.isVerified && target == record.path
            if FilePlace.exists(target), !isResumed { continue }
            record.path = target
            record.isVerified = true
            guard await keep(record) else { throw .diskRefuses }
            guard try FilePlace.move(source, to: target, isFolder: record.offer.isFolder) else { continue }
            FilePlace.synchronize(folder)
            if record.offer.isFolder { FilePlace.discard(record.part) }
            return
        }
        throw .notWritable
    }
}
