/// What is in a folder that is sent: the beginning of its stream of bytes; the files follow in this order.
///
/// On the wire, for each: eight bytes of size, two of the path's length, the path in UTF-8; a folder's ends with `/`.
package struct FileIndex: Hashable, Sendable {
    /// A file or folder below the one that is sent; bytes.
    package struct Entry: Hashable, Sendable {
        /// Below the folder: parts with `/` between.
        package var path: String
        package var size: Int64
        package var isFolder: Bool

        package init(path: String, size: Int64, isFolder: Bool = false) {
            (self.path, self.size, self.isFolder) = (path, size, isFolder)
        }
    }

    package var entries: [Entry]

    package init(_ entries: [Entry]) { self.entries = entries }

    package var fileCount: Int { entries.count { !$0.isFolder } }

    package var bytes: [UInt8] {
        var bytes: [UInt8] = []
        for entry in entries {
            let path = Array((entry.isFolder ? entry.path + "/" : entry.path).utf8)
            bytes += UInt64(clamping: entry.size).networkBytes
            bytes += [UInt8(truncatingIfNeeded: path.count >> 8), UInt8(truncatingIfNeeded: path.count)]
            bytes += path
        }
        return bytes
    }

    /// - Throws: `protocolError` for what is malformed, leads out of the folder, or is not what was offered.
    package init(parsing bytes: [UInt8], of offer: FileOffer) throws(FileProblem) {
        var entries: [Entry] = []
        var seen: Set<String> = []
        var rest = bytes[...]
        var total = Int64(bytes.count)
        while !rest.isEmpty {
            guard rest.count >= 10, entries.count < FileOffer.countLimit * 2 else { throw .protocolError }
            let size = rest.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let length = rest.dropFirst(8).prefix(2).reduce(0) { $0 << 8 | Int($1) }
            rest = rest.dropFirst(10)
            guard rest.count >= length, let size = Int64(exactly: size), size <= FileOffer.sizeLimit else {
                throw .protocolError
            }
            guard var path = String(validating: rest.prefix(length), as: UTF8.self) else { throw .protocolError }
            rest = rest.dropFirst(length)
            let isFolder = path.hasSuffix("/")
            if isFolder { path.removeLast() }
            guard FileName.components(ofRelative: path) != nil, seen.insert(path).inserted, !isFolder || size == 0
            else { throw .protocolError }
            let (sum, isTooMuch) = total.addingReportingOverflow(size)
            guard !isTooMuch else { throw .protocolError }
            total = sum
            entries.append(Entry(path: path, size: size, isFolder: isFolder))
        }
        self.init(entries)
        guard total == offer.size, fileCount == offer.fileCount || fileCount == 0 else { throw .protocolError }
    }
}
