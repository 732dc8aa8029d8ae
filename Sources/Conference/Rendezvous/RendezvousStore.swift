import Logging

/// A profile's account at a server, in its configuration folder.
struct RendezvousStore {
    private struct Contents: Codable {
        var account: RendezvousAccount?
    }

    private static let what = "the account at a server"

    private let file: ProfileFile?
    private let logger: Logger

    init(in folders: ProfileFolders?, logger: Logger) {
        self.logger = logger
        file = folders.map { ProfileFile(path: $0.configuration + "/rendezvous.json") }
    }

    /// Nil without an account, or when it makes no sense: then the file is kept aside.
    func load() -> RendezvousAccount? {
        file?.load(Contents.self, Self.what, logger: logger) { contents in
            contents.account.map { (try? $0.url()) != nil } ?? true
        }?.account
    }

    func save(_ account: RendezvousAccount?) { file?.save(Contents(account: account), Self.what, logger: logger) }
}
