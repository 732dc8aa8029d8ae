import GRDB
import RTC

/// Who there is a conversation with, as it is kept.
package struct ConversationRecord: Hashable, Sendable {
    /// Who may write to whom.
    package enum Standing: String, Hashable, Sendable {
        /// Both may write.
        case open
        /// Somebody unknown has written, and waits for an answer.
        case requested
        /// Nothing is taken from them, and they are not told.
        case blocked
    }

    package var id: Int64
    /// `sha-256 AA:BB:...` of the correspondent's key: who it is.
    package var fingerprint: String
    /// As the correspondent says.
    package var name: String
    /// Where they were met last: `host:port`; empty when that is not known.
    package var address: String
    /// Their name at a server: `name@host:port`; empty when that is not known.
    package var server: String = ""
    package var standing: Standing

    /// Where they may be, the nearest first.
    package var places: [CallAddress] { [address, server].compactMap { CallAddress($0) } }

    package var shownAddress: String { address.isEmpty ? server : address }

    /// Notes where they were met.
    mutating func met(at text: String) {
        guard let place = CallAddress(text) else { return }
        if place.person == nil { address = text } else { server = text }
    }
}

/// The tables of conversations: who, how far, what waits to be sent, and what was received.
enum ConversationStore {
    static let migration = ProfileDatabase.Migration(name: "conversations") { database in
        try database.execute(
            sql: """
                CREATE TABLE conversation (
                    id INTEGER PRIMARY KEY,
                    fingerprint TEXT NOT NULL UNIQUE,
                    name TEXT NOT NULL DEFAULT '',
                    address TEXT NOT NULL DEFAULT '',
                    standing TEXT NOT NULL,
                    epoch BLOB NOT NULL,
                    next INTEGER NOT NULL DEFAULT 1,
                    receivedEpoch BLOB,
                    received INTEGER NOT NULL DEFAULT 0);
                CREATE TABLE conversationOutbox (
                    conversation INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
                    sequence INTEGER NOT NULL,
                    id BLOB NOT NULL,
                    payload BLOB NOT NULL,
                    PRIMARY KEY (conversation, sequence));
                CREATE TABLE conversationReceived (
                    number INTEGER PRIMARY KEY AUTOINCREMENT,
                    conversation INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
                    id BLOB NOT NULL,
                    UNIQUE (conversation, id));
                """)
    }

    static let serverMigration = ProfileDatabase.Migration(name: "conversations at a server") { database in
        try database.execute(sql: "ALTER TABLE conversation ADD COLUMN server TEXT NOT NULL DEFAULT ''")
        // Who was called by name was kept among the places on the network.
        try database.execute(
            sql: "UPDATE conversation SET server = address, address = '' WHERE address LIKE '%@%'")
    }

    /// Identifiers remembered of each correspondent, the latest ones.
    static let receivedLimit = 2048

    // MARK: Who

    static func records(_ database: Database) throws -> [ConversationRecord] {
        try Row.fetchAll(database, sql: "SELECT * FROM conversation").map(record)
    }

    static func record(of fingerprint: DTLSFingerprint, _ database: Database) throws -> ConversationRecord? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM conversation WHERE fingerprint = ?", arguments: [fingerprint.description]
        ).map(record)
    }

    private static func record(_ row: Row) -> ConversationRecord {
        ConversationRecord(
            id: row["id"], fingerprint: row["fingerprint"], name: row["name"], address: row["address"],
            server: row["server"], standing: ConversationRecord.Standing(rawValue: row["standing"]) ?? .open)
    }

    static func add(
        _ fingerprint: DTLSFingerprint, name: String, address: String, _ standing: ConversationRecord.Standing,
        _ database: Database
    ) throws -> ConversationRecord {
        var record = ConversationRecord(
            id: 0, fingerprint: fingerprint.description, name: name, address: "", standing: standing)
        record.met(at: address)
        try database.execute(
            sql: """
                INSERT INTO conversation (fingerprint, name, address, server, standing, epoch)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                record.fingerprint, name, record.address, record.server, standing.rawValue,
                blob(ConversationIdentifier.random()),
            ])
        record.id = database.lastInsertedRowID
        return record
    }

    static func update(_ record: ConversationRecord, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE conversation SET name = ?, address = ?, server = ?, standing = ? WHERE id = ?",
            arguments: [record.name, record.address, record.server, record.standing.rawValue, record.id])
    }

    // MARK: How far

    static func position(
        of conversation: Int64, _ database: Database
    ) throws -> (ConversationSession.Position, [ConversationMessage]) {
        guard
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM conversation WHERE id = ?", arguments: [conversation])
        else { throw ConversationError("no conversation \(conversation)") }
        let pending = try Row.fetchAll(
            database, sql: "SELECT * FROM conversationOutbox WHERE conversation = ? ORDER BY sequence",
            arguments: [conversation]
        ).compactMap { row -> ConversationMessage? in
            guard let id = identifier(row["id"]) else { return nil }
            return ConversationMessage(
                id: id, sequence: number(row["sequence"]), payload: bytes(row["payload"]))
        }
        let position = ConversationSession.Position(
            epoch: identifier(row["epoch"]) ?? .random(), next: number(row["next"]),
            receivedEpoch: identifier(row["receivedEpoch"]), received: number(row["received"]))
        return (position, pending)
    }

    /// The rows below hold what a peer counts: never trusted to be in range.
    private static func number(_ value: Int64) -> UInt64 { UInt64(clamping: value) }

    static func save(_ position: ConversationSession.Position, of conversation: Int64, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE conversation SET epoch = ?, next = ?, receivedEpoch = ?, received = ? WHERE id = ?",
            arguments: [
                blob(position.epoch), Int64(clamping: position.next), position.receivedEpoch.map(blob),
                Int64(clamping: position.received), conversation,
            ])
    }

    // MARK: What waits

    static func keep(_ message: ConversationMessage, of conversation: Int64, _ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO conversationOutbox (conversation, sequence, id, payload) VALUES (?, ?, ?, ?)",
            arguments: [conversation, Int64(clamping: message.sequence), blob(message.id), data(message.payload)])
        try database.execute(
            sql: "UPDATE conversation SET next = ? WHERE id = ?",
            arguments: [Int64(clamping: message.sequence + 1), conversation])
    }

    static func forget(through sequence: UInt64, of conversation: Int64, _ database: Database) throws {
        try database.execute(
            sql: "DELETE FROM conversationOutbox WHERE conversation = ? AND sequence <= ?",
            arguments: [conversation, Int64(clamping: sequence)])
    }

    /// Takes back all that waits, in order to count it anew or to give it up.
    static func replace(
        with pending: [ConversationMessage], of conversation: Int64, _ database: Database
    ) throws {
        try database.execute(sql: "DELETE FROM conversationOutbox WHERE conversation = ?", arguments: [conversation])
        for message in pending {
            try database.execute(
                sql: "INSERT INTO conversationOutbox (conversation, sequence, id, payload) VALUES (?, ?, ?, ?)",
                arguments: [conversation, Int64(clamping: message.sequence), blob(message.id), data(message.payload)])
        }
    }

    // MARK: What came

    /// Whether a message is here for the first time; notes that it is.
    static func isNew(_ id: ConversationIdentifier, of conversation: Int64, _ database: Database) throws -> Bool {
        try database.execute(
            sql: "INSERT OR IGNORE INTO conversationReceived (conversation, id) VALUES (?, ?)",
            arguments: [conversation, blob(id)])
        guard database.changesCount > 0 else { return false }
        try database.execute(
            sql: """
                DELETE FROM conversationReceived WHERE conversation = ? AND number <= (
                    SELECT number FROM conversationReceived WHERE conversation = ?
                    ORDER BY number DESC LIMIT 1 OFFSET ?)
                """, arguments: [conversation, conversation, receivedLimit])
        return true
    }
}

extension ConversationStore {
    /// Of what waits, up to there.
    static func identifiers(
        through sequence: UInt64, of conversation: Int64, _ database: Database
    ) throws -> [ConversationIdentifier] {
        try Row.fetchAll(
            database, sql: "SELECT id FROM conversationOutbox WHERE conversation = ? AND sequence <= ?",
            arguments: [conversation, Int64(clamping: sequence)]
        ).compactMap { identifier($0["id"]) }
    }

    static func forgetReceived(_ id: ConversationIdentifier, of conversation: Int64, _ database: Database) throws {
        try database.execute(
            sql: "DELETE FROM conversationReceived WHERE conversation = ? AND id = ?",
            arguments: [conversation, blob(id)])
    }

    static func delete(_ conversation: Int64, _ database: Database) throws {
        try database.execute(sql: "DELETE FROM conversation WHERE id = ?", arguments: [conversation])
    }
}
