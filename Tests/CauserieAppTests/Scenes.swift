import Foundation
import Programs

/// Scenes of the interface in a process of their own, on a display of their own.
enum Scenes {
    /// The package's folder.
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Where pictures are kept for people to look at.
    static let artefacts = root.appendingPathComponent("artefacts/scenes")

    /// One X server for all tests of a run; it stays as long as the runner does.
    @MainActor private static var desktop: Task<Desktop, any Error>?

    @MainActor
    private static func desktopEnvironment() async throws -> [String: String] {
        let task = desktop ?? Task { try await Desktop.start() }
        desktop = task
        return try await task.value.environment
    }

    /// Shows a scene; its picture is kept under `picture`.
    static func show(
        _ scene: String, picture: String? = nil, environment: [String: String] = [:]
    ) async throws -> Program.Outcome {
        let common = try await desktopEnvironment().merging(["GTK_A11Y": "none"]) { $1 }
        var arguments = [scene]
        if let picture {
            try FileManager.default.createDirectory(at: artefacts, withIntermediateDirectories: true)
            arguments.append(artefacts.appendingPathComponent(picture + ".png").path)
        }
        return try Program.run(
            Program.built("GtkTestHost"), arguments, environment: common.merging(environment) { $1 })
    }

    /// The French translation, compiled into a folder that goes with its owner.
    static func french() throws -> (folder: TemporaryFolder, environment: [String: String]) {
        let folder = try TemporaryFolder()
        let place = folder.url.appendingPathComponent("fr/LC_MESSAGES")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let outcome = try Program.run(
            Program.system("msgfmt"),
            ["-o", place.appendingPathComponent("causerie.mo").path, root.appendingPathComponent("po/fr.po").path])
        guard outcome.status == 0 else { throw Failure(text: outcome.errors) }
        return (folder, ["LOCALE_DIRECTORY": folder.url.path, "LANGUAGE": "fr"])
    }

    struct Failure: Error { let text: String }

    /// The width and height that a PNG file says it has.
    static func size(ofPNG file: URL) throws -> (width: Int, height: Int) {
        let bytes = [UInt8](try Data(contentsOf: file))
        guard bytes.count > 24, bytes.starts(with: [0x89, 0x50, 0x4E, 0x47]) else {
            throw Failure(text: "\(file.path) is no PNG")
        }
        let number = { (start: Int) in bytes[start..<start + 4].reduce(0) { $0 << 8 | Int($1) } }
        return (number(16), number(20))
    }
}
