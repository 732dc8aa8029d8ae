import Accessibility
import Foundation
import Instances
import Programs
import Testing

/// Files sent and received in the real window, to and from an instance without one.
@Suite("Files in the window", .serialized)
@MainActor
struct FileWindowTests {
    private static let quiet = ["--camera", "none", "--microphone", "none", "--speaker", "none"]

    /// A window in a call with Bob, the conversation beside it, and what each has on its disk.
    private struct Stage {
        let desktop: Desktop
        let bob: HeadlessInstance
        let session: Session
        let folder: TemporaryFolder

        func place(_ name: String) -> URL { folder.url.appendingPathComponent(name) }

        /// Bob's files: state and path by name.
        func files() throws -> [String: (id: String, state: String, path: String)] {
            let outcome = try bob.control("files", "list", "--json")
            let all = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]] ?? []
            let rows = all.map { file in
                let text = { (key: String) in file[key] as? String ?? "" }
                return (text("name"), (id: text("id"), state: text("state"), path: text("path")))
            }
            return Dictionary(rows) { first, _ in first }
        }

        func write(_ name: String, _ text: String) throws -> URL {
            let file = place(name)
            try Data(text.utf8).write(to: file)
            return file
        }
    }

    private func begin() async throws -> Stage {
        let folder = try TemporaryFolder()
        for name in ["bob", "downloads", "data/applications"] {
            try FileManager.default.createDirectory(
                at: folder.url.appendingPathComponent(name), withIntermediateDirectories: true)
        }
        let desktop = try await Desktop.start(accessibility: true)
        let bob = try await HeadlessInstance.start("bob", on: desktop.bus, options: Self.quiet + ["--auto-accept"])
        try bob.must("set", "main", "identifier", "Bob")
        try bob.must("files", "set", "--folder", folder.url.appendingPathComponent("bob").path)
        let environment = [
            "XDG_DATA_HOME": folder.url.appendingPathComponent("data").path,
            "XDG_DOWNLOAD_DIR": folder.url.appendingPathComponent("downloads").path,
        ]
        let session = try await Session(desktop, Self.quiet + ["--port", "0", bob.address], environment: environment)
        _ = try await session.find("connected") { $0.hasPrefix("Connected") }
        #expect(try await session.button("Chat").press())
        _ = try await session.find("where to write") { $0 == "Message" }
        return Stage(desktop: desktop, bob: bob, session: session, folder: folder)
    }

    private func end(_ stage: Stage) async throws {
        #expect(try await stage.session.end() == 0)
        #expect(!stage.session.program.complained.contains("CRITICAL"), "\(stage.session.program.complained)")
    }

    @Test("Dropped on the conversation a file is offered and taken; pasted, it is offered and declined")
    func sent() async throws {
        let stage = try await begin()
        let (session, bob, desktop) = (stage.session, stage.bob, stage.desktop)
        let file = try stage.write("minutes.txt", "what was said")
        // A program that has a file to give, below the window.
        let giver = try RunningProgram(
            Program.built("GtkTestHost"), ["giver"],
            environment: desktop.environment.merging(["FILE": file.path, "GTK_A11Y": "none"]) { $1 })
        _ = try await giver.wait(for: "ready")
        try desktop.place("Giver", x: 0, y: 645)
        try desktop.drag(from: (60, 665), to: (800, 250))
        try await session.wait(for: "the offer") { try stage.files()["minutes.txt"]?.state == "offered" }
        _ = try await session.find("the state") { $0 == "Waiting for Bob to accept" }
        try bob.must("files", "accept", try #require(stage.files()["minutes.txt"]?.id))
        _ = try await session.find("the end") { $0 == "Sent" }
        let come = try #require(stage.files()["minutes.txt"]?.path)
        #expect(try String(contentsOfFile: come, encoding: .utf8) == "what was said")
        try bob.must("files", "remove", try #require(stage.files()["minutes.txt"]?.id))
        // The same from the clipboard.
        let entry = try await session.find("where to write") { $0 == "Message" }
        #expect(entry.setText(""))
        try desktop.focus("Bob — Causerie")
        try desktop.point(x: 800, y: 300)
        try desktop.press("ctrl+v")
        try await session.wait(for: "another offer") { try stage.files()["minutes.txt"]?.state == "offered" }
        try bob.must("files", "decline", try #require(stage.files()["minutes.txt"]?.id))
        _ = try await session.find("the answer") { $0 == "Declined by Bob" }
        try session.keepPicture(Scenes.artefacts.appendingPathComponent("window-files-sent.png"))
        giver.send(SIGTERM)
        try await end(stage)
    }

    @Test("What is offered is taken, opened by its program, taken under another name, or declined")
    func received() async throws {
        let stage = try await begin()
        let (session, bob) = (stage.session, stage.bob)
        try installHandler(in: stage)
        try bob.must("send-file", "main", try stage.write("plan.txt", "a plan").path)
        _ = try await session.find("the offer") { $0 == "Bob would like to send you this file" }
        #expect(try await session.button("Accept").press())
        _ = try await session.find("the end") { $0 == "Received" }
        let taken = stage.place("downloads/plan.txt")
        #expect(try String(contentsOf: taken, encoding: .utf8) == "a plan")
        #expect(try await session.button("Open").press())
        try await session.wait(for: "its program") {
            (try? String(contentsOf: stage.place("opened"), encoding: .utf8)) == taken.path + "\n"
        }
        // Under another name.
        try bob.must("send-file", "main", try stage.write("draft.txt", "a draft").path)
        #expect(try await session.button("Accept As…").press())
        let name = try await session.find("the dialog’s name", role: "text box") { $0 == "Name:" }
        #expect(name.setText("final.txt"))
        // GTK names it by its mnemonic too: "_Save Save".
        let save = try await session.find("the dialog's button", role: "button") { $0.hasSuffix("Save") }
        #expect(save.press())
        try await session.wait(for: "the other name") { try stage.files()["draft.txt"]?.state == "done" }
        #expect(try String(contentsOf: stage.place("downloads/final.txt"), encoding: .utf8) == "a draft")
        // Not at all.
        try bob.must("send-file", "main", try stage.write("spam.txt", "buy").path)
        #expect(try await session.button("Decline").press())
        try await session.wait(for: "the answer") { try stage.files()["spam.txt"]?.state == "declined" }
        _ = try await session.find("what became of it") { $0 == "You declined it" }
        try await end(stage)
    }

    @Test("A slow file is paused, and goes on; all files are in a window; quitting asks while one is on its way")
    func slow() async throws {
        let stage = try await begin()
        let (session, bob) = (stage.session, stage.bob)
        try bob.must("files", "set", "--speed-limit", "100000")
        try bob.must(
            "send-file", "main", try stage.write("film.bin", String(repeating: "film", count: 1_000_000)).path)
        #expect(try await session.button("Accept").press())
        let bar = try await session.find("its progress", role: "progress bar") { $0 == "Progress" }
        try await session.wait(for: "progress") { bar.value > 0.01 }
        try session.keepPicture(Scenes.artefacts.appendingPathComponent("window-files-running.png"))
        #expect(try await session.button("Pause").press())
        _ = try await session.find("the pause") { $0 == "Paused by you" }
        try await session.wait(for: "the pause over there") { try stage.files()["film.bin"]?.state == "paused-there" }
        #expect(try await session.button("Resume").press())
        try await session.wait(for: "it goes on") { try stage.files()["film.bin"]?.state == "running" }
        _ = try await session.find("its speed") { $0.contains("/s, ") && $0.contains(" left") }
        try stage.desktop.point(x: 300, y: 300)
        try stage.desktop.press("ctrl+j")
        _ = try await session.find("the window of files") { $0 == "File Transfers" }
        _ = try await session.find("whose") { $0.hasPrefix("From Bob, ") }
        try stage.desktop.press("ctrl+q")
        let question = try await session.find("the question", role: "dialog") { $0 == "Quit Now?" }
        _ = try await session.find("its words") { $0.hasPrefix("1 file is on its way.") }
        let stay = try #require(question.find(role: "button") { $0.hasSuffix("Cancel") })
        #expect(stay.press())
        try bob.must("files", "set", "--speed-limit", "0")
        try await session.wait(for: "the end") { try stage.files()["film.bin"]?.state == "done" }
        #expect(try await session.button("Remove All That Are Over from the List").press())
        _ = try await session.find("an empty list") { $0 == "No Files" }
        try await end(stage)
    }

    /// A program for texts that writes down what it was to open.
    private func installHandler(in stage: Stage) throws {
        let script = try stage.write("open.sh", "printf '%s\\n' \"$1\" > '\(stage.place("opened").path)'\n")
        _ = try stage.write(
            "data/applications/handler.desktop",
            """
            [Desktop Entry]
            Type=Application
            Name=Handler
            Exec=sh \(script.path) %f
            MimeType=text/plain;

            """)
        _ = try stage.write(
            "data/applications/mimeapps.list", "[Default Applications]\ntext/plain=handler.desktop\n")
    }
}
