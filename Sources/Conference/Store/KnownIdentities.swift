import Logging
import RTC

/// Who was met before, by the key shown at the first time: under the address that we called, or the name that a caller
/// gave. Kept in the profile's data folder.
@MainActor final class KnownIdentities {
    private struct Contents: Codable {
        var version = 1
        /// Fingerprints (`sha-256 AA:BB:...`) by address and port.
        var addresses: [String: String] = [:]
        /// Fingerprints by the caller's name.
        var names: [String: String] = [:]
    }

    /// Entries of each kind; a caller cannot fill the disk with names.
    private static let limit = 4096

    private let file: ProfileFile?
    private let logger: Logger
    private var contents = Contents()

    init(in folders: ProfileFolders?, logger: Logger) {
        self.logger = logger
        file = folders.map { ProfileFile(path: $0.data + "/known-identities.json") }
        contents = file?.load(Contents.self, Self.what, logger: logger) ?? Contents()
    }

    private static let what = "the known identities"

    private func save() { file?.save(contents, Self.what, logger: logger) }

    /// The key to be expected there; nil when we never were.
    func identity(at address: CallAddress) -> DTLSFingerprint? {
        contents.addresses[address.description].flatMap { DTLSFingerprint(parsing: $0) }
    }

    func identity(of name: String) -> DTLSFingerprint? { contents.names[name].flatMap { DTLSFingerprint(parsing: $0) } }

    func remember(_ identity: DTLSFingerprint, at address: CallAddress) {
        remember(identity, under: address.description, in: \.addresses)
    }

    func forget(_ address: CallAddress) {
        if contents.addresses.removeValue(forKey: address.description) != nil { save() }
    }

    func remember(_ identity: DTLSFingerprint, of name: String) {
        if !name.isEmpty { remember(identity, under: name, in: \.names) }
    }

    private func remember(
        _ identity: DTLSFingerprint, under key: String, in entries: WritableKeyPath<Contents, [String: String]>
    ) {
        let old = contents[keyPath: entries][key]
        guard old != identity.description, old != nil || contents[keyPath: entries].count < Self.limit else { return }
        contents[keyPath: entries][key] = identity.description
        save()
    }
}
