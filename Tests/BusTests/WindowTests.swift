import Foundation
import Programs
import Testing

@Suite("Windows and panes over the bus") struct WindowTests {
    @Test("Windows are opened, arranged, closed and opened again")
    func windows() async throws {
        let instance = try await Instance.start()
        #expect(try instance.lines("windows", "list", "--ids") == ["main"])
        let second = try #require(try instance.lines("windows", "add").first)
        #expect(try instance.lines("windows", "list", "--ids") == ["main", second])
        #expect(try instance.window(second)["layout"] as? String == "grid")
        #expect(try instance.window(second)["streams"] as? [String] == ["stream"])
        #expect(try instance.lines("windows", "layout", second, "speaker").isEmpty)
        #expect(try instance.window(second)["layout"] as? String == "speaker")
        #expect(try instance.window(second)["undo"] is String)
        #expect(try instance.lines("windows", "undo", second).isEmpty)
        #expect(try instance.window(second)["layout"] as? String == "grid")
        #expect(try instance.window(second)["redo"] is String)
        #expect(try instance.lines("windows", "redo", second).isEmpty)
        #expect(try instance.lines("windows", "close", second).isEmpty)
        #expect(try instance.lines("list", "--names") == ["main"])
        #expect(try instance.lines("windows", "reopen") == [second])
        #expect(try instance.lines("list", "--names") == ["main", "stream"])
        let list = try #require(try Instance.json(instance.control("windows", "list", "--json")) as? [[String: Any]])
        #expect(list.compactMap { $0["id"] as? String } == ["main", second])
        let size = try #require(list.first?["size"] as? [String: Any])
        #expect(size["width"] as? Int == 960 && size["isMaximized"] as? Bool == false)
        #expect(list.first?["origin"] is NSNull)
        #expect(try instance.control("windows", "list").output.hasPrefix("WINDOW"))
        #expect(try instance.control("windows", "describe", second).output.contains("layout  speaker"))
    }

    @Test("Panes are added, changed, moved, removed, and taken out into windows of their own")
    func panes() async throws {
        let instance = try await Instance.start()
        #expect(try instance.lines("streams", "add", "door") == ["door"])
        let first = try #require(try instance.lines("panes", "list", "--ids").first)
        let second = try #require(try instance.lines("panes", "add", "door").first)
        #expect(try instance.lines("panes", "set", first, "--stream", "door", "--display", "sent").isEmpty)
        #expect(try instance.lines("panes", "set", second, "--display", "received-with-sent-inset").isEmpty)
        let panes = try #require(try Instance.json(instance.control("panes", "list", "--json")) as? [[String: String]])
        #expect(
            panes == [
                ["id": first, "window": "main", "stream": "door", "display": "sent"],
                ["id": second, "window": "main", "stream": "door", "display": "receivedWithSentInset"],
            ])
        #expect(try instance.lines("panes", "move", second, "0").isEmpty)
        #expect(try instance.lines("panes", "list", "--ids", "--window", "main") == [second, first])
        let own = try #require(try instance.lines("panes", "detach", first).first)
        #expect(try instance.window(own)["origin"] as? String == "main")
        #expect(try instance.lines("panes", "list", "--ids", "--window", own) == [first])
        #expect(try instance.lines("windows", "undo", "main").isEmpty)
        #expect(try instance.lines("windows", "list", "--ids") == ["main"])
        #expect(Set(try instance.lines("panes", "list", "--ids")) == [first, second])
        #expect(try instance.lines("panes", "remove", second).isEmpty)
        #expect(try instance.lines("panes", "list", "--ids") == [first])
        #expect(try instance.control("panes", "list").output.hasPrefix("PANE"))
    }

    @Test("A window goes through a file; a file that is none is refused with a sentence")
    func files() async throws {
        let instance = try await Instance.start()
        let folder = try TemporaryFolder()
        #expect(try instance.lines("streams", "add", "door") == ["door"])
        let file = folder.url.appendingPathComponent("a/../window.json").path
        #expect(try instance.lines("windows", "export", "main", file).isEmpty)
        let opened = try #require(try instance.lines("windows", "import", file).first)
        #expect(try instance.window(opened)["streams"] as? [String] == ["main 2", "door 2"])
        #expect(try instance.get("detection", of: "main 2") == "false")
        let pipe = folder.url.appendingPathComponent("pipe").path
        mkfifo(pipe, 0o600)
        let empty = try folder.write("", to: "empty.json").path
        let other = try folder.write("{\"version\":2,\"windows\":[]}", to: "new.json").path
        let deep = try folder.write(String(repeating: "[", count: 100_000), to: "deep.json").path
        for path in [
            "/nonexistent", "/dev/zero", folder.url.path, pipe, empty, other, deep, "/proc/self/mem",
            "/" + String(repeating: "x/", count: 3000),
        ] {
            let outcome = try instance.control("windows", "import", path)
            #expect(outcome.status == 1, "\(path)")
            #expect(outcome.output.isEmpty && outcome.errors.split(separator: "\n").count == 1)
        }
        for path in ["/proc/nowhere/x", "/dev/null/x", folder.url.path, "/", "/" + String(repeating: "x", count: 5000)]
        {
            let outcome = try instance.control("windows", "export", "main", path)
            #expect(outcome.status == 1, "\(path)")
            #expect(outcome.errors.split(separator: "\n").count == 1)
        }
        #expect(try instance.lines("windows", "list", "--ids").count == 2)
    }

    @Test("The last stream, pane and window stay, and there is room for so many")
    func limits() async throws {
        let instance = try await Instance.start()
        let pane = try #require(try instance.lines("panes", "list", "--ids").first)
        for arguments in [
            ["streams", "remove", "main"], ["panes", "remove", pane], ["panes", "detach", pane],
            ["windows", "close", "main"],
            ["windows", "reopen"], ["windows", "undo", "main"], ["windows", "redo", "main"],
            ["panes", "move", pane, "1"],
        ] {
            let outcome = try Instance.control(arguments, on: instance.bus)
            #expect(outcome.status == 1 && outcome.errors.hasSuffix(".\n"), "\(arguments)")
        }
        for _ in 1..<64 { #expect(try instance.callRoot("AddStream", "ss", "main", "x").status == 0) }
        #expect(try instance.callRoot("AddStream", "ss", "main", "x").errors.contains("as many streams"))
        #expect(try instance.callRoot("DuplicateStream", "s", "main").errors.contains("as many streams"))
        for _ in 1..<64 { #expect(try instance.callRoot("AddPane", "ss", "main", "x").status == 0) }
        #expect(try instance.callRoot("AddPane", "ss", "main", "x").errors.contains("as many panes"))
        for _ in 1..<32 { #expect(try instance.callRoot("AddWindow").status == 0) }
        #expect(try instance.callRoot("AddWindow").errors.contains("too many windows"))
        #expect(try instance.callRoot("DetachPane", "s", pane).errors.contains("too many windows"))
    }

    @Test("Whether calls are turned away is read and changed, and told")
    func doNotDisturb() async throws {
        let instance = try await Instance.start()
        let monitor = try instance.startControl("monitor", "--json", "--properties")
        try await monitor.wait(for: "\"idle\"")
        #expect(try instance.lines("do-not-disturb") == ["off"])
        #expect(try instance.lines("do-not-disturb", "on").isEmpty)
        #expect(try instance.lines("do-not-disturb") == ["on"])
        let read = try #require(try Instance.json(instance.control("do-not-disturb", "--json")) as? [String: Any])
        #expect(read["doNotDisturb"] as? Bool == true)
        try await monitor.wait(for: "{\"event\":\"PropertiesChanged\",\"doNotDisturb\":true}\n")
        #expect(try instance.lines("do-not-disturb", "off").isEmpty)
        #expect(try instance.lines("do-not-disturb") == ["off"])
    }

    @Test("Monitor shows windows and streams that come, change and go")
    func monitor() async throws {
        let instance = try await Instance.start()
        let human = try instance.startControl("monitor")
        let machine = try instance.startControl("monitor", "--json")
        try await human.wait(for: "main: idle\n")
        try await machine.wait(for: "\"idle\"")
        let window = try #require(try instance.lines("windows", "add").first)
        try await human.wait(for: "window \(window): added\n")
        try await human.wait(for: "stream stream: added\n")
        try await machine.wait(for: "{\"event\":\"WindowAdded\",\"window\":\"\(window)\"}\n")
        try await machine.wait(for: "{\"event\":\"StreamAdded\",\"stream\":\"stream\"}\n")
        #expect(try instance.lines("windows", "layout", window, "insets").isEmpty)
        try await human.wait(for: "window \(window): changed\n")
        #expect(try instance.lines("windows", "close", window).isEmpty)
        try await human.wait(for: "window \(window): removed\n")
        try await machine.wait(for: "{\"event\":\"StreamRemoved\",\"stream\":\"stream\"}\n")
    }
}
