import Accessibility
import Foundation
import Programs
import Testing

/// What other programs hand over: dragged onto the window, and pasted into it.
@Suite("Files dropped, pasted and chosen", .serialized)
@MainActor
struct GivenFilesTests {
    private static let kinds = ["files", "named", "copied", "text", "link", "picture"]
    private static let conversation = (x: 800, y: 250)
    private static let entry = (x: 820, y: 580)
    private static let both: Set = ["minutes.txt", "photos"]
    private static let pane = (x: 300, y: 300)

    private func giver(_ stage: FileStage, _ files: [URL]) async throws -> RunningProgram {
        let environment = [
            "FILES": files.map(\.path).joined(separator: "\n"), "KINDS": Self.kinds.joined(separator: ","),
            "GTK_A11Y": "none",
        ]
        let giver = try RunningProgram(
            Program.built("GtkTestHost"), ["giver"], environment: stage.desktop.environment.merging(environment) { $1 })
        _ = try await giver.wait(for: "ready")
        // Below the window, but for its last 35 rows.
        try stage.desktop.place("Giver", x: 0, y: 645)
        return giver
    }

    /// Where the giver's label of a kind is on the screen.
    private func label(_ kind: String) throws -> (x: Int, y: Int) {
        (x: 50 + 100 * (try #require(Self.kinds.firstIndex(of: kind))), y: 665)
    }

    @Test(
        "Files and folders are dropped, pasted and chosen; a pasted picture becomes a file; a text and a link are no files"
    )
    func given() async throws {
        let stage = try await FileStage.begin()
        _ = try stage.write("photos/one.jpg", "a picture")
        let giver = try await giver(stage, [stage.write("minutes.txt", "what was said"), stage.place("photos")])
        try await drop(stage)
        try await paste(stage, giver)
        giver.send(SIGTERM)
        try await choose(stage)
        try await stage.end()
    }

    /// On conversation, entry and pane.
    private func drop(_ stage: FileStage) async throws {
        let (session, desktop) = (stage.session, stage.desktop)
        let entry = try await session.find("where to write") { $0 == "Message" }
        try desktop.drag(from: label("link"), to: Self.conversation)
        try desktop.drag(from: label("text"), to: Self.pane)
        try desktop.drag(from: label("files"), to: Self.pane)
        _ = try await session.find("the offer") { $0 == "Waiting for Bob to accept" }
        try await stage.settle("what was dropped on the pane", Self.both, "accept")
        let come = try #require(stage.files()["minutes.txt"]?.path)
        #expect(try String(contentsOfFile: come, encoding: .utf8) == "what was said")
        let folder = try #require(stage.files()["photos"]?.path)
        #expect(try String(contentsOfFile: folder + "/one.jpg", encoding: .utf8) == "a picture")
        try stage.forget()
        // Over the entry, the names that come with them are no text.
        try desktop.drag(from: label("named"), to: Self.entry)
        try await stage.settle("what was dropped on the entry", Self.both)
        #expect(entry.text.isEmpty)
        try stage.forget()
        try desktop.drag(from: label("text"), to: Self.entry)
        try await session.wait(for: "the text") { entry.text == "no file at all" }
        #expect(try stage.files().isEmpty)
        #expect(entry.setText(""))
    }

    private func paste(_ stage: FileStage, _ giver: RunningProgram) async throws {
        let (session, desktop) = (stage.session, stage.desktop)
        let entry = try await session.find("where to write") { $0 == "Message" }
        let pasteKind = { (kind: String) in
            let place = try label(kind)
            try desktop.point(x: place.x, y: place.y)
            try desktop.click(1)
            try await giver.wait(for: "copied=\(kind)\n")
            try desktop.focus("Bob — Causerie")
            try desktop.point(x: Self.conversation.x, y: Self.conversation.y)
            try desktop.press("ctrl+v")
        }
        try await pasteKind("text")
        try await session.wait(for: "the text") { entry.text == "no file at all" }
        #expect(entry.setText(""))
        try await pasteKind("link")
        try await session.wait(for: "the link") { entry.text == "https://example.org/a" }
        #expect(entry.setText(""))
        for kind in ["named", "copied"] {
            try await pasteKind(kind)
            try await stage.settle("pasted \(kind)", Self.both)
            try stage.forget()
        }
        try await pasteKind("picture")
        try await session.wait(for: "the picture") { try stage.files().count == 1 }
        let name = try #require(stage.files().keys.first)
        let pattern = /Picture \d{4}-\d\d-\d\d \d\d-\d\d-\d\d\.png/
        #expect(name.wholeMatch(of: pattern) != nil, "\(name)")
        try await stage.settle("the picture", [name], "accept")
        let path = try #require(stage.files()[name]?.path)
        let size = try Scenes.size(ofPNG: URL(fileURLWithPath: path))
        #expect(size.width == 4 && size.height == 4)
        try stage.forget()
        #expect(entry.text.isEmpty)
        try session.keepPicture(Scenes.artefacts.appendingPathComponent("window-files-sent.png"))
    }

    /// Several files, and a folder; cancelled, nothing is sent.
    private func choose(_ stage: FileStage) async throws {
        let (session, desktop) = (stage.session, stage.desktop)
        // The person's own folder.
        for name in ["a.txt", "b.txt"] { _ = try stage.write("home/" + name, name) }
        // By keyboard, from where one writes.
        let open = { (keys: String...) in
            try desktop.focus("Bob — Causerie")
            try desktop.point(x: Self.conversation.x, y: Self.conversation.y)
            for key in keys { try desktop.press(key) }
        }
        try open("ctrl+shift+a")
        try await session.wait(for: "the dialog") { try desktop.shows("Send Files") }
        try desktop.press("Escape")
        try await session.wait(for: "no dialog") { try !desktop.shows("Send Files") }
        try open("ctrl+shift+a")
        try await session.wait(for: "the dialog again") { try desktop.shows("Send Files") }
        // From the recent files to the person's own. The list may not be filled yet: then nothing is chosen.
        try desktop.press("alt+Home")
        try desktop.point(x: 400, y: 120)
        try await session.wait(for: "what is chosen") {
            guard try desktop.shows("Send Files") else { return true }
            try desktop.click(1)
            try desktop.press("ctrl+a", "alt+o")
            return false
        }
        try await stage.settle("what was chosen", ["a.txt", "b.txt"])
        try stage.forget()
        // A folder, the same. From the menu, which is before the entry.
        try open("shift+Tab", "shift+Tab", "space", "Down", "Return")
        try await session.wait(for: "the other dialog") { try desktop.shows("Send a Folder") }
        try await session.wait(for: "it is chosen") {
            guard try desktop.shows("Send a Folder") else { return true }
            try desktop.press("alt+Home", "alt+o")
            return false
        }
        try await stage.settle("the folder", ["home"])
    }
}
