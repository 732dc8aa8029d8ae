import Accessibility
import Foundation
import Instances
import Programs
import Testing

/// Links in messages: by the pointer and by keyboard, opened by whoever is meant for them.
@Suite("Links in the conversation", .serialized)
@MainActor
struct ChatLinkTests {
    @Test("A link in a message is opened by the desktop's program for it; what is no link of the web is text")
    func opened() async throws {
        let stage = try await FileStage.begin()
        let (session, desktop, bob) = (stage.session, stage.desktop, stage.bob)
        let script = try stage.write("open.sh", "printf '%s\\n' \"$1\" >> '\(stage.place("opened").path)'\n")
        let schemes = ["http", "https", "mailto", "file", "javascript"].map { "x-scheme-handler/\($0)" }
        _ = try stage.write(
            "data/applications/handler.desktop",
            """
            [Desktop Entry]
            Type=Application
            Name=Handler
            Exec=sh \(script.path) %u
            MimeType=\(schemes.joined(separator: ";"));text/plain;

            """)
        _ = try stage.write(
            "data/applications/mimeapps.list",
            "[Default Applications]\n" + (schemes + ["text/plain"]).map { "\($0)=handler.desktop\n" }.joined())
        let opened = { (try? String(contentsOf: stage.place("opened"), encoding: .utf8)) ?? "" }
        for text in ["javascript:alert(1)//x", "file:///etc/hostname", "https://example.org/?a=1&b=<i>"] {
            try bob.must("chat", "main", text)
            _ = try await session.find("what was said") { $0.hasSuffix(": " + text) }
        }
        try session.keepPicture(Scenes.artefacts.appendingPathComponent("window-chat-links.png"))
        // The last three bubbles of the window, from the top: two that are text, and the link.
        for y in [412, 458, 504] {
            try desktop.point(x: 720, y: y)
            try desktop.click(1)
        }
        let address = "https://example.org/?a=1&b=\n"
        try await session.wait(for: "the program for links") { opened() == address }
        // By keyboard: the entry's buttons are between.
        try desktop.point(x: 800, y: 580)
        try desktop.click(1)
        for _ in 0..<3 { try desktop.press("shift+Tab") }
        let label = try await session.find("the link", role: "label") { $0.hasPrefix("https://") }
        try await session.wait(for: "its focus") { label.has(.focused) }
        try desktop.press("Return")
        try await session.wait(for: "the program once more") { opened() == address + address }
        try await stage.end()
    }
}
