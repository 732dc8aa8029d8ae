import FoundationEssentials
import Glibc

/// The secret that the administrator shows: the contents of a file that only its owner may read.
struct AdminToken: Sendable {
    struct Failure: Error, CustomStringConvertible {
        var description: String
    }

    private let text: String

    /// Reads the file, or makes it with a fresh secret of 128 bits and mode 0600.
    ///
    /// - Throws: when it can be neither read nor made, or when others may read it.
    init(path: String) throws(Failure) {
        let fresh = (0..<16).map { _ in UInt8.random(in: .min ... .max) }
            .map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
        // Never follows a link, never opens what is there: it is made here and now, or it was there before.
        let made = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
        if made >= 0 {
            defer { close(made) }
            let line = Array((fresh + "\n").utf8)
            guard write(made, line, line.count) == line.count else { throw Self.failure(path) }
            text = fresh
            return
        }
        guard errno == EEXIST else { throw Self.failure(path) }
        let file = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
        guard file >= 0 else { throw Self.failure(path) }
        defer { close(file) }
        var status = stat()
        guard fstat(file, &status) == 0 else { throw Self.failure(path) }
        guard status.st_mode & 0o077 == 0 else {
            throw Failure(description: "\(path): others may read it; chmod 600 makes it a secret again")
        }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = read(file, &bytes, bytes.count)
        let known = String(decoding: bytes.prefix(max(0, count)).filter { $0 > 32 && $0 < 127 }, as: UTF8.self)
        guard known.utf8.count >= 16 else {
            throw Failure(description: "\(path): a token needs at least 16 characters")
        }
        text = known
    }

    /// Compares in a time that does not tell how much was right.
    func matches(_ other: String) -> Bool {
        let own = Array(text.utf8)
        let given = Array(other.utf8)
        guard own.count == given.count else { return false }
        return zip(own, given).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }

    private static func failure(_ path: String) -> Failure {
        Failure(description: "\(path): \(String(cString: strerror(errno)))")
    }
}
