import Accessibility
import Foundation
import Programs
import Testing

/// The person's own availability, from the main menu.
@Suite("My status", .serialized)
@MainActor
struct StatusMenuTests {
    @Test("Each line of the menu says what it means, and is chosen by a press or by keyboard")
    func chosen() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let session = try await Session(
            desktop, ["--camera", "none", "--microphone", "none", "--speaker", "none", "--port", "0"])
        _ = try await session.button("Test Call")
        try desktop.point(x: 200, y: 300)
        try desktop.press("F10")
        let submenu = try await session.find("the submenu", role: "menu item") { $0 == "My Status" }
        #expect(submenu.press())
        let line = try await session.find("its line", role: "radio") { $0 == "Invisible" }
        #expect(line.description.contains("offline") && line.description.contains("still call"))
        try session.keepPicture(Scenes.artefacts.appendingPathComponent("window-status-menu.png"))
        // The last line, from the first.
        try desktop.press("Up")
        try await session.wait(for: "its focus") { line.has(.focused) }
        try desktop.press("space")
        try await session.wait(for: "invisible") { try session.control("presence").contains("invisible") }
        #expect(try await session.end() == 0)
        #expect(!session.program.complained.contains("CRITICAL"), "\(session.program.complained)")
    }
}
