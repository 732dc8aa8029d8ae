import Logging
import Media

/// Which cameras, microphones and speakers the user has chosen, the last first: what takes the place of a missing one.
/// Kept in the profile's data folder.
@MainActor final class ChosenDevices {
    private struct Contents: Codable {
        var version = 1
        var camera: [String] = []
        var microphone: [String] = []
        var speaker: [String] = []

        subscript(kind: MediaDevice.Kind) -> [String] {
            get {
                switch kind {
                case .camera: camera
                case .microphone: microphone
                case .speaker: speaker
                }
            }
            set {
                switch kind {
                case .camera: camera = newValue
                case .microphone: microphone = newValue
                case .speaker: speaker = newValue
                }
            }
        }
    }

    /// Of each kind.
    static let limit = 16
    private static let kinds: [MediaDevice.Kind] = [.camera, .microphone, .speaker]

    private let file: ProfileFile?
    private let logger: Logger
    private var contents = Contents()

    init(in folders: ProfileFolders?, logger: Logger) {
        self.logger = logger
        file = folders.map { ProfileFile(path: $0.data + "/devices.json") }
        guard var known = file?.load(Contents.self, Self.what, logger: logger) else { return }
        for kind in Self.kinds { known[kind] = Self.checked(known[kind]) }
        contents = known
    }

    private static let what = "the chosen devices"

    /// Stable identifiers, the one chosen last first.
    var order: [MediaDevice.Kind: [String]] {
        Dictionary(uniqueKeysWithValues: Self.kinds.map { ($0, contents[$0]) })
    }

    /// The user has chosen a device; false when it was the last one of its kind anyway.
    func remember(_ identifier: String, of kind: MediaDevice.Kind) -> Bool {
        guard Self.isValid(identifier), contents[kind].first != identifier else { return false }
        contents[kind] = Self.checked([identifier] + contents[kind])
        save()
        return true
    }

    private static func isValid(_ identifier: String) -> Bool {
        !identifier.isEmpty && identifier.utf8.count <= 255 && !identifier.utf8.contains { $0 < 32 || $0 == 127 }
    }

    private static func checked(_ identifiers: [String]) -> [String] {
        var seen: Set<String> = []
        return Array(identifiers.filter { isValid($0) && seen.insert($0).inserted }.prefix(limit))
    }

    private func save() { file?.save(contents, Self.what, logger: logger) }
}
