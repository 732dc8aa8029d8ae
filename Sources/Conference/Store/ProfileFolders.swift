import FoundationEssentials

/// Where a profile's files are, by the XDG base directory specification.
package struct ProfileFolders: Hashable, Sendable {
    /// Settings: what a person may read, copy and delete.
    package var configuration: String
    /// Identity and what is remembered of others.
    package var data: String

    package init(configuration: String, data: String) {
        self.configuration = configuration
        self.data = data
    }

    /// `$XDG_CONFIG_HOME/causerie[-PROFILE]` and `$XDG_DATA_HOME/causerie[-PROFILE]`; nil for a name that is none.
    package init?(
        profile: String?, environment: [String: String] = ProcessInfo.processInfo.environment
    ) {
        var name = "causerie"
        if let profile, !profile.isEmpty {
            guard Self.isValid(profile: profile) else { return nil }
            name += "-" + profile
        }
        let home = environment["HOME"].flatMap(Self.absolute) ?? FileManager.default.homeDirectoryForCurrentUser.path
        configuration = (environment["XDG_CONFIG_HOME"].flatMap(Self.absolute) ?? home + "/.config") + "/" + name
        data = (environment["XDG_DATA_HOME"].flatMap(Self.absolute) ?? home + "/.local/share") + "/" + name
    }

    /// 1...64 letters, digits, `_` and `-`, the first a letter or `_`: fit for a folder and for a D-Bus name.
    package static func isValid(profile: String) -> Bool {
        guard (1...64).contains(profile.utf8.count), let first = profile.utf8.first,
            first == UInt8(ascii: "_") || isLetter(first)
        else { return false }
        return profile.utf8.allSatisfy {
            isLetter($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-")
        }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { (65...90).contains(byte) || (97...122).contains(byte) }

    /// The specification: a path that is not absolute is ignored.
    private static func absolute(_ path: String) -> String? { path.hasPrefix("/") ? path : nil }
}
