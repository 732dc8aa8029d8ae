import Logging

/// A profile's network settings, in its configuration folder; the file holds a password, so only its owner can read it.
struct NetworkStore {
    private static let what = "the network settings"

    private let file: ProfileFile?
    private let logger: Logger

    init(in folders: ProfileFolders?, logger: Logger) {
        self.logger = logger
        file = folders.map { ProfileFile(path: $0.configuration + "/network.json") }
    }

    /// The defaults when nothing is kept, or when it makes no sense: then the file is kept aside.
    func load() -> NetworkSettings {
        let kept = file?.load(NetworkSettings.self, Self.what, logger: logger) { (try? $0.configuration()) != nil }
        return kept ?? NetworkSettings()
    }

    func save(_ settings: NetworkSettings) { file?.save(settings, Self.what, logger: logger) }
}
