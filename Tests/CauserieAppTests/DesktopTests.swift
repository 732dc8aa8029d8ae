import Accessibility
import Foundation
import Instances
import Programs
import Testing

/// What the program asks of the desktop around it: notifications while no window is in front, and no sleep in a call.
@Suite("Notifications and sleep", .serialized)
@MainActor
struct DesktopTests {
    private static let quiet = ["--camera", "none", "--microphone", "none", "--speaker", "none", "--port", "0"]

    @Test("A call notifies with Answer and Decline; and its Answer takes it")
    func notification() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let monitor = try RunningProgram(
            Program.system("dbus-monitor"), ["--session", "interface='org.freedesktop.Notifications'"],
            environment: desktop.environment)
        let session = try await Session(desktop, Self.quiet + ["--profile", "called"])
        let place = try await session.find("where it is reached") { $0.hasPrefix("Others reach") }
        let text = place.name.isEmpty ? place.text : place.name
        let port = try #require(text.split(separator: ":").last?.prefix { $0.isNumber }).description
        // Another window comes in front.
        let other = try await Session(desktop, Self.quiet + ["--profile", "other"])
        _ = try await other.button("Test Call")
        let caller = try await HeadlessInstance.start(
            "caller", on: desktop.bus, options: ["--camera", "none", "--microphone", "none", "--speaker", "none"])
        try caller.must("connect", "main", "127.0.0.1:" + port)
        let seen = try await monitor.wait(for: "member=Notify")
        #expect(seen.contains("member=Notify"))
        let whole = try await monitor.wait(for: "Answer")
        #expect(whole.contains("is calling") && whole.contains("Decline") && whole.contains("app.answer"))
        // What a notification's button does.
        let outcome = try Program.run(
            Program.system("gdbus"),
            [
                "call", "--session", "--dest", "org.causerie.Causerie.called", "--object-path",
                "/org/causerie/Causerie/called", "--method", "org.gtk.Actions.Activate", "answer", "[<'main'>]", "{}",
            ], environment: desktop.environment)
        #expect(outcome.status == 0, "\(outcome.errors)")
        try await caller.wait(for: "state", "connected")
        #expect(try await other.end() == 0)
        #expect(try await session.end() == 0)
    }

    @Test("A call holds sleep and the screen saver off, its end lets them be")
    func inhibition() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let manager = try RunningProgram(
            Program.built("GLibTestHost"), ["session"], environment: desktop.environment)
        _ = try await manager.wait(for: "ready=true")
        let session = try await Session(desktop, Self.quiet)
        #expect(try await session.button("Test Call").press())
        // 4: suspend, 8: idle.
        _ = try await manager.wait(for: "inhibit=12")
        #expect(!manager.printed.contains("uninhibit"))
        #expect(try await session.button("Hang Up").press())
        _ = try await manager.wait(for: "uninhibit=1")
        #expect(try await session.end() == 0)
    }
}
