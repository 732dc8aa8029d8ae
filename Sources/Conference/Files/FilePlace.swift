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

    /// Gives a file or folder its name, or the next one that is free; never replaces anything.
    ///
    /// - Returns: the path that it has then.
    static func move(_ part: String, to path: String) throws(FileProblem) -> String {
        let (folder, name) = (folder(of: path), name(of: path))
        for number in 1...10_000 {
            let target = (folder == "/" ? "" : folder) + "/" + FileName.numbered(name, number)
            if renameat2(AT_FDCWD, part, AT_FDCWD, target, UInt32(RENAME_NOREPLACE)) == 0 { return target }
            switch errno {
            case EEXIST, ENOTEMPTY: continue
            case EINVAL, ENOSYS:
                // A file system that cannot promise it.
                if exists(target) { continue }
                guard rename(part, target) == 0 else { throw problem(errno) }
                return target
            default: throw problem(errno)
            }
        }
        throw .notWritable
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
