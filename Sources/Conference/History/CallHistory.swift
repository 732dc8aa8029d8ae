import FoundationEssentials
import GRDB
import Logging
import Observation

/// The calls that were, the newest 5,000 of them, in the profile's database.
@MainActor @Observable package final class CallHistory {
    /// More are forgotten, the oldest first.
    package static let limit = 5000
    /// How many are at hand without asking the disk.
    package static let recentLimit = 200

    /// The newest ones, the newest first.
    package private(set) var recent: [CallRecord] = []
    /// Missed calls that the user has not seen.
    package private(set) var missedCount = 0

    @ObservationIgnored private let database: ProfileDatabase
    @ObservationIgnored private let logger: Logger
    @ObservationIgnored private let limit: Int

    init(_ database: ProfileDatabase, logger: Logger, limit: Int = CallHistory.limit) {
        self.database = database
        self.logger = logger
        self.limit = limit
        refresh()
    }

    // MARK: Reading

    /// Calls, the newest first.
    ///
    /// - Parameters:
    ///   - count: at most so many.
    ///   - contact: only those with this contact.
    package func records(
        _ count: Int, contact: String? = nil, missedOnly: Bool = false
    ) -> [CallRecord] {
        read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT * FROM call WHERE (? IS NULL OR contact = ?) AND (? OR isMissed) ORDER BY id DESC LIMIT ?
                    """, arguments: [contact, contact, !missedOnly, min(max(count, 0), Self.limit)]
            ).map(Self.record)
        } ?? []
    }

    private static func record(_ row: Row) -> CallRecord {
        var record = CallRecord(
            contact: row["contact"], name: row["name"], address: row["address"], fingerprint: row["fingerprint"],
            isOutgoing: row["isOutgoing"], date: Date(timeIntervalSince1970: row["date"]), duration: row["duration"],
            reason: row["reason"], isMissed: row["isMissed"])
        record.id = row["id"]
        record.isSeen = row["isSeen"]
        record.localPath = row["localPath"]
        record.remotePath = row["remotePath"]
        record.audioCodec = row["audioCodec"]
        record.videoCodec = row["videoCodec"]
        record.loss = row["loss"]
        record.roundTripTime = row["roundTripTime"]
        return record
    }

    // MARK: Writing

    /// Remembers a call that is over.
    package func add(_ record: CallRecord) {
        write { [limit] database in
            try database.execute(
                sql: """
                    INSERT INTO call (contact, name, address, fingerprint, isOutgoing, date, duration, reason, isMissed,
                        isSeen, localPath, remotePath, audioCodec, videoCodec, loss, roundTripTime)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    record.contact, record.name, record.address, record.fingerprint, record.isOutgoing,
                    record.date.timeIntervalSince1970, record.duration, record.reason, record.isMissed,
                    !record.isMissed, record.localPath, record.remotePath, record.audioCodec, record.videoCodec,
                    record.loss, record.roundTripTime,
                ])
            try database.execute(
                sql: "DELETE FROM call WHERE id <= (SELECT MAX(id) FROM call) - ?", arguments: [limit])
        }
    }

    /// The user has seen which calls were missed.
    package func markSeen() {
        if missedCount > 0 { write { try $0.execute(sql: "UPDATE call SET isSeen = 1 WHERE NOT isSeen") } }
    }

    /// False when there is no such call.
    @discardableResult package func remove(_ id: Int64) -> Bool {
        var isFound = false
        write { database in
            try database.execute(sql: "DELETE FROM call WHERE id = ?", arguments: [id])
            isFound = database.changesCount > 0
        }
        return isFound
    }

    /// Forgets all calls.
    package func removeAll() { write { try $0.execute(sql: "DELETE FROM call") } }

    /// Calls of before with this key are the new contact's.
    func assign(_ contact: Contact) {
        guard let fingerprint = contact.fingerprint else { return }
        write { database in
            try database.execute(
                sql: "UPDATE call SET contact = ? WHERE contact IS NULL AND fingerprint = ?",
                arguments: [contact.id, fingerprint])
        }
    }

    // MARK: The database

    private func refresh() {
        recent = records(Self.recentLimit)
        let count = read { try Int.fetchOne($0, sql: "SELECT COUNT(*) FROM call WHERE isMissed AND NOT isSeen") }
        missedCount = count.flatMap { $0 } ?? 0
    }

    private func read<Value>(_ body: (Database) throws -> Value) -> Value? {
        do {
            return try database.writer.read(body)
        } catch {
            logger.warning("the calls of before cannot be read: \(error)")
            return nil
        }
    }

    private func write(_ body: (Database) throws -> Void) {
        do {
            try database.writer.write(body)
        } catch { logger.warning("the calls cannot be kept: \(error)") }
        refresh()
    }
}
