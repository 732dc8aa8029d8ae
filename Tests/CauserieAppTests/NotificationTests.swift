import Accessibility
import Foundation
import GLibKit
import Instances
import Programs
import Testing

/// What is notified while no window is in front, and what the notifications' buttons do: over the bus, as a desktop does.
@Suite("Notifications", .serialized)
@MainActor
struct NotificationTests {
    /// Who shows notifications, and has the focus.
    @MainActor private final class Daemon {
        let program: RunningProgram
        private let connection: BusConnection

        /// One that is shown: a button's word by what it does.
        struct Notification {
            let number: UInt32
            let title: String
            let body: String
            /// What is done for each word; the click on the notification itself has none.
            let actions: [String: String]
        }

        init(on desktop: Desktop, kind: String = "freedesktop") async throws {
            program = try RunningProgram(
                Program.built("GtkTestHost"), ["notifications"],
                environment: desktop.environment.merging(["DESKTOP": kind, "GTK_A11Y": "none"]) { $1 })
            _ = try await program.wait(for: "ready")
            connection = try BusConnection(address: desktop.bus.address)
            try desktop.place("Daemon", x: 900, y: 660)
        }

        /// Waits for the notification of that number: they are counted from 1.
        func shown(_ number: UInt32) async throws -> Notification {
            let printed = try await line("shown=\(number)\u{241F}").components(separatedBy: "\u{241F}")
            let words = Array(printed.dropFirst(3))
            let pairs = stride(from: 0, to: words.count - 1, by: 2).map { (words[$0 + 1], words[$0]) }
            return Notification(
                number: number, title: printed[1], body: printed[2],
                actions: Dictionary(pairs) { first, _ in first })
        }

        func closed(_ notification: Notification) async throws {
            _ = try await line("closed=\(notification.number) ")
        }

        /// The rest of a line that begins so.
        func line(_ beginning: String) async throws -> String {
            _ = try await program.wait(for: beginning)
            // What follows on the line comes with it, or soon.
            for _ in 0..<300 {
                if let found = program.printed.components(separatedBy: "\n").dropLast().first(where: {
                    $0.hasPrefix(beginning)
                }) {
                    return found
                }
                try await Task.sleep(for: .milliseconds(20))
            }
            return ""
        }

        /// Presses one of its buttons; the empty word is the notification itself.
        func press(_ word: String, of notification: Notification) throws {
            let action = try #require(notification.actions[word], "\(notification.actions)")
            let target = BusTarget(
                name: "org.freedesktop.Notifications",
                path: try #require(ObjectPath("/org/freedesktop/Notifications")), interface: "org.causerie.Test")
            try connection.call(target, "Press", [.uint32(notification.number), .string(action)], timeout: 10_000)
        }
    }

    @MainActor private struct Stage {
        let desktop: Desktop
        let daemon: Daemon
        let session: Session
        let bob: HeadlessInstance
        let folder: TemporaryFolder
        /// Where Bob reaches the window.
        let address: String

        init(kind: String = "freedesktop") async throws {
            let quiet = ["--camera", "none", "--microphone", "none", "--speaker", "none"]
            desktop = try await Desktop.start(accessibility: true)
            daemon = try await Daemon(on: desktop, kind: kind)
            folder = try TemporaryFolder()
            session = try await Session(
                desktop, quiet + ["--port", "0"],
                environment: ["XDG_DOWNLOAD_DIR": folder.url.path, "XDG_DATA_HOME": folder.url.path + "/data"])
            let place = try await session.find("where it is reached") { $0.hasPrefix("Others reach") }
            let text = place.name.isEmpty ? place.text : place.name
            address = "127.0.0.1:" + (try #require(text.split(separator: ":").last?.prefix { $0.isNumber }).description)
            bob = try await HeadlessInstance.start("bob", on: desktop.bus, options: quiet)
            try bob.must("set", "main", "identifier", "Bob")
            try desktop.focus("Daemon")
        }

        func state(_ expected: String) async throws {
            try await session.wait(for: "Bob is \(expected)") {
                try bob.control("get", "main", "state").output.contains(expected)
            }
        }

        func send(_ name: String) throws {
            let file = folder.url.appendingPathComponent("bob-" + name)
            try Data(name.utf8).write(to: file)
            try bob.must("send-file", address, file.path)
        }

        func file(_ name: String) throws -> String {
            let all = try JSONSerialization.jsonObject(with: Data(bob.control("files", "list", "--json").output.utf8))
            let rows = all as? [[String: Any]] ?? []
            return rows.first { $0["name"] as? String == "bob-" + name }?["state"] as? String ?? ""
        }

        func end() async throws {
            #expect(try await session.end() == 0)
            #expect(!session.program.complained.contains("CRITICAL"), "\(session.program.complained)")
        }
    }

    @Test("A call is declined, answered in its pane, or given up, and its notification goes")
    func calls() async throws {
        let stage = try await Stage()
        let (daemon, bob, session) = (stage.daemon, stage.bob, stage.session)
        try bob.must("connect", "main", stage.address)
        let first = try await daemon.shown(1)
        #expect(first.title == "Bob is calling")
        try daemon.press("Decline", of: first)
        try await stage.state("ended")
        try bob.must("connect", "main", stage.address)
        let second = try await daemon.shown(2)
        try bob.must("disconnect", "main")
        try await daemon.closed(second)
        try bob.must("connect", "main", stage.address)
        try daemon.press("Answer", of: try await daemon.shown(3))
        _ = try await session.find("the call in its pane") { $0.hasPrefix("Connected") }
        try await stage.state("connected")
        try await stage.end()
    }

    @Test("A stranger is accepted, a message leads to its conversation, files are taken, declined, and seen")
    func conversation() async throws {
        let stage = try await Stage()
        let (daemon, bob, session, desktop) = (stage.daemon, stage.bob, stage.session, stage.desktop)
        try bob.must("chat", stage.address, "may I?")
        let request = try await daemon.shown(1)
        #expect(request.title == "Bob would like to talk with you." && request.body.isEmpty)
        try daemon.press("Accept", of: request)
        _ = try await session.find("the window of conversations") { $0 == "Conversations" }
        _ = try await session.find("what was said") { $0.hasSuffix(": may I?") }
        try desktop.focus("Daemon")
        try stage.send("a")
        let offer = try await daemon.shown(2)
        // A space that does not break is between.
        #expect(offer.title == "Bob would like to send you bob-a." && offer.body.hasPrefix("1"), "\(offer)")
        _ = try await session.find("the mark of what is unread") { $0.contains("1 unread message") }
        try daemon.press("Accept", of: offer)
        try await session.wait(for: "it is there") { try stage.file("a") == "done" }
        let come = try await daemon.shown(3)
        #expect(come.title == "bob-a has come from Bob." && come.actions["Open"] != nil)
        try stage.send("b")
        try daemon.press("Decline", of: try await daemon.shown(4))
        try await session.wait(for: "it is declined") { try stage.file("b") == "declined" }
        // Given up over there.
        try stage.send("c")
        let third = try await daemon.shown(5)
        let id = try JSONSerialization.jsonObject(with: Data(bob.control("files", "list", "--json").output.utf8))
        let row = (id as? [[String: Any]])?.first { $0["name"] as? String == "bob-c" }
        try bob.must("files", "cancel", row?["id"] as? String ?? "")
        try await daemon.closed(third)
        // Seen, where it is offered.
        try stage.send("d")
        let fourth = try await daemon.shown(6)
        try bob.must("chat", stage.address, "look at d")
        let message = try await daemon.shown(7)
        #expect(message.title == "Bob" && message.body == "look at d")
        try daemon.press("Reply", of: message)
        try desktop.focus("Conversations")
        try await daemon.closed(fourth)
        try await session.wait(for: "nothing is unread") {
            !session.shown().contains { $0.name.contains("unread message") }
        }
        try await stage.end()
    }

    @Test("On GNOME's own way, too: what is shown is taken away, and its action comes over the bus")
    func gnome() async throws {
        let stage = try await Stage(kind: "gtk")
        try stage.bob.must("connect", "main", stage.address)
        let printed = try await stage.daemon.line("added=")
        #expect(printed.contains("Bob is calling") && printed.contains("app.answer"), "\(printed)")
        _ = try Program.run(
            Program.system("gapplication"), ["action", "org.causerie.Causerie", "decline", "'main'"],
            environment: stage.desktop.environment)
        _ = try await stage.daemon.line("removed=incoming-main")
        try await stage.state("ended")
        try await stage.end()
    }
}
