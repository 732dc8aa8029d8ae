import GRDB

/// The tables of people: contacts, whose key is whose, and calls.
enum ContactTables {
    static let migration = ProfileDatabase.Migration(name: "contacts") { database in
        try database.create(table: "contact") { table in
            table.primaryKey("id", .text)
            table.column("name", .text).notNull()
            // What must be unique: `ContactText.key` and `CallAddress.description`.
            table.column("nameKey", .text).notNull().unique()
            table.column("address", .text).notNull()
            table.column("addressKey", .text).notNull().unique()
            table.column("note", .text).notNull().defaults(to: "")
            table.column("photo", .blob)
            table.column("fingerprint", .text)
            table.column("isVerified", .boolean).notNull().defaults(to: false)
            table.column("created", .double).notNull()
            table.column("changed", .double).notNull()
        }
        try database.create(table: "knownIdentity") { table in
            table.column("kind", .text).notNull()
            table.column("subject", .text).notNull()
            table.column("fingerprint", .text).notNull()
            table.primaryKey(["kind", "subject"])
        }
        try database.create(table: "identityEvent") { table in
            table.autoIncrementedPrimaryKey("id")
            table.column("kind", .text).notNull()
            table.column("subject", .text).notNull()
            table.column("what", .text).notNull()
            table.column("fingerprint", .text).notNull()
            table.column("date", .double).notNull()
        }
        try database.create(indexOn: "identityEvent", columns: ["kind", "subject"])
        try database.create(table: "call") { table in
            table.autoIncrementedPrimaryKey("id")
            table.column("contact", .text)
            table.column("name", .text).notNull()
            table.column("address", .text).notNull()
            table.column("fingerprint", .text)
            table.column("isOutgoing", .boolean).notNull()
            table.column("date", .double).notNull()
            table.column("duration", .double)
            table.column("reason", .text).notNull()
            table.column("isMissed", .boolean).notNull()
            table.column("isSeen", .boolean).notNull()
            table.column("localPath", .text)
            table.column("remotePath", .text)
            table.column("audioCodec", .text)
            table.column("videoCodec", .text)
            table.column("loss", .double)
            table.column("roundTripTime", .double)
        }
    }
}
