import FoundationEssentials

/// How files are taken and sent; kept in the profile's configuration folder.
package struct FileSettings: Codable, Hashable, Sendable {
    /// Where files go that are accepted without a place; absolute. Empty: the user's download folder.
    package var folder = ""
    /// Files of verified contacts up to so many bytes are taken without a question; 0 for none.
    package var automaticLimit: Int64 = 0
    /// Bytes a second that may be sent in all; 0 for as fast as it goes.
    package var bytesPerSecond: Int64 = 0
    /// Whether files may go by a connection of their own; otherwise by calls alone.
    package var usesConnections = true

    package init() {}

    package var isValid: Bool {
        (folder.isEmpty || folder.hasPrefix("/")) && folder.utf8.count <= 4096 && automaticLimit >= 0
            && bytesPerSecond >= 0
    }

    /// Where files go: as set, or the folder for downloads by the XDG user directories.
    package var place: String { folder.isEmpty ? Self.downloads : folder }

    static var downloads: String {
        let environment = ProcessInfo.processInfo.environment
        let home = environment["HOME"] ?? FileManager.default.homeDirectoryForCurrentUser.path
        if let set = environment["XDG_DOWNLOAD_DIR"], set.hasPrefix("/") { return set }
        let configuration = environment["XDG_CONFIG_HOME"] ?? home + "/.config"
        let lines = (try? String(contentsOfFile: configuration + "/user-dirs.dirs", encoding: .utf8)) ?? ""
        for line in lines.split(separator: "\n") where line.hasPrefix("XDG_DOWNLOAD_DIR=\"") {
            let value = line.dropFirst(18).prefix { $0 != "\"" }.replacing("$HOME", with: home)
            if value.hasPrefix("/") { return String(value) }
        }
        return home + "/Downloads"
    }
}
