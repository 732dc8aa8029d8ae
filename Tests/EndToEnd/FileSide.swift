import Foundation
import Glibc
import Instances
import Programs

/// A file as `files list` tells of it.
struct ShownFile {
    let id: String
    let name: String
    let state: String
    let message: String
    let path: String
    let done: Int
}

/// A headless instance that sends and receives files, without devices.
final class FileSide {
    private static let quiet = ["--camera", "none", "--microphone", "none", "--speaker", "none", "--auto-accept"]

    let name: String
    private(set) var instance: HeadlessInstance
    /// What is sent from, and received to.
    let folder: URL

    init(_ name: String, on bus: PrivateBus) async throws {
        self.name = name
        instance = try await HeadlessInstance.start(name, on: bus, options: Self.quiet)
        folder = instance.home.url.appendingPathComponent("files")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try instance.must("files", "set", "--folder", folder.path)
    }

    var address: String { instance.address }

    /// Ends it as a fault would, at once.
    func kill() async throws {
        instance.program.send(SIGKILL)
        _ = try await instance.program.waitForEnd()
    }

    func restart() async throws {
        instance = try await HeadlessInstance.start(
            name, on: instance.bus, options: Self.quiet, port: instance.port, home: instance.home)
    }

    func files() throws -> [ShownFile] {
        let outcome = try instance.control("files", "list", "--json")
        let all = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]] ?? []
        return all.map { file in
            ShownFile(
                id: file["id"] as? String ?? "", name: file["name"] as? String ?? "",
                state: file["state"] as? String ?? "", message: file["message"] as? String ?? "",
                path: file["path"] as? String ?? "", done: file["bytesDone"] as? Int ?? 0)
        }
    }

    func file(_ id: String) throws -> ShownFile? { try files().first { $0.id == id } }

    /// A file of random bytes.
    func make(_ name: String, _ size: Int) throws -> URL {
        let url = folder.appendingPathComponent(name)
        var random = SystemRandomNumberGenerator()
        let words = (0..<(size + 7) / 8).map { _ in random.next() }
        try words.withUnsafeBytes { try Data($0.prefix(size)).write(to: url) }
        return url
    }

    /// The bytes that have come of a file that is not whole yet.
    func size(of name: String) -> Int {
        let path = folder.appendingPathComponent(name).path
        return (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
    }
}
