import FoundationEssentials
import Glibc
import Testing

@testable import Conference

/// A profile's folders in a temporary place, gone with this.
final class ScratchProfile {
    let folders: ProfileFolders
    private let root: String

    init() throws {
        root = FileManager.default.temporaryDirectory.path + "/causerie-test-" + UUID().uuidString
        folders = ProfileFolders(configuration: root + "/config", data: root + "/data")
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    func write(_ text: String, to name: String, in folder: String) throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try text.write(toFile: folder + "/" + name, atomically: false, encoding: .utf8)
    }

    func read(_ name: String, in folder: String) throws -> String {
        try String(contentsOfFile: folder + "/" + name, encoding: .utf8)
    }

    func permissions(_ name: String, in folder: String) throws -> mode_t {
        var status = stat()
        try #require(stat(folder + "/" + name, &status) == 0)
        return status.st_mode & 0o777
    }
}

struct TimedOut: Error, CustomStringConvertible { let description: String }

/// Waits until something is so; long enough for the slowest machine.
@MainActor func until(_ what: String, _ condition: () throws -> Bool) async throws {
    let end = ContinuousClock.now + .seconds(30)
    while try !condition() {
        guard ContinuousClock.now < end else { throw TimedOut(description: "waited for: \(what)") }
        try await Task.sleep(for: .milliseconds(2))
    }
}
