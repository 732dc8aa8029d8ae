import Foundation
import Programs
import Testing

@Suite struct ControlTests {
    @Test("Without an instance every command ends with 3 and says so")
    func noInstance() async throws {
        let bus = try await PrivateBus.start()
        for arguments in [
            ["list"], ["stats", "main", "--json"], ["--profile", "b", "get", "main", "state"], ["monitor"],
            ["windows", "list", "--ids"], ["panes", "list"], ["streams", "add", "x"], ["do-not-disturb"],
            ["info", "main"], ["--profile", "b", "windows", "add"], ["windows", "add", "--profile", "b"],
        ] {
            let outcome = try Instance.control(arguments, on: bus)
            #expect(outcome.status == 3)
            #expect(outcome.output.isEmpty)
            #expect(outcome.errors.contains("No instance"))
        }
        let environment = ["DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"]
        let busless = try Program.run(Program.built("causeriectl"), ["list"], environment: environment)
        #expect(busless.status == 3)
        #expect(busless.errors.contains("session bus"))
    }

    @Test(
        "Wrong usage ends with 2, whether or not an instance runs",
        arguments: [
            [], ["frobnicate"], ["get", "main"], ["set", "main", "volume"], ["stop", "main", "smell"],
            ["streams"], ["windows", "--json"], ["panes", "heap"], ["windows", "layout", "main", "heap"],
            ["panes", "set", "x"], ["panes", "set", "x", "--stream", ""], ["panes", "set", "x", "--display", "up"],
            ["panes", "move", "x", "first"], ["panes", "move", "x", "4294967296"], ["do-not-disturb", "perhaps"],
            ["rename", "main"], ["accept", "main", "--pane"], ["trust"], ["windows", "add", "--profile", "a b"],
            ["list", "--profile", "1"], ["--profile", "a b", "list"], ["connect", "main"], ["list", "--frob"],
        ])
    func wrongUsage(arguments: [String]) async throws {
        let bus = try await PrivateBus.start()
        let outcome = try Instance.control(arguments, on: bus)
        #expect(outcome.status == 2)
        #expect(outcome.output.isEmpty)
        #expect(!outcome.errors.isEmpty)
    }

    @Test("Help is no error")
    func help() async throws {
        let bus = try await PrivateBus.start()
        let outcome = try Instance.control(["--help"], on: bus)
        #expect(outcome.status == 0)
        #expect(outcome.output.contains("monitor") && outcome.errors.isEmpty)
    }

    @Test(
        "What cannot be done ends with 1 and one sentence",
        arguments: [
            ["get", "nobody", "state"], ["describe", "../main"], ["get", "main", "nothing"],
            ["set", "main", "nothing", "1"],
            ["accept", "main"], ["reject", "main"], ["stats", ""], ["connect", "main", ""],
            ["trust", "main"], ["accept", "main", "--pane", "x"], ["info", "nobody"], ["test-call", "nobody"],
            ["windows", "describe", "x"], ["panes", "list", "--window", "x"],
        ])
    func failed(arguments: [String]) async throws {
        let instance = try await Instance.start()
        let outcome = try Instance.control(arguments, on: instance.bus)
        #expect(outcome.status == 1)
        #expect(outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("causeriectl: ") && outcome.errors.split(separator: "\n").count == 1)
    }

    @Test("Media pause and resume, each direction for itself")
    func stopAndPlay() async throws {
        let instance = try await Instance.start()
        #expect(try instance.control("stop", "main", "audio", "out").status == 0)
        #expect(try instance.get("stoppedOutgoing") == "audio")
        #expect(try instance.get("stoppedIncoming") == "none")
        #expect(try instance.control("stop", "main", "in").status == 0)
        #expect(try instance.get("stoppedIncoming") == "audio,video")
        #expect(try instance.control("play", "main").status == 0)
        #expect(try instance.get("stoppedOutgoing") == "none")
        #expect(try instance.get("stoppedIncoming") == "none")
    }

    @Test("Two profiles run side by side, a second instance of one is refused, quit ends one")
    func profiles() async throws {
        let first = try await Instance.start()
        let second = try await Instance.start(on: first.bus, profile: "second")
        #expect(try first.control("set", "main", "identifier", "One").status == 0)
        #expect(try second.control("set", "main", "identifier", "Two").status == 0)
        #expect(try first.get("identifier") == "One")
        #expect(try second.get("identifier") == "Two")
        let again = try Program.run(Program.built("BusTestHost"), environment: first.bus.environment)
        #expect(again.status == 1)
        #expect(again.output.contains("running already"))
        #expect(try second.control("quit").status == 0)
        #expect(try await second.program.waitForEnd() == 0)
        #expect(try second.control("list").status == 3)
        #expect(try first.control("list").status == 0)
    }

    @Test("Monitor prints each change as it comes and ends when interrupted, or with the instance")
    func monitor() async throws {
        let instance = try await Instance.start()
        let human = try instance.startControl("monitor")
        let machine = try instance.startControl("monitor", "--json", "--properties")
        try await human.wait(for: "main: idle\n")
        try await machine.wait(for: "\"idle\"")
        #expect(try instance.control("set", "main", "volume", "0.25").status == 0)
        try await machine.wait(for: "{\"stream\":\"main\",\"event\":\"PropertiesChanged\",\"volume\":0.25}\n")
        // An address that nothing listens on: the state changes, whatever way.
        _ = try instance.control("connect", "main", "127.0.0.1:1")
        try await human.wait(for: "\nmain: ")
        try await machine.wait(for: "\"event\":\"StateChanged\"")
        human.send(SIGINT)
        #expect(try await human.waitForEnd() == 0)
        #expect(try instance.control("quit").status == 0)
        #expect(try await machine.waitForEnd() == 3)
        #expect(machine.complained.contains("The instance has ended."))
        for line in machine.printed.split(separator: "\n") {
            _ = try JSONSerialization.jsonObject(with: Data(line.utf8))
        }
    }
}
