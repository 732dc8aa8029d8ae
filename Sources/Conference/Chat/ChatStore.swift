import FoundationEssentials
import GRDB

/// The table of messages, and its index of words.
enum ChatStore {
    static let migration = ProfileDatabase.Migration(name: "chat") { database in
        try database.execute(
            sql: """
                CREATE TABLE chatMessage (
                    id INTEGER PRIMARY KEY AUTOINCREMENT,
                    conversation INTEGER NOT NULL REFERENCES conversation ON DELETE CASCADE,
                    identifier BLOB NOT NULL,
                    isOwn INTEGER NOT NULL,
                    text TEXT NOT NULL,
                    date INTEGER NOT NULL,
                    delivery TEXT NOT NULL,
                    isEdited INTEGER NOT NULL DEFAULT 0,
                    isDeleted INTEGER NOT NULL DEFAULT 0,
                    isUnread INTEGER NOT NULL DEFAULT 0,
                    UNIQUE (conversation, isOwn, identifier));
                CREATE INDEX chatMessageOrder ON chatMessage (conversation, id);
                CREATE INDEX chatMessageUnread ON chatMessage (conversation) WHERE isUnread;
                CREATE VIRTUAL TABLE chatMessageWords USING fts5(
                    text, content='chatMessage', content_rowid='id', tokenize='unicode61 remove_diacritics 2');
                CREATE TRIGGER chatMessageAdded AFTER INSERT ON chatMessage BEGIN
                    INSERT INTO chatMessageWords (rowid, text) VALUES (new.id, new.text);
                END;
                CREATE TRIGGER chatMessageRemoved AFTER DELETE ON chatMessage BEGIN
                    INSERT INTO chatMessageWords (chatMessageWords, rowid, text) VALUES ('delete', old.id, old.text);
                END;
                CREATE TRIGGER chatMessageChanged AFTER UPDATE OF text ON chatMessage BEGIN
                    INSERT INTO chatMessageWords (chatMessageWords, rowid, text) VALUES ('delete', old.id, old.text);
                    INSERT INTO chatMessageWords (rowid, text) VALUES (new.id, new.text);
                END;
                """)
    }

    private static func message(_ row: Row) -> ChatMessage {
        ChatMessage(
            id: row["id"], conversation: row["conversation"],
            identifier: ConversationStore.identifier(row["identifier"]) ?? ConversationIdentifier(high: 0, low: 0),
            isOwn: row["isOwn"], text: row["text"], date: row["date"],
            delivery: ChatMessage.Delivery(rawValue: row["delivery"]) ?? .received, isEdited: row["isEdited"],
            isDeleted: row["isDeleted"])
    }

    // MARK: Reading

    /// The last `count` messages before one, the oldest first.
    static func messages(
        of conversation: Int64, before id: Int64 = .max, count: Int, _ database: Database
    ) throws -> [ChatMessage] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM chatMessage WHERE conversation = ? AND id < ? ORDER BY id DESC LIMIT ?",
            arguments: [conversation, id, count]
        ).reversed().map(message)
    }

    static func message(
        _ identifier: ConversationIdentifier, isOwn: Bool, of conversation: Int64, _ database: Database
    ) throws -> ChatMessage? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM chatMessage WHERE conversation = ? AND isOwn = ? AND identifier = ?",
            arguments: [conversation, isOwn, ConversationStore.blob(identifier)]
        ).map(message)
    }

    /// The last one of a side.
    static func last(isOwn: Bool, of conversation: Int64, _ database: Database) throws -> ChatMessage? {
        try Row.fetchOne(
            database, sql: "SELECT * FROM chatMessage WHERE conversation = ? AND isOwn = ? ORDER BY id DESC LIMIT 1",
            arguments: [conversation, isOwn]
        ).map(message)
    }

    /// The last message of every conversation.
    static func lastOfEach(_ database: Database) throws -> [ChatMessage] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM chatMessage WHERE id IN (SELECT max(id) FROM chatMessage GROUP BY conversation)"
        ).map(message)
    }

    /// By conversation; those without any are left out.
    static func unreadOfEach(_ database: Database) throws -> [Int64: Int] {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT conversation, count(*) AS unread FROM chatMessage WHERE isUnread GROUP BY conversation")
        return Dictionary(rows.map { ($0["conversation"], $0["unread"]) }) { first, _ in first }
    }

    static func unread(of conversation: Int64, _ database: Database) throws -> Int {
        try Int.fetchOne(
            database, sql: "SELECT count(*) FROM chatMessage WHERE conversation = ? AND isUnread",
            arguments: [conversation]) ?? 0
    }

    static func count(of conversation: Int64, _ database: Database) throws -> Int {
        try Int.fetchOne(
            database, sql: "SELECT count(*) FROM chatMessage WHERE conversation = ?", arguments: [conversation]) ?? 0
    }

    /// The latest messages that have all the words, or their beginnings; of one conversation, or of all.
    static func search(
        _ words: String, in conversation: Int64?, count: Int, _ database: Database
    ) throws -> [ChatMessage] {
        guard let pattern = pattern(words) else { return [] }
        return try Row.fetchAll(
            database,
            sql: """
                SELECT chatMessage.* FROM chatMessageWords JOIN chatMessage ON chatMessage.id = chatMessageWords.rowid
                WHERE chatMessageWords MATCH ? AND (? IS NULL OR chatMessage.conversation = ?)
                ORDER BY chatMessage.id DESC LIMIT ?
                """, arguments: [pattern, conversation, conversation, count]
        ).reversed().map(message)
    }

    /// Each word quoted, so that nothing typed is an operator of the index.
    private static func pattern(_ words: String) -> String? {
        let quoted = words.prefix(256).split(whereSeparator: \.isWhitespace).prefix(16).map {
            "\"\($0.replacing("\"", with: "\"\""))\"*"
        }
        return quoted.isEmpty ? nil : quoted.joined(separator: " ")
    }

    // MARK: Writing

    /// Adds a message at the end.
    ///
    /// - Parameter date: pulled to where it is possible: not before the message above, not after `now`.
    @discardableResult static func add(
        _ identifier: ConversationIdentifier, isOwn: Bool, text: String, date: Int64, now: Int64,
        to conversation: Int64,
        _ database: Database
    ) throws -> ChatMessage {
        let above = try Int64.fetchOne(
            database, sql: "SELECT date FROM chatMessage WHERE conversation = ? ORDER BY id DESC LIMIT 1",
            arguments: [conversation])
        let possible = max(min(date, now), above ?? date)
        let delivery = isOwn ? ChatMessage.Delivery.pending : .received
        try database.execute(
            sql: """
                INSERT INTO chatMessage (conversation, identifier, isOwn, text, date, delivery, isUnread)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                conversation, ConversationStore.blob(identifier), isOwn, text, possible, delivery.rawValue, !isOwn,
            ])
        return ChatMessage(
            id: database.lastInsertedRowID, conversation: conversation, identifier: identifier, isOwn: isOwn,
            text: text, date: possible, delivery: delivery, isEdited: false, isDeleted: false)
    }

    static func edit(_ id: Int64, _ text: String, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE chatMessage SET text = ?, isEdited = 1 WHERE id = ?", arguments: [text, id])
    }

    static func delete(_ id: Int64, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE chatMessage SET text = '', isDeleted = 1, isUnread = 0 WHERE id = ?", arguments: [id])
    }

    /// What is further stays so: a mark that comes late takes nothing back.
    static func setDelivered(
        _ identifiers: [ConversationIdentifier], of conversation: Int64, _ database: Database
    ) throws {
        for identifier in identifiers {
            try database.execute(
                sql: """
                    UPDATE chatMessage SET delivery = 'delivered'
                    WHERE conversation = ? AND isOwn AND identifier = ? AND delivery = 'pending'
                    """, arguments: [conversation, ConversationStore.blob(identifier)])
        }
    }

    static func setFailed(_ identifier: ConversationIdentifier, of conversation: Int64, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE chatMessage SET delivery = 'failed' WHERE conversation = ? AND isOwn AND identifier = ?",
            arguments: [conversation, ConversationStore.blob(identifier)])
    }

    /// All of ours up to a message are read.
    static func setRead(through id: Int64, of conversation: Int64, _ database: Database) throws {
        try database.execute(
            sql: """
                UPDATE chatMessage SET delivery = 'read'
                WHERE conversation = ? AND isOwn AND id <= ? AND delivery IN ('pending', 'delivered')
                """, arguments: [conversation, id])
    }

    static func markRead(_ conversation: Int64, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE chatMessage SET isUnread = 0 WHERE conversation = ? AND isUnread", arguments: [conversation])
    }

    static func removeAll(of conversation: Int64, _ database: Database) throws {
        try database.execute(sql: "DELETE FROM chatMessage WHERE conversation = ?", arguments: [conversation])
    }
}
