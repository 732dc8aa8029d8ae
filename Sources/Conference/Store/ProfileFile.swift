import FoundationEssentials
import Glibc

/// A file of the profile: read whole, written whole or not at all, never half.
struct ProfileFile: Sendable {
    struct Failure: Error, CustomStringConvertible {
        let description: String

        init(_ doing: String, _ code: Int32) { description = "\(doing): \(String(cString: strerror(code)))" }
    }

    /// More than any file of ours has: what is larger is not ours.
    private static let sizeLimit = 16 << 20

    let path: String

    /// Nil when there is no such file.
    ///
    /// - Parameter limit: of bytes; a larger file is an error.
    func read(atMost limit: Int = sizeLimit) throws -> [UInt8]? {
        // Without waiting: a pipe without a writer would hold the program up for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw Failure("opening \(path)", errno)
        }
        defer { Glibc.close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw Failure("opening \(path)", errno) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw Failure("opening \(path): no file", EINVAL) }
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == 0 { return bytes }
            guard count > 0 else {
                if errno == EINTR { continue }
                throw Failure("reading \(path)", errno)
            }
            bytes += buffer.prefix(count)
            guard bytes.count <= limit else { throw Failure("reading \(path)", EFBIG) }
        }
    }

    /// Only the user may read it. The folder is made when it is not there.
    func write(_ bytes: [UInt8]) throws {
        let folder = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
        if !folder.isEmpty, access(folder, F_OK) != 0 {
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        let temporary = "\(path).\(getpid()).new"
        unlink(temporary)
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Failure("making \(temporary)", errno) }
        do {
            defer { Glibc.close(descriptor) }
            try Self.write(bytes, to: descriptor)
        } catch {
            unlink(temporary)
            throw error
        }
        guard rename(temporary, path) == 0 else {
            let code = errno
            unlink(temporary)
            throw Failure("replacing \(path)", code)
        }
    }

    private static func write(_ bytes: [UInt8], to descriptor: Int32) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw Failure("writing", errno)
            }
        }
        guard fsync(descriptor) == 0 else { throw Failure("writing", errno) }
    }

    /// Puts a file that makes no sense out of the way, so that nothing of it is lost.
    func keepAside() { rename(path, path + ".broken") }
}
