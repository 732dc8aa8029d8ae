import FoundationEssentials
import GRDB

/// Contacts in the profile's database.
struct ContactStore {
    let database: ProfileDatabase

    private static let columns = "id, name, address, note, photo IS NOT NULL, fingerprint, isVerified, created, changed"

    /// Every contact, without the pictures.
    func all() throws -> [Contact] {
        try database.writer.read { database in
            try Row.fetchAll(database, sql: "SELECT \(Self.columns) FROM contact").map { row in
                Contact(
                    id: row[0], name: row[1], address: row[2], note: row[3], hasPhoto: row[4], fingerprint: row[5],
                    isVerified: row[6], created: Date(timeIntervalSince1970: row[7]),
                    changed: Date(timeIntervalSince1970: row[8]))
            }
        }
    }

    func photo(of id: String) throws -> [UInt8]? {
        try database.writer.read {
            try Data.fetchOne($0, sql: "SELECT photo FROM contact WHERE id = ?", arguments: [id])
        }.map { Array($0) }
    }

    /// Writes contacts, new or changed, all or none.
    func save(_ contacts: [(contact: Contact, photo: ContactDraft.Photo)]) throws {
        try database.writer.write { database in
            for (contact, photo) in contacts {
                try Self.save(contact, in: database)
                switch photo {
                case .keep: break
                case .remove:
                    try database.execute(sql: "UPDATE contact SET photo = NULL WHERE id = ?", arguments: [contact.id])
                case .replace(let bytes):
                    try database.execute(
                        sql: "UPDATE contact SET photo = ? WHERE id = ?", arguments: [Data(bytes), contact.id])
                }
            }
        }
    }

    private static func save(_ contact: Contact, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO contact (id, name, nameKey, address, addressKey, note, fingerprint, isVerified, created, changed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET name = excluded.name, nameKey = excluded.nameKey,
                    address = excluded.address, addressKey = excluded.addressKey, note = excluded.note,
                    fingerprint = excluded.fingerprint, isVerified = excluded.isVerified, changed = excluded.changed
                """,
            arguments: [
                contact.id, contact.name, ContactText.key(contact.name), contact.address,
                contact.place?.description ?? contact.address, contact.note, contact.fingerprint, contact.isVerified,
                contact.created.timeIntervalSince1970, contact.changed.timeIntervalSince1970,
            ])
    }

    func remove(_ id: String) throws {
        try database.writer.write { try $0.execute(sql: "DELETE FROM contact WHERE id = ?", arguments: [id]) }
    }
}
