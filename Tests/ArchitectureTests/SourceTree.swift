import Foundation

/// The project's own sources as text, for rules that the compiler does not know.
enum SourceTree {
    struct File {
        var path: String
        var code: String

        /// The modules named in import lines, with or without an access level or `@preconcurrency`.
        var imports: Set<String> {
            var names: Set<String> = []
            for line in code.split(separator: "\n") {
                let words = line.split(separator: " ")
                guard let at = words.firstIndex(of: "import"), at + 1 < words.count,
                    words[..<at].allSatisfy({
                        $0.hasPrefix("@") || ["package", "public", "internal", "private"].contains($0)
                    })
                else { continue }
                let kinds: Set<Substring> = ["struct", "class", "enum", "func", "protocol", "typealias", "var", "let"]
                let name = kinds.contains(words[at + 1]) && at + 2 < words.count ? words[at + 2] : words[at + 1]
                names.insert(String(name.prefix { $0 != "." }))
            }
            return names
        }
    }

    /// The package's folder, found from this file's own place.
    static var root: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    static func folders(in path: String) throws -> [String] {
        try FileManager.default.contentsOfDirectory(
            at: root.appending(path: path), includingPropertiesForKeys: [.isDirectoryKey]
        )
        .filter { try $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory == true }
        .map(\.lastPathComponent)
    }

    static func swiftFiles(under path: String) throws -> [File] {
        let folder = root.appending(path: path)
        let paths = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
        return try paths.filter { $0.hasSuffix(".swift") }.sorted().map { relative in
            let url = folder.appending(path: relative)
            return File(path: "\(path)/\(relative)", code: try String(contentsOf: url, encoding: .utf8))
        }
    }
}
