import FoundationEssentials
import GRDB
import Glibc
import Logging
import RTC

/// Who was met before, by the key shown at the first time: under the address that we called, or the name that a caller
/// gave; and what has become of each key since. Kept in the profile's database.
@MainActor final class KnownIdentities {
    /// Entries of each kind; a caller cannot fill the disk with names.
    private static let limit = 4096
    /// Events of each subject: the first one stays, and the newest.
    private static let eventLimit = 50

    private let database: ProfileDatabase
    private let logger: Logger

    init(_ database: ProfileDatabase, in folders: ProfileFolders?, logger: Logger) {
        self.database = database
        self.logger = logger
        if let folders { takeOver(ProfileFile(path: folders.data + "/known-identities.json")) }
    }

    // MARK: Keys

    /// The key to be expected there; nil when we never were.
    func identity(at address: CallAddress) -> DTLSFingerprint? { identity(of: .address(address)) }

    /// The key of whoever called under this name.
    func identity(of name: String) -> DTLSFingerprint? { identity(of: .caller(name)) }

    private func identity(of subject: IdentitySubject) -> DTLSFingerprint? {
        let text = read { database in
            try String.fetchOne(
                database, sql: "SELECT fingerprint FROM knownIdentity WHERE kind = ? AND subject = ?",
                arguments: [subject.kind, subject.key])
        }
        return text.flatMap { $0 }.flatMap { DTLSFingerprint(parsing: $0) }
    }

    func remember(_ identity: DTLSFingerprint, at address: CallAddress) { remember(identity, of: .address(address)) }

    func remember(_ identity: DTLSFingerprint, of name: String) {
        if !name.isEmpty { remember(identity, of: .caller(name)) }
    }

    private func remember(_ identity: DTLSFingerprint, of subject: IdentitySubject) {
        let old = self.identity(of: subject)
        guard old != identity else { return }
        write { database in
            if old == nil, try Self.count(of: subject.kind, in: database) >= Self.limit { return }
            try Self.put(identity.description, subject, in: database)
            try Self.add(old == nil ? .firstSeen : .accepted, identity.description, subject, in: database)
        }
    }

    private static func count(of kind: String, in database: Database) throws -> Int {
        try Int.fetchOne(
            database, sql: "SELECT COUNT(*) FROM knownIdentity WHERE kind = ?", arguments: [kind]) ?? 0
    }

    private static func put(_ fingerprint: String, _ subject: IdentitySubject, in database: Database) throws {
        try database.execute(
            sql: "INSERT OR REPLACE INTO knownIdentity (kind, subject, fingerprint) VALUES (?, ?, ?)",
            arguments: [subject.kind, subject.key, fingerprint])
    }

    // MARK: What became of them

    func note(_ what: IdentityEvent.What, _ fingerprint: String, of subject: IdentitySubject) {
        write { try Self.add(what, fingerprint, subject, in: $0) }
    }

    private static func add(
        _ what: IdentityEvent.What, _ fingerprint: String, _ subject: IdentitySubject, in database: Database
    ) throws {
        let of = "kind = ? AND subject = ?"
        let last = try Row.fetchOne(
            database, sql: "SELECT what, fingerprint FROM identityEvent WHERE \(of) ORDER BY id DESC LIMIT 1",
            arguments: [subject.kind, subject.key])
        // The same refusal again is no news.
        guard last?[0] != what.rawValue || last?[1] != fingerprint else { return }
        try database.execute(
            sql: "INSERT INTO identityEvent (kind, subject, what, fingerprint, date) VALUES (?, ?, ?, ?, ?)",
            arguments: [subject.kind, subject.key, what.rawValue, fingerprint, Date.now.timeIntervalSince1970])
        try database.execute(
            sql: """
                DELETE FROM identityEvent WHERE \(of)
                AND id > (SELECT MIN(id) FROM identityEvent WHERE \(of))
                AND id NOT IN (SELECT id FROM identityEvent WHERE \(of) ORDER BY id DESC LIMIT \(eventLimit - 1))
                """,
            arguments: [
                subject.kind, subject.key, subject.kind, subject.key, subject.kind, subject.key,
            ])
    }

    /// The oldest first.
    func history(of subjects: [IdentitySubject]) -> [IdentityEvent] {
        read { database in
            var events: [(id: Int64, event: IdentityEvent)] = []
            for subject in subjects {
                let rows = try Row.fetchAll(
                    database,
                    sql: "SELECT id, what, fingerprint, date FROM identityEvent WHERE kind = ? AND subject = ?",
                    arguments: [subject.kind, subject.key])
                for row in rows {
                    guard let what = IdentityEvent.What(rawValue: row[1]) else { continue }
                    let date = Date(timeIntervalSince1970: row[3])
                    events.append((row[0], IdentityEvent(what: what, fingerprint: row[2], date: date)))
                }
            }
            return events.sorted { $0.id < $1.id }.map(\.event)
        } ?? []
    }

    /// Whoever is there next is met for the first time.
    func forget(_ address: CallAddress) { forget(.address(address)) }

    /// Leaves nothing of it.
    func forget(_ subject: IdentitySubject) {
        write { database in
            for table in ["knownIdentity", "identityEvent"] {
                try database.execute(
                    sql: "DELETE FROM \(table) WHERE kind = ? AND subject = ?", arguments: [subject.kind, subject.key])
            }
        }
    }

    // MARK: The database

    private func read<Value>(_ body: (Database) throws -> Value) -> Value? {
        do {
            return try database.writer.read(body)
        } catch {
            logger.warning("the known identities cannot be read: \(error)")
            return nil
        }
    }

    private func write(_ body: (Database) throws -> Void) {
        do {
            try database.writer.write(body)
        } catch { logger.warning("the known identities cannot be kept: \(error)") }
    }

    // MARK: The file of before

    private struct Contents: Codable {
        var addresses: [String: String] = [:]
        var names: [String: String] = [:]
    }

    /// What an older version kept in a file: taken over once, then the file is put aside.
    private func takeOver(_ file: ProfileFile) {
        guard let contents = file.load(Contents.self, "the known identities", logger: logger) else { return }
        do {
            try database.writer.write { database in
                for (kind, entries) in [("address", contents.addresses), ("name", contents.names)] {
                    for (subject, fingerprint) in entries.prefix(Self.limit)
                    where DTLSFingerprint(parsing: fingerprint) != nil {
                        try database.execute(
                            sql: "INSERT OR IGNORE INTO knownIdentity (kind, subject, fingerprint) VALUES (?, ?, ?)",
                            arguments: [kind, subject, fingerprint])
                    }
                }
            }
            rename(file.path, file.path + ".taken-over")
        } catch { logger.warning("the known identities of before cannot be taken over: \(error)") }
    }
}
