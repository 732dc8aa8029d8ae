import GLibKit

/// Where an instance is on the session bus: names, paths and interfaces. `data/dbus` documents the interfaces.
package nonisolated enum BusAddress {
    /// The application's and the instance's identifier, without a profile.
    package static let applicationIdentifier = "org.causerie.Causerie"

    /// The root object's interface, and an object's of a stream.
    package static let rootInterface = "org.causerie.Causerie"
    package static let streamInterface = "org.causerie.Stream"

    package static let rootPath = ObjectPath.root.appending("org").appending("causerie").appending("Causerie")
    /// A stream's object is directly below: `ObjectPath.appending` of its name.
    package static let streamsPath = rootPath.appending("streams")

    /// The object of contacts and past calls.
    package static let peopleInterface = "org.causerie.People"
    package static let peoplePath = rootPath.appending("people")

    /// The object of files that are sent and received.
    package static let filesInterface = "org.causerie.Files"
    package static let filesPath = rootPath.appending("files")

    /// An instance's bus name, which is its application identifier too. Nil for a profile that cannot be one: 1 to 64
    /// letters, digits, `_` and `-`, a letter or `_` first.
    package static func name(profile: String?) -> String? {
        guard let profile else { return applicationIdentifier }
        guard isValid(profile: profile) else { return nil }
        return applicationIdentifier + "." + profile
    }

    /// Whether a profile may have this name: it becomes part of names on the bus and of files.
    package static func isValid(profile: String) -> Bool {
        guard (1...64).contains(profile.utf8.count), let first = profile.utf8.first else { return false }
        let isLetter = { (byte: UInt8) in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"): true
            default: false
            }
        }
        return isLetter(first)
            && profile.utf8.allSatisfy {
                isLetter($0) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "-")
            }
    }
}
