import FoundationEssentials
import Logging

/// The windows of a profile, with their streams and panes, in its configuration folder.
struct WindowStore {
    struct Pane: Codable, Hashable, Sendable {
        var id: String
        /// The stream's name.
        var stream: String
        var streamID: String?
        var display: String?
    }

    struct Window: Codable, Hashable, Sendable {
        var id: String
        var streams: [StreamRecord]
        var panes: [Pane]
        var layout: String?
        var size: WindowSize?
        var origin: String?
    }

    struct Contents: Codable, Hashable, Sendable {
        var version = 1
        var windows: [Window]
        /// In a window's own file: how its calls may use the network, without passwords.
        var network: NetworkSettings?
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

    /// None when nothing is saved, or when it makes no sense: then the file is kept aside, and `problem` says so.
    func load() -> (windows: [Window], problem: RestoringProblem?) {
        guard let file else { return ([], nil) }
        do {
            guard let bytes = try file.read() else { return ([], nil) }
            return (try Self.windows(of: bytes), nil)
        } catch is WindowFileError {
            logger.warning("the saved windows make no sense: the file is kept aside")
            file.keepAside()
            return ([], .broken(file.path + ".broken"))
        } catch {
            logger.warning("the saved windows cannot be read: \(error)")
            return ([], .unreadable("\(error)"))
        }
    }

    private static func contents(of bytes: [UInt8]) throws(WindowFileError) -> Contents {
        guard let contents = try? JSONDecoder().decode(Contents.self, from: Data(bytes)) else { throw .notAWindowFile }
        guard contents.version == 1 else { throw .newerVersion }
        return contents
    }

    /// What a file says of the network; nil when nothing, or nothing that makes sense.
    static func network(of bytes: [UInt8]) throws(WindowFileError) -> NetworkSettings? {
        let network = try contents(of: bytes).network
        return network.flatMap { (try? $0.configuration()) == nil ? nil : $0 }
    }

    /// What a file describes, checked.
    static func windows(of bytes: [UInt8]) throws(WindowFileError) -> [Window] {
        let contents = try contents(of: bytes)
        // Panes may show the streams of other windows, but somewhere there has to be one.
        guard contents.windows.contains(where: { !$0.streams.isEmpty }) else { throw .noStreams }
        return Array(contents.windows.prefix(windowLimit))
    }

    static func bytes(of windows: [Window], network: NetworkSettings? = nil) throws -> [UInt8] {
        try ProfileFile.bytes(of: Contents(windows: windows, network: network?.withoutPasswords))
    }

    /// False when the disk refuses.
    func save(_ windows: [Window]) -> Bool {
        guard let file else { return true }
        do {
            try file.write(Self.bytes(of: windows))
            return true
        } catch {
            logger.warning("the windows cannot be saved: \(error)")
            return false
        }
    }
}
