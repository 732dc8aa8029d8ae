import Foundation
import Programs
import Testing

@Suite("Streams over the bus") struct StreamTests {
    @Test("A stream is added with a free name, copied with what is set, and removed")
    func lifecycle() async throws {
        let instance = try await Instance.start()
        #expect(try instance.lines("streams", "add", "door") == ["door"])
        #expect(try instance.lines("streams", "add", "--window", "main", "door") == ["door 2"])
        #expect(try instance.lines("streams", "add", "") == ["stream"])
        #expect(try instance.control("set", "door", "timeout", "99").status == 0)
        #expect(try instance.lines("streams", "duplicate", "door") == ["door 3"])
        #expect(try instance.get("timeout", of: "door 3") == "99")
        #expect(try instance.get("detection", of: "door 3") == "false")
        #expect(try instance.lines("list", "--names") == ["main", "door", "door 2", "stream", "door 3"])
        #expect(try instance.lines("streams", "remove", "door").isEmpty)
        #expect(try instance.control("get", "door", "state").status == 1)
        #expect(try instance.lines("list", "--names") == ["main", "door 2", "stream", "door 3"])
        #expect(try instance.lines("windows", "undo", "main").isEmpty)
        #expect(try instance.get("timeout", of: "door") == "99")
    }

    @Test("A renamed stream is at its new name at once, its call goes on, and its old name is free")
    func renameInCall() async throws {
        let instance = try await Instance.start()
        let monitor = try instance.startControl("monitor")
        try await monitor.wait(for: "main: idle\n")
        #expect(try instance.control("test-call", "main", "--wait").status == 0)
        #expect(try instance.lines("rename", "main", "Zo\u{EB} & \u{1F600}").isEmpty)
        #expect(try instance.get("state", of: "Zo\u{EB} & \u{1F600}") == "connected")
        #expect(try instance.control("get", "main", "state").status == 1)
        try await monitor.wait(for: "stream main: removed\nstream Zo\u{EB} & \u{1F600}: added\n")
        #expect(try instance.lines("streams", "add", "main") == ["main"])
        // Names that change places: by the property this time.
        #expect(try instance.control("set", "main", "name", "other").status == 0)
        #expect(try instance.control("set", "Zo\u{EB} & \u{1F600}", "name", "main").status == 0)
        #expect(try instance.get("state") == "connected")
        #expect(try instance.control("disconnect", "main").status == 0)
        try await monitor.wait(for: "main: ended: You hung up.\n")
        #expect(instance.program.complained.isEmpty)
    }

    @Test("The longest name that a stream can have is a name on the bus")
    func longestName() async throws {
        let instance = try await Instance.start()
        let name = String(repeating: "\u{1F600}", count: 128)
        #expect(try instance.control("rename", "main", name).status == 0)
        #expect(try instance.lines("list", "--names") == [name])
        #expect(try instance.get("name", of: name) == name)
    }

    @Test(
        "A name that cannot be is refused",
        arguments: [
            ["rename", "main", ""], ["rename", "main", "a\nb"], ["rename", "main", "a\u{202E}b"],
            ["rename", "main", String(repeating: "x", count: 129)], ["rename", "main", "door"],
            ["rename", "nobody", "x"], ["rename", "main", String(repeating: "x", count: 100_000)],
            ["streams", "add", "a\u{7}b"], ["streams", "add", String(repeating: "x", count: 100_000)],
            ["streams", "add", "--window", "nowhere", "x"], ["streams", "duplicate", "nobody"],
            ["streams", "remove", "nobody"],
        ])
    func refusedNames(arguments: [String]) async throws {
        let instance = try await Instance.start()
        #expect(try instance.lines("streams", "add", "door") == ["door"])
        let outcome = try Instance.control(arguments, on: instance.bus)
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty && outcome.errors.split(separator: "\n").count == 1)
        #expect(outcome.errors.utf8.count < 1000)
        #expect(try instance.lines("list", "--names") == ["main", "door"])
    }
}
