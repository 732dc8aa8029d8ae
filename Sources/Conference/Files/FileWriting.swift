import FoundationEssentials
import Glibc
import NIOCore

/// Writes a layout's bytes in order, one file open at a time. Long runs of zeros become holes.
struct FileWriting: ~Copyable {
    let layout: FileLayout
    private var descriptor: Int32 = -1
    private var current = 0

    init(_ layout: FileLayout) { self.layout = layout }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Bytes that are there already, without a gap.
    var present: Int64 {
        var offset: Int64 = 0
        for segment in layout.segments {
            var status = stat()
            guard lstat(segment.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return offset }
            let size = Int64(status.st_size)
            guard size == segment.size else { return size < segment.size ? offset + size : offset }
            offset += size
        }
        return offset
    }

    /// Makes the folders, and the files that hold nothing.
    func prepare() throws(FileProblem) {
        for folder in layout.folders {
            guard mkdir(folder, 0o777) == 0 || errno == EEXIST else { throw FilePlace.problem(errno) }
        }
        for segment in layout.segments where segment.size == 0 {
            let descriptor = Glibc.open(segment.path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o666)
            guard descriptor >= 0 else { throw FilePlace.problem(errno) }
            close(descriptor)
        }
    }

    /// - Parameter bytes: within the size of the whole.
    mutating func write(_ bytes: UnsafeRawBufferPointer, at offset: Int64) throws(FileProblem) {
        var (rest, offset) = (bytes, offset)
        while !rest.isEmpty {
            guard let index = layout.segment(at: offset, from: current) else { throw .protocolError }
            let segment = layout.segments[index]
            let count = Int(min(Int64(rest.count), segment.end - offset))
            if index != current || descriptor < 0 { try open(index) }
            try write(UnsafeRawBufferPointer(rebasing: rest[..<count]), inside: offset - segment.start)
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            offset += Int64(count)
        }
    }

    private mutating func open(_ index: Int) throws(FileProblem) {
        try finishFile()
        descriptor = Glibc.open(
            layout.segments[index].path, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
        guard descriptor >= 0 else { throw FilePlace.problem(errno) }
        current = index
    }

    /// Shorter than this, a hole saves nothing.
    private static let holeSize = 4096

    private func write(_ bytes: UnsafeRawBufferPointer, inside offset: Int64) throws(FileProblem) {
        if bytes.count >= Self.holeSize, Self.isZero(bytes) {
            guard ftruncate(descriptor, off_t(offset) + off_t(bytes.count)) == 0 else {
                throw FilePlace.problem(errno)
            }
            return
        }
        var done = 0
        while done < bytes.count {
            let count = pwrite(
                descriptor, bytes.baseAddress.map { $0 + done }, bytes.count - done, off_t(offset) + off_t(done))
            if count > 0 {
                done += count
            } else if errno != EINTR {
                throw FilePlace.problem(errno)
            }
        }
    }

    private static func isZero(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard let base = bytes.baseAddress, bytes[0] == 0 else { return false }
        return memcmp(base, base + 1, bytes.count - 1) == 0
    }

    /// What has come is of another file: nothing of it stays.
    mutating func restart() throws(FileProblem) {
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
        for segment in layout.segments where truncate(segment.path, 0) != 0 && errno != ENOENT {
            throw FilePlace.problem(errno)
        }
    }

    /// Brings the file that is open to the disk.
    mutating func finishFile() throws(FileProblem) {
        guard descriptor >= 0 else { return }
        let isKept = fsync(descriptor) == 0
        let code = errno
        close(descriptor)
        descriptor = -1
        guard isKept else { throw FilePlace.problem(code) }
    }
}
