import Accessibility
import Foundation
import Programs
import Testing

/// Several panes and windows of the real program, by keys, menus and the pointer.
@Suite("Panes and windows, end to end", .serialized)
@MainActor
struct PanesWindowTests {
    private static let quiet = ["--camera", "none", "--microphone", "none", "--speaker", "none", "--port", "0"]
    private static let pattern = [
        "--camera", "test-pattern", "--microphone", "test-tone", "--speaker", "none", "--port", "0",
    ]

    private func count(_ name: String, in session: Session, role: String = "button") -> Int {
        session.shown().filter { $0.role == role && $0.name == name }.count
    }

    private func until(_ what: String, _ session: Session, _ condition: () -> Bool) async throws {
        for _ in 0..<200 {
            if condition() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("not so: \(what)\n\(session.shown().map { "\($0.role): \($0.name)" }.joined(separator: "\n"))")
    }

    @Test("A pane is added by its key, removed by its context menu, and brought back by Ctrl+Z")
    func addAndRemove() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let session = try await Session(desktop, Self.quiet)
        _ = try await session.button("Test Call")
        try desktop.point(x: 480, y: 400)
        try desktop.press("ctrl+shift+n")
        try await until("two panes", session) { count("Test Call", in: session) == 2 }
        try desktop.point(x: 200, y: 640)
        try desktop.click(3)
        let remove = try await session.find("the menu's last line", role: "menu item") { $0 == "Remove Pane" }
        #expect(session.shown().contains { $0.name == "Edit the Window’s Streams…" })
        try session.keepPicture(Scenes.artefacts.appendingPathComponent("window-pane-menu.png"))
        #expect(remove.press())
        try await until("one pane", session) { count("Test Call", in: session) == 1 }
        try desktop.press("ctrl+z")
        try await until("two panes again", session) { count("Test Call", in: session) == 2 }
        #expect(try await session.end() == 0)
        #expect(!session.program.complained.contains("CRITICAL"))
        #expect(!session.program.complained.contains("WARNING"))
    }

    @Test("Two test calls run side by side, each with its own end, and four panes are drawn")
    func sideBySide() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let session = try await Session(desktop, Self.pattern)
        let add = try await session.button("Add a Pane")
        for panes in 2...4 {
            #expect(add.press())
            try await until("\(panes) panes", session) { count("Test Call", in: session) == panes }
        }
        for calls in 1...2 {
            #expect(try await session.button("Test Call").press())
            try await until("\(calls) calls", session) {
                session.shown().filter { $0.name.hasPrefix("Call with Test Call: Connected") }.count == calls
            }
        }
        try session.keepPicture(Scenes.artefacts.appendingPathComponent("window-four-panes.png"))
        #expect(try await session.button("Hang Up").press())
        _ = try await session.find("one end") { $0 == "Call Ended" }
        #expect(session.shown().filter { $0.name.hasPrefix("Call with Test Call: Connected") }.count == 1)
        #expect(try await session.end() == 0)
        #expect(!session.program.complained.contains("CRITICAL"))
    }

    @Test("Panes, layout and size are there again at the next start; a broken file says so and is kept")
    func restored() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let home = try TemporaryFolder()
        let own = ["XDG_CONFIG_HOME": home.url.path, "XDG_DATA_HOME": home.url.path + "/data"]
        let first = try await Session(desktop, Self.quiet, environment: own)
        #expect(try await first.button("Add a Pane").press())
        try await until("two panes", first) { count("Test Call", in: first) == 2 }
        #expect(try await first.end() == 0)
        let second = try await Session(desktop, Self.quiet, environment: own)
        try await until("two panes again", second) { count("Test Call", in: second) == 2 }
        #expect(try await second.end() == 0)
        let file = home.url.appendingPathComponent("causerie/windows.json")
        try Data("{ broken".utf8).write(to: file)
        let third = try await Session(desktop, Self.quiet, environment: own)
        _ = try await third.find("what happened") { $0.hasPrefix("The saved windows make no sense") }
        #expect(count("Test Call", in: third) == 1)
        #expect(FileManager.default.fileExists(atPath: file.path + ".broken"))
        #expect(try await third.end() == 0)
    }

    @Test("A second window opens by Ctrl+N, closes by Ctrl+W and is reopened")
    func windows() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let session = try await Session(desktop, Self.quiet)
        _ = try await session.button("Test Call")
        try desktop.point(x: 480, y: 400)
        try desktop.press("ctrl+n")
        try await until("two windows", session) { count("Test Call", in: session) == 2 }
        try desktop.press("ctrl+w")
        try await until("one window", session) { count("Test Call", in: session) == 1 }
        try session.keepPicture(Scenes.artefacts.appendingPathComponent("window-closed.png"))
        _ = try await session.find("Window closed")
        try desktop.press("ctrl+shift+t")
        try await until("two windows again", session) { count("Test Call", in: session) == 2 }
        #expect(try await session.end() == 0)
        #expect(!session.program.complained.contains("CRITICAL"))
    }

    @Test("A pane is dragged onto another one's place")
    func dragged() async throws {
        let desktop = try await Desktop.start(accessibility: true)
        let session = try await Session(desktop, Self.pattern)
        #expect(try await session.button("Test Call").press())
        _ = try await session.find("connected") { $0.hasPrefix("Connected") }
        #expect(try await session.button("Add a Pane").press())
        try await until("two panes", session) { count("Test Call", in: session) == 1 }
        let order = { session.shown().filter { $0.name.hasPrefix("Call with") || $0.name == "No call" }.map(\.name) }
        #expect(order().first?.hasPrefix("Call with") == true)
        try desktop.drag(from: (200, 400), to: (700, 400))
        try await until("the other order", session) { order().first == "No call" }
        #expect(try await session.end() == 0)
    }
}
