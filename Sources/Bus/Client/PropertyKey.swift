/// A property's name in its two spellings: `VideoWidth` on the bus, `videoWidth` for people and in JSON.
package nonisolated enum PropertyKey {
    /// The bus's name as people write it.
    package static func display(_ name: String) -> String {
        (name.first?.lowercased() ?? "") + name.dropFirst()
    }

    /// The name among `names` that a person means: case, `-`, `_` and `.` do not matter, so that `video-width`,
    /// `video.width` and `VideoWidth` are one.
    package static func find(_ key: String, in names: some Sequence<String>) -> String? {
        let wanted = plain(key)
        return names.first { plain($0) == wanted }
    }

    private static func plain(_ key: String) -> String {
        String(key.lowercased().filter { $0 != "-" && $0 != "_" && $0 != "." })
    }
}
