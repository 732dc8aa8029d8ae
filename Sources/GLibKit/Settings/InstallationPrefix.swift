import Glibc

/// Where the program is installed: the folder that holds `bin` and `share`. Found from `/proc/self/exe`, never from
/// `argv[0]` or the current folder.
package nonisolated struct InstallationPrefix: Hashable, Sendable {
    package let path: String

    package init(path: String) { self.path = path }

    /// The first of these that exists: what the environment variable names; the folder above the program's `bin`; for a
    /// program run from a build tree, `stage` beside one of the three folders above the program's.
    package static func find(environmentVariable: String) -> InstallationPrefix? {
        find(environment: getenv(environmentVariable).map { String(cString: $0) }, executable: executablePath())
    }

    static func find(environment: String?, executable: String?) -> InstallationPrefix? {
        if let environment, !environment.isEmpty { return InstallationPrefix(path: environment) }
        guard let executable else { return nil }
        var folder = parent(executable)
        if folder.hasSuffix("/bin") { return InstallationPrefix(path: parent(folder)) }
        for _ in 0..<4 {
            let stage = folder + "/stage"
            if access(stage + "/share", R_OK) == 0 { return InstallationPrefix(path: stage) }
            folder = parent(folder)
        }
        return nil
    }

    package var localeDirectory: String { path + "/share/locale" }
    package var schemaDirectory: String { path + "/share/glib-2.0/schemas" }

    /// The running program's file, symbolic links resolved.
    package static func executablePath() -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/exe", &buffer, buffer.count)
        guard length > 0 else { return nil }
        return String(validating: buffer[..<length].lazy.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func parent(_ path: String) -> String {
        guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return "" }
        return String(path[..<slash])
    }
}
