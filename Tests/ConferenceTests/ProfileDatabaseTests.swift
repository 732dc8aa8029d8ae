import FoundationEssentials
import GRDB
import Logging
import Testing

@testable import Conference

@Suite("Profile database")
struct ProfileDatabaseTests {
    private static let first = ProfileDatabase.Migration(name: "one") { database in
        try database.create(table: "thing") { $0.column("name", .text).notNull() }
    }
    private static let second = ProfileDatabase.Migration(name: "two") { database in
        try database.alter(table: "thing") { $0.add(column: "size", .integer).notNull().defaults(to: 7) }
    }

    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func database(
        _ profile: ScratchProfile, _ migrations: [ProfileDatabase.Migration]
    ) -> ProfileDatabase {
        ProfileDatabase(in: profile.folders, logger: logger, migrations: migrations)
    }

    @Test("what was written is there at the next start, through a migration, and only the user may read it")
    func keeps() throws {
        let profile = try ScratchProfile()
        try database(profile, [Self.first]).writer.write { try $0.execute(sql: "INSERT INTO thing VALUES ('a')") }
        let size = try database(profile, [Self.first, Self.second]).writer.read {
            try Int.fetchOne($0, sql: "SELECT size FROM thing WHERE name = 'a'")
        }
        #expect(size == 7)
        #expect(try profile.permissions("causerie.sqlite", in: profile.folders.data) == 0o600)
    }

    @Test(
        "a file that is no database, and one of a later version, are kept aside",
        arguments: ["no database at all, however long it may be", nil])
    func broken(text: String?) throws {
        let profile = try ScratchProfile()
        let path = profile.folders.data + "/causerie.sqlite"
        if let text {
            try profile.write(text, to: "causerie.sqlite", in: profile.folders.data)
        } else {
            _ = database(profile, [Self.first, Self.second])
        }
        let fresh = database(profile, [Self.first])
        try fresh.writer.write { try $0.execute(sql: "INSERT INTO thing VALUES ('b')") }
        #expect(FileManager.default.fileExists(atPath: path + ".broken"))
        #expect(
            try database(profile, [Self.first]).writer.read { try Row.fetchAll($0, sql: "SELECT * FROM thing").count }
                == 1)
    }

    @Test("without a place on the disk, the run goes on in memory")
    func memory() throws {
        let nowhere = ProfileFolders(configuration: "/proc/none", data: "/proc/none")
        for folders in [nil, nowhere] {
            let database = ProfileDatabase(in: folders, logger: logger, migrations: [Self.first])
            try database.writer.write { try $0.execute(sql: "INSERT INTO thing VALUES ('a')") }
        }
    }
}
