import Accessibility
import Foundation
import Programs
import Testing

/// The network check as a person with a screen reader meets it.
@Suite("The network check, end to end", .serialized)
@MainActor
struct NetworkCheckWindowTests {
    private static let quiet = ["--camera", "none", "--microphone", "none", "--speaker", "none", "--port", "0"]

    @Test("It is opened from the menu, finds what does not work, and says each thing in plain words")
    func findings() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let session = try await Session(desktop, Self.quiet)
        _ = try await session.button("Test Call")
        // Nothing listens there: the look ends at once.
        let server = "turn:127.0.0.1:1?transport=tcp"
        #expect(try session.control("configure", server, "--user", "ann", "--password", "secret") == "")
        let opened = try Program.run(
            Program.system("gdbus"),
            [
                "call", "--session", "--dest", "org.causerie.Causerie", "--object-path", "/org/causerie/Causerie",
                "--method", "org.gtk.Actions.Activate", "network-check", "[]", "{}",
            ], environment: desktop.environment)
        #expect(opened.status == 0, "\(opened.errors)")
        // It begins by itself; the button for another look comes when it is through.
        let again = try await session.button("Check Again")
        for text in [
            "TURN server \(server)", "Nothing at this address takes connections at this port.", "Does not work",
            "STUN servers", "Could be better",
        ] {
            _ = try await session.find(text) { $0.hasPrefix(text) }
        }
        #expect(!session.shown().contains { $0.name.contains("secret") || $0.text.contains("secret") })
        // Another look finds what is mended.
        _ = try session.control("configure", "--clear")
        #expect(again.press())
        _ = try await session.find("no server any more") { $0.hasPrefix("None is set: where two routers") }
        _ = try await session.button("Check Again")
        #expect(!session.shown().contains { $0.name.hasPrefix("TURN server ") || $0.text.hasPrefix("TURN server ") })
        try session.keepPicture(Scenes.artefacts.appendingPathComponent("window-network-check.png"))
        #expect(try await session.end() == 0)
        #expect(!session.program.complained.contains("CRITICAL"))
    }
}
