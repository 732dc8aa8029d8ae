import FoundationEssentials
import GRDB
import Glibc
import Logging

/// The profile's SQLite database: what grows with use, as contacts, calls and messages do.
///
/// Each part of the model has its own tables and its own file with their migrations; `migrations` is the order.
final class ProfileDatabase: Sendable {
    /// One step of the tables' history: once released, it never changes.
    struct Migration: Sendable {
        var name: String
        var migrate: @Sendable (Database) throws -> Void
    }

    /// Every migration there has been, the oldest first. New ones go to the end.
    static let migrations: [Migration] = [
        ContactTables.migration, ConversationStore.migration, ChatStore.migration,
        ConversationStore.serverMigration, FileStore.migration, FileStore.unreadMigration,
    ]

    /// Where to read and write. One access at a time, each a transaction of its own.
    let writer: DatabaseQueue

    /// Opens the profile's database, and brings its tables up to date.
    ///
    /// What cannot be read as our database is kept aside under another name, and an empty one takes its place. Without
    /// folders, or when the disk refuses, everything is kept in memory alone.
    init(in folders: ProfileFolders?, logger: Logger, migrations: [Migration] = ProfileDatabase.migrations) {
        writer = Self.open(folders.map { $0.data + "/causerie.sqlite" }, migrations, logger: logger)
    }

    private static func open(_ path: String?, _ migrations: [Migration], logger: Logger) -> DatabaseQueue {
        if let path {
            do {
                return try open(path, migrations)
            } catch let error as DatabaseError where isBroken(error) {
                logger.error("the database is damaged and was kept aside: \(error)")
                keepAside(path)
                if let fresh = try? open(path, migrations) { return fresh }
            } catch {
                logger.error("the database does not open; what is new will be forgotten: \(error)")
            }
        }
        do {
            let memory = try DatabaseQueue(configuration: configuration)
            try migrate(memory, migrations)
            return memory
        } catch {
            // SQLite in memory, with our own tables: this fails for a mistake in a migration alone.
            preconditionFailure("no database: \(error)")
        }
    }

    private static func open(_ path: String, _ migrations: [Migration]) throws -> DatabaseQueue {
        let folder = String(path.prefix(upTo: path.lastIndex(of: "/") ?? path.startIndex))
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        // SQLite would let everybody read it.
        let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor >= 0 { Glibc.close(descriptor) }
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.inDatabase { _ = try String.fetchOne($0, sql: "PRAGMA journal_mode = WAL") }
        try migrate(queue, migrations)
        return queue
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(5)
        configuration.label = "profile"
        return configuration
    }

    private static func migrate(_ queue: DatabaseQueue, _ migrations: [Migration]) throws {
        var migrator = DatabaseMigrator()
        for migration in migrations { migrator.registerMigration(migration.name, migrate: migration.migrate) }
        // Tables of a later Causerie are not to be written by this one.
        guard try !queue.read(migrator.hasBeenSuperseded) else {
            throw DatabaseError(resultCode: .SQLITE_SCHEMA, message: "a later version of Causerie wrote it")
        }
        try migrator.migrate(queue)
    }

    private static func isBroken(_ error: DatabaseError) -> Bool {
        [.SQLITE_NOTADB, .SQLITE_CORRUPT, .SQLITE_SCHEMA].contains(error.resultCode)
    }

    private static func keepAside(_ path: String) {
        for suffix in ["", "-wal", "-shm"] { rename(path + suffix, path + ".broken" + suffix) }
    }
}
