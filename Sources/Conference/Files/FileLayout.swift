/// A transfer's stream of bytes as files one after the other: one for a file; the index and then each file for a folder.
struct FileLayout: Sendable {
    struct Segment: Sendable {
        /// Of its first byte in the stream.
        var start: Int64
        var size: Int64
        var path: String
        var end: Int64 { start + size }
    }

    var segments: [Segment]
    /// Folders that have to be there, outer ones first.
    var folders: [String] = []
    var size: Int64 { segments.last?.end ?? 0 }

    init(file path: String, size: Int64) { segments = [Segment(start: 0, size: size, path: path)] }

    /// - Parameters:
    ///   - head: where the index is kept.
    ///   - root: the folder that the files are in.
    init(index: FileIndex, size headSize: Int, head: String, root: String) {
        segments = [Segment(start: 0, size: Int64(headSize), path: head)]
        folders = [root]
        var seen: Set<String> = []
        var start = Int64(headSize)
        for entry in index.entries {
            var parts = entry.path.split(separator: "/")
            if !entry.isFolder { parts.removeLast() }
            for count in 0..<parts.count {
                let folder = root + "/" + parts[...count].joined(separator: "/")
                if seen.insert(folder).inserted { folders.append(folder) }
            }
            guard !entry.isFolder else { continue }
            segments.append(Segment(start: start, size: entry.size, path: root + "/" + entry.path))
            start += entry.size
        }
    }

    /// The segment that holds the byte at `offset`, looking on from `hint`; nil at the end.
    func segment(at offset: Int64, from hint: Int) -> Int? {
        var index = min(hint, segments.count)
        while index > 0, segments[index - 1].end > offset { index -= 1 }
        while index < segments.count, segments[index].end <= offset { index += 1 }
        return index < segments.count ? index : nil
    }
}
