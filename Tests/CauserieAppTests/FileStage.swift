import Accessibility
import Foundation
import Instances
import Programs
import Testing

/// A window in a call with Bob, who has none, the conversation beside it, and what each has on its disk.
@MainActor
struct FileStage {
    static let quiet = ["--camera", "none", "--microphone", "none", "--speaker", "none"]

    let desktop: Desktop
    let bob: HeadlessInstance
    let session: Session
    let folder: TemporaryFolder

    static func begin() async throws -> FileStage {
        let folder = try TemporaryFolder()
        for name in ["bob", "downloads", "home", "data/applications"] {
            try FileManager.default.createDirectory(
                at: folder.url.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        let desktop = try await Desktop.start(accessibility: true)
        let bob = try await HeadlessInstance.start("bob", on: desktop.bus, options: quiet + ["--auto-accept"])
        try bob.must("set", "main", "identifier", "Bob")
        try bob.must("files", "set", "--folder", folder.url.appendingPathComponent("bob").path)
        let environment = [
            "XDG_DATA_HOME": folder.url.appendingPathComponent("data").path,
            "HOME": folder.url.appendingPathComponent("home").path,
            "XDG_DOWNLOAD_DIR": folder.url.appendingPathComponent("downloads").path,
        ]
        let session = try await Session(desktop, quiet + ["--port", "0", bob.address], environment: environment)
        _ = try await session.find("connected") { $0.hasPrefix("Connected") }
        #expect(try await session.button("Chat").press())
        _ = try await session.find("where to write") { $0 == "Message" }
        return FileStage(desktop: desktop, bob: bob, session: session, folder: folder)
    }

    func end() async throws {
        #expect(try await session.end() == 0)
        #expect(!session.program.complained.contains("CRITICAL"), "\(session.program.complained)")
    }

    func place(_ name: String) -> URL { folder.url.appendingPathComponent(name) }

    /// Bob's files: state and path by name; of those that have one name, the latest.
    func files() throws -> [String: (id: String, state: String, path: String)] {
        let outcome = try bob.control("files", "list", "--json")
        let all = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]] ?? []
        let rows = all.map { file in
            let text = { (key: String) in file[key] as? String ?? "" }
            return (text("name"), (id: text("id"), state: text("state"), path: text("path")))
        }
        return Dictionary(rows) { first, _ in first }
    }

    /// Waits until exactly these are offered to Bob, who takes or declines them, and forgets.
    func settle(_ what: String, _ names: Set<String>, _ answer: String = "decline") async throws {
        try await session.wait(for: what) { try Set(files().filter { $0.value.state == "offered" }.keys) == names }
        for (_, file) in try files() { try bob.must("files", answer, file.id) }
        if answer == "accept" {
            try await session.wait(for: what) { try files().allSatisfy { $0.value.state == "done" } }
        }
    }

    func forget() throws { for (_, file) in try files() { try bob.must("files", "remove", file.id) } }

    func write(_ name: String, _ text: String) throws -> URL {
        let file = place(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file
    }
}
