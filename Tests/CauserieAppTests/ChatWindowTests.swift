import Accessibility
import Foundation
import Instances
import Programs
import Testing

/// Writing and reading in the real window, by keyboard and as a screen reader does.
@Suite("Chat in the window", .serialized)
@MainActor
struct ChatWindowTests {
    private static let quiet = ["--camera", "none", "--microphone", "none", "--speaker", "none"]

    /// The texts that an instance has from, or to, its correspondent.
    private func texts(_ instance: HeadlessInstance) throws -> [String] {
        let outcome = try instance.control("messages", "main", "--json")
        let messages = try? JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [[String: Any]]
        return (messages ?? []).compactMap { $0["text"] as? String }
    }

    @Test(
        "In a call: sent from the window and seen to arrive; what is answered is read out; faces and Enter by keyboard")
    func beside() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let bob = try await HeadlessInstance.start("bob", on: desktop.bus, options: Self.quiet + ["--auto-accept"])
        try bob.must("set", "main", "identifier", "Bob")
        let session = try await Session(desktop, Self.quiet + ["--port", "0", bob.address])
        _ = try await session.find("connected") { $0.hasPrefix("Connected") }
        #expect(try await session.button("Chat").press())
        let entry = try await session.find("where to write") { $0 == "Message" }
        #expect(entry.setText("hello <b>Bob</b>"))
        #expect(try await session.button("Send").press())
        try await session.wait(for: "the message arrives") { try texts(bob) == ["hello <b>Bob</b>"] }
        try bob.must("chat", "main", "hi *you* & all")
        _ = try await session.find("the answer") { $0.hasPrefix("Bob, ") && $0.hasSuffix(": hi *you* & all") }
        // By keyboard: a face becomes a picture, and Backspace takes that back.
        try desktop.point(x: 200, y: 300)
        for keys in [["o", "k", "space", "colon", "parenright", "space"], ["BackSpace", "Return"]] {
            for key in keys { try desktop.press(key) }
            if keys.count > 2 { _ = try await session.find("the face") { $0.contains("🙂") } }
        }
        try await session.wait(for: "what was typed") { try texts(bob).last == "ok :)" }
        try desktop.press("Up")
        _ = try await session.find("editing") { $0 == "Editing your last message" }
        for key in ["exclam", "Return"] { try desktop.press(key) }
        try await session.wait(for: "what was edited") { try texts(bob).last == "ok :)!" }
        let picture = Scenes.artefacts.appendingPathComponent("window-chat.png")
        try session.keepPicture(picture)
        try desktop.press("F9")
        #expect(try await session.end() == 0)
        #expect(!session.program.complained.contains("CRITICAL"), "\(session.program.complained)")
    }

    @Test("A stranger asks, and is answered in the window of conversations")
    func stranger() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let session = try await Session(desktop, Self.quiet + ["--port", "0"])
        let place = try await session.find("where it is reached") { $0.hasPrefix("Others reach") }
        let text = place.name.isEmpty ? place.text : place.name
        let port = try #require(text.split(separator: ":").last?.prefix { $0.isNumber }).description
        let bob = try await HeadlessInstance.start("bob", on: desktop.bus, options: Self.quiet)
        try bob.must("set", "main", "identifier", "Bob")
        try bob.must("chat", "127.0.0.1:" + port, "may I?")
        _ = try await session.find("the mark of unread messages") { $0.contains("1 unread message") }
        try desktop.point(x: 200, y: 300)
        try desktop.press("ctrl+shift+c")
        #expect(try await session.button("Accept").press())
        let entry = try await session.find("where to write") { $0 == "Message" }
        #expect(entry.setText("you may"))
        #expect(try await session.button("Send").press())
        try await session.wait(for: "the answer arrives") {
            try bob.control("messages", "127.0.0.1:" + port, "--json").output.contains("you may")
        }
        #expect(try await session.end() == 0)
        #expect(!session.program.complained.contains("CRITICAL"), "\(session.program.complained)")
    }
}
