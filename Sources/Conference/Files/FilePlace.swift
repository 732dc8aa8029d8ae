import FoundationEssentials
import Glibc

/// Where files go, and the names that they get there.
enum FilePlace {
    static let ending = ".part"

    /// The path that a file is wanted at.
    ///
    /// - Parameters:
    ///   - place: a folder that is there, or a path in one; nil for `usual`, which is made if need be.
    static func target(
        for offer: FileOffer, at place: String?, usual: String
    ) throws(FileProblem) -> String {
        var path = place ?? usual
        guard path.hasPrefix("/"), !path.utf8.contains(0) else { throw .folderMissing }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        if place == nil {
            do {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            } catch { throw .folderMissing }
        }
        if isFolder(path) { path += (path == "/" ? "" : "/") + offer.name }
        let folder = folder(of: path)
        guard isFolder(folder) else { throw .folderMissing }
        guard access(folder, W_OK | X_OK) == 0 else { throw .notWritable }
        if let room = room(in: folder), room < offer.size { throw .diskFull }
        return path
    }

    static func folder(of path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { return "/" }
        return String(path[..<slash])
    }

    static func name(of path: String) -> String {
        path.lastIndex(of: "/").map { String(path[path.index(after: $0)...]) } ?? path
    }

    static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    static func exists(_ path: String) -> Bool {
        var status = stat()
        return lstat(path, &status) == 0
    }

    /// Bytes that are free for us; nil when nobody knows.
    static func room(in folder: String) -> Int64? {
        var status = statvfs()
        guard statvfs(folder, &status) == 0 else { return nil }
        let (bytes, isTooMuch) = Int64(clamping: status.f_bavail)
            .multipliedReportingOverflow(by: Int64(clamping: status.f_frsize))
        return isTooMuch ? .max : bytes
    }

    /// What an error of the system means where something is written.
    static func problem(_ code: Int32) -> FileProblem {
        switch code {
        case ENOSPC, EDQUOT, EFBIG: .diskFull
        case ENOENT, ENOTDIR: .folderMissing
        case EACCES, EPERM, EROFS: .notWritable
        case ENAMETOOLONG: .nameTooLong
        default: .diskError
        }
    }

    /// Gives what has come its name; never replaces anything.
    ///
    /// Once more after a crash half-way it ends the same: a file that has both names already, a folder whose name is
    /// kept by an empty one.
    ///
    /// - Returns: false when the name is taken.
    static func move(_ part: String, to target: String, isFolder: Bool) throws(FileProblem) -> Bool {
        if isFolder {
            guard mkdir(target, 0o777) == 0 || errno == EEXIST else { throw problem(errno) }
            guard rename(part, target) == 0 else {
                if errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR { return false }
                throw problem(errno)
            }
            return true
        }
        if link(part, target) == 0 || isSame(part, target) {
            unlink(part)
            return true
        }
        switch errno {
        case EEXIST: return false
        case EPERM, ENOTSUP, EOPNOTSUPP, ENOSYS, EMLINK: return try moveWithoutLinks(part, to: target)
        default: throw problem(errno)
        }
    }

    private static func isSame(_ one: String, _ other: String) -> Bool {
        let code = errno
        defer { errno = code }
        var (first, second) = (stat(), stat())
        return lstat(one, &first) == 0 && lstat(other, &second) == 0 && first.st_ino == second.st_ino
            && first.st_dev == second.st_dev
    }

    /// On a file system where a file has one name only: the name is taken first.
    private static func moveWithoutLinks(_ part: String, to target: String) throws(FileProblem) -> Bool {
        let descriptor = open(target, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            if errno == EEXIST { return false }
            throw problem(errno)
        }
        close(descriptor)
        guard rename(part, target) == 0 else { throw problem(errno) }
        return true
    }

    /// So that the name outlives a power cut.
    static func synchronize(_ folder: String) {
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// Removes what has come of a file, and nothing else.
    static func discard(_ part: String) {
        guard part.hasSuffix(ending) else { return }
        try? FileManager.default.removeItem(atPath: part)
    }
}
