import GRDB

/// A file's transfer as it is kept.
struct FileRecord: Hashable, Sendable {
    var id: ConversationIdentifier
    var conversation: Int64
    var isOwn: Bool
    var offer: FileOffer
    var date: Int64
    var state: FileTransferState
    /// The source, or where it goes.
    var path: String
    /// Where it is written until it is whole; empty for what we send.
    var part: String = ""
    var bytesDone: Int64 = 0
    /// Everything has come and is what was sent: only the name is to be changed.
    var isVerified = false
    /// By which a source is known again.
    var mark: FileMark?
}

/// What tells whether a file is still what it was.
struct FileMark: Hashable, Sendable {
    var size: Int64
    /// ns since 1970
    var modified: Int64
}

/// The table of files on their way, and of those that have arrived.
enum FileStore {
    static let migration = ProfileDatabase.Migration(name: "files") { database in
        try database.execute(
            sql: """
                CREATE TABLE fileTransfer (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    id BLOB NOT NULL,
                    conversation INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
                    isOwn INTEGER NOT NULL,
                    name TEXT NOT NULL,
                    size INTEGER NOT NULL,
                    fileCount INTEGER NOT NULL,
                    indexSize INTEGER NOT NULL,
                    date INTEGER NOT NULL,
                    stage TEXT NOT NULL,
                    reason TEXT NOT NULL DEFAULT '',
                    isPausedByUs INTEGER NOT NULL DEFAULT 0,
                    isPausedByThem INTEGER NOT NULL DEFAULT 0,
                    path TEXT NOT NULL DEFAULT '',
                    part TEXT NOT NULL DEFAULT '',
                    bytesDone INTEGER NOT NULL DEFAULT 0,
                    isVerified INTEGER NOT NULL DEFAULT 0,
                    markSize INTEGER,
                    markModified INTEGER,
                    UNIQUE (conversation, id));
                """)
    }

    static let unreadMigration = ProfileDatabase.Migration(name: "filesUnread") { database in
        try database.execute(sql: "ALTER TABLE fileTransfer ADD COLUMN isUnread INTEGER NOT NULL DEFAULT 0")
    }

    /// Rows that are remembered, the latest; those that are not over stay in any case.
    static let limit = 1000

    static func record(
        _ id: ConversationIdentifier, of conversation: Int64, _ database: Database
    ) throws -> FileRecord? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM fileTransfer WHERE conversation = ? AND id = ?",
            arguments: [conversation, ConversationStore.blob(id)]
        ).flatMap(record)
    }

    static func isKnown(_ id: ConversationIdentifier, _ database: Database) throws -> Bool {
        try Row.fetchOne(
            database, sql: "SELECT 1 FROM fileTransfer WHERE id = ?", arguments: [ConversationStore.blob(id)]) != nil
    }

    /// Offers of theirs that nobody has answered yet.
    static func waiting(of conversation: Int64, _ database: Database) throws -> Int {
        try Int.fetchOne(
            database,
            sql: """
                SELECT COUNT(*) FROM fileTransfer WHERE conversation = ? AND NOT isOwn AND stage = 'offered'
                """, arguments: [conversation]) ?? 0
    }

    static func all(_ database: Database) throws -> [FileRecord] {
        try Row.fetchAll(database, sql: "SELECT * FROM fileTransfer ORDER BY number DESC").compactMap(record)
    }

    private static func record(_ row: Row) -> FileRecord? {
        guard let id = ConversationStore.identifier(row["id"]) else { return nil }
        let mark = (row["markSize"] as Int64?).map { FileMark(size: $0, modified: row["markModified"] ?? 0) }
        return FileRecord(
            id: id, conversation: row["conversation"], isOwn: row["isOwn"],
            offer: FileOffer(
                name: row["name"], size: row["size"], fileCount: row["fileCount"], indexSize: row["indexSize"]),
            date: row["date"],
            state: FileTransferState(
                isOwn: row["isOwn"], stage: stage(row["stage"], row["reason"]), isPausedByUs: row["isPausedByUs"],
                isPausedByThem: row["isPausedByThem"]),
            path: row["path"], part: row["part"], bytesDone: row["bytesDone"], isVerified: row["isVerified"],
            mark: mark)
    }

    private static func stage(_ text: String, _ reason: String) -> FileTransferState.Stage {
        switch text {
        case "offered": .offered
        case "accepted": .accepted
        case "done": .done
        case "declined": .declined
        case "cancelled": .cancelled(byUs: reason == "here")
        default: .failed(FileProblem(rawValue: reason) ?? .remoteFailed)
        }
    }

    private static func texts(_ stage: FileTransferState.Stage) -> (stage: String, reason: String) {
        switch stage {
        case .offered: ("offered", "")
        case .accepted: ("accepted", "")
        case .done: ("done", "")
        case .declined: ("declined", "")
        case .cancelled(let byUs): ("cancelled", byUs ? "here" : "there")
        case .failed(let problem): ("failed", problem.rawValue)
        }
    }

    static func save(_ record: FileRecord, _ database: Database) throws {
        let (stage, reason) = texts(record.state.stage)
        try database.execute(
            sql: """
                INSERT INTO fileTransfer (id, conversation, isOwn, name, size, fileCount, indexSize, date, stage, reason,
                    isPausedByUs, isPausedByThem, path, part, bytesDone, isVerified, markSize,
                    markModified)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (conversation, id) DO UPDATE SET stage = excluded.stage, reason = excluded.reason,
                    isPausedByUs = excluded.isPausedByUs, isPausedByThem = excluded.isPausedByThem,
                    path = excluded.path, part = excluded.part, bytesDone = excluded.bytesDone,
                    isVerified = excluded.isVerified
                """,
            arguments: [
                ConversationStore.blob(record.id), record.conversation, record.isOwn, record.offer.name,
                record.offer.size, record.offer.fileCount, record.offer.indexSize, record.date, stage, reason,
                record.state.isPausedByUs, record.state.isPausedByThem, record.path, record.part, record.bytesDone,
                record.isVerified, record.mark?.size, record.mark?.modified,
            ])
    }

    /// Offers that nobody has looked at yet.
    static func unread(_ database: Database) throws -> [ConversationIdentifier] {
        try Row.fetchAll(database, sql: "SELECT id FROM fileTransfer WHERE isUnread").compactMap {
            ConversationStore.identifier($0["id"])
        }
    }

    static func setUnread(_ id: ConversationIdentifier, _ isUnread: Bool, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE fileTransfer SET isUnread = ? WHERE id = ?",
            arguments: [isUnread, ConversationStore.blob(id)])
    }

    static func delete(_ id: ConversationIdentifier, of conversation: Int64, _ database: Database) throws {
        try database.execute(
            sql: "DELETE FROM fileTransfer WHERE conversation = ? AND id = ?",
            arguments: [conversation, ConversationStore.blob(id)])
    }
}
