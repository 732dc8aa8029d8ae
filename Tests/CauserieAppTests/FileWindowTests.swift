import Accessibility
import Foundation
import Instances
import Programs
import Testing

/// Files sent and received in the real window, to and from an instance without one.
@Suite("Files in the window", .serialized)
@MainActor
struct FileWindowTests {
    @Test("What is offered is taken, opened by its program, taken under another name, or declined")
    func received() async throws {
        let stage = try await FileStage.begin()
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
        try await stage.end()
    }

    @Test("A slow file is paused, and goes on; all files are in a window; quitting asks while one is on its way")
    func slow() async throws {
        let stage = try await FileStage.begin()
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
        try await stage.end()
    }

    /// A program for texts that writes down what it was to open.
    private func installHandler(in stage: FileStage) throws {
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
