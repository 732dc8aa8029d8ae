import Glibc
import NIOCore

/// Reads a layout's bytes, one file open at a time.
struct FileReading: ~Copyable {
    let layout: FileLayout
    /// What a source's first bytes are, where they are not on the disk.
    private let head: [UInt8]
    private var descriptor: Int32 = -1
    private var current = 0

    init(_ layout: FileLayout, head: [UInt8] = []) {
        self.layout = layout
        self.head = head
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Reads at most `limit` bytes from `offset`; never across files, never none before the end.
    ///
    /// - Throws: `sourceChanged` where a file is shorter than it was.
    mutating func read(at offset: Int64, limit: Int, into buffer: inout ByteBuffer) throws(FileProblem) {
        guard let index = layout.segment(at: offset, from: current) else { return }
        let segment = layout.segments[index]
        let inside = offset - segment.start
        let wanted = Int(min(Int64(limit), segment.size - inside))
        if index == 0, !head.isEmpty {
            buffer.writeBytes(head[Int(inside)..<Int(inside) + wanted])
            return
        }
        if index != current || descriptor < 0 { try open(index) }
        var code: Int32 = 0
        let descriptor = descriptor
        let count = buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: wanted) { space in
            while true {
                let count = pread(descriptor, space.baseAddress, wanted, off_t(inside))
                if count >= 0 { return count }
                code = errno
                if code != EINTR { return 0 }
            }
        }
        guard count > 0 else { throw code == 0 || code == EINTR ? .sourceChanged : .sourceUnreadable }
    }

    private mutating func open(_ index: Int) throws(FileProblem) {
        if descriptor >= 0 { close(descriptor) }
        descriptor = Glibc.open(layout.segments[index].path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FoundFile.problem(errno) }
        current = index
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { throw .sourceChanged }
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }
}
