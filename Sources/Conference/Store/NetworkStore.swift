import FoundationEssentials
import Logging

/// A profile's network settings, in its configuration folder; the file holds a password, so only its owner can read it.
struct NetworkStore {
    private let file: ProfileFile?
    private let logger: Logger

    init(in folders: ProfileFolders?, logger: Logger) {
        self.logger = logger
        file = folders.map { ProfileFile(path: $0.configuration + "/network.json") }
    }

    /// The defaults when nothing is kept, or when it makes no sense: then the file is kept aside.
    func load() -> NetworkSettings {
        guard let file else { return NetworkSettings() }
        do {
            guard let bytes = try file.read() else { return NetworkSettings() }
            let settings = try? JSONDecoder().decode(NetworkSettings.self, from: Data(bytes))
            if let settings, (try? settings.configuration()) != nil { return settings }
            logger.warning("the network settings make no sense: the file is kept aside")
            file.keepAside()
        } catch { logger.warning("the network settings cannot be read: \(error)") }
        return NetworkSettings()
    }

    func save(_ settings: NetworkSettings) {
        guard let file else { return }
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try file.write(Array(encoder.encode(settings)))
        } catch { logger.warning("the network settings cannot be kept: \(error)") }
    }
}
