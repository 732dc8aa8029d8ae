import FoundationEssentials
import Glibc

/// A file or folder of ours that is to be sent, as it is on the disk.
struct FoundFile: Sendable {
    var offer: FileOffer
    var mark: FileMark
    /// Of a folder.
    var index: FileIndex?

    /// On another thread: a disk may take its time.
    @concurrent static func look(at path: String) async throws(FileProblem) -> FoundFile {
        try read(path)
    }

    static func read(_ path: String) throws(FileProblem) -> FoundFile {
        guard path.hasPrefix("/"), !path.utf8.contains(0) else { throw .sourceMissing }
        var status = stat()
        guard stat(path, &status) == 0 else { throw problem(errno) }
        let name = FileName.safe(path)
        switch status.st_mode & S_IFMT {
        case S_IFREG:
            guard access(path, R_OK) == 0 else { throw .sourceUnreadable }
            return FoundFile(offer: FileOffer(name: name, size: Int64(status.st_size)), mark: FileMark(status))
        case S_IFDIR:
            var walk = FolderWalk(root: path)
            try walk.enter("", depth: 1)
            let index = FileIndex(walk.entries)
            let head = index.bytes.count
            guard head <= FileOffer.indexLimit else { throw .tooManyFiles }
            // An empty folder has one entry still: without any, there would be nothing to send.
            guard head > 0 else { throw .notAFile }
            let offer = FileOffer(
                name: name, size: Int64(head) + walk.total, fileCount: max(1, index.fileCount), indexSize: head)
            return FoundFile(
                offer: offer, mark: FileMark(size: offer.size, modified: walk.modified), index: index)
        default: throw .notAFile
        }
    }

    static func problem(_ code: Int32) -> FileProblem {
        switch code {
        case ENOENT, ENOTDIR: .sourceMissing
        default: .sourceUnreadable
        }
    }
}

extension FileMark {
    init(_ status: stat) {
        self.init(
            size: Int64(status.st_size),
            modified: Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec))
    }
}

/// Goes through a folder, in the same order every time. Links are passed over: they could lead anywhere.
private struct FolderWalk {
    let root: String
    var entries: [FileIndex.Entry] = []
    var total: Int64 = 0
    var modified: Int64 = 0

    mutating func enter(_ path: String, depth: Int) throws(FileProblem) {
        guard depth <= FileName.depthLimit else { throw .tooManyFiles }
        let folder = path.isEmpty ? root : root + "/" + path
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw FoundFile.problem(errno)
        }
        for name in names.sorted() {
            let inner = path.isEmpty ? name : path + "/" + name
            var status = stat()
            guard lstat(root + "/" + inner, &status) == 0 else { throw FoundFile.problem(errno) }
            let kind = status.st_mode & S_IFMT
            guard kind == S_IFREG || kind == S_IFDIR else { continue }
            guard FileName.components(ofRelative: inner) != nil else { throw .nameTooLong }
            guard entries.count < FileOffer.countLimit else { throw .tooManyFiles }
            let size = kind == S_IFREG ? Int64(status.st_size) : 0
            entries.append(FileIndex.Entry(path: inner, size: size, isFolder: kind == S_IFDIR))
            total += size
            if kind == S_IFREG { modified = max(modified, FileMark(status).modified) }
            if kind == S_IFDIR { try enter(inner, depth: depth + 1) }
        }
    }
}
