import FoundationEssentials
import Logging

/// The windows of a profile, with their streams and panes, in its configuration folder.
struct WindowStore {
    struct Pane: Codable, Hashable, Sendable {
        var id: String
        /// The stream's name.
        var stream: String
        var display: String?
    }

    struct Window: Codable, Hashable, Sendable {
        var id: String
        var streams: [StreamRecord]
        var panes: [Pane]
    }

    struct Contents: Codable, Hashable, Sendable {
        var version = 1
        var windows: [Window]
    }

    /// More than these of each is not what a person made.
    static let windowLimit = 32
    static let streamLimit = 64
    static let paneLimit = 64

    private let file: ProfileFile?
    private let logger: Logger

    init(in folders: ProfileFolders?, logger: Logger) {
        self.logger = logger
        file = folders.map { ProfileFile(path: $0.configuration + "/windows.json") }
    }

    /// Nil when nothing is saved, or when it makes no sense: then the file is kept aside.
    func load() -> [Window]? {
        guard let file else { return nil }
        do {
            guard let bytes = try file.read() else { return nil }
            guard let contents = try? JSONDecoder().decode(Contents.self, from: Data(bytes)),
                contents.windows.contains(where: { !$0.streams.isEmpty })
            else {
                logger.warning("the saved windows make no sense: the file is kept aside")
                file.keepAside()
                return nil
            }
            return contents.windows.prefix(Self.windowLimit).filter { !$0.streams.isEmpty }
        } catch {
            logger.warning("the saved windows cannot be read: \(error)")
            return nil
        }
    }

    func save(_ windows: [Window]) {
        guard let file else { return }
        do {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
            try file.write(Array(encoder.encode(Contents(windows: windows))))
        } catch { logger.warning("the windows cannot be saved: \(error)") }
    }
}
