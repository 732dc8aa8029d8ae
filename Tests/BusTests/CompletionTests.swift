import Foundation
import Programs
import Testing

@Suite("Completion") struct CompletionTests {
    /// What bash offers for the last word of a command line.
    private func complete(_ words: String..., on instance: Instance? = nil) throws -> [String] {
        try complete(words: words, on: instance)
    }

    private func complete(words: [String], on instance: Instance? = nil) throws -> [String] {
        let program = words.first ?? ""
        let script = """
            . "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=()
            "_$FUNCTION" "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
            if ((${#COMPREPLY[@]})); then printf '%s\\n' "${COMPREPLY[@]}"; fi
            """
        let file = Documents.root.appendingPathComponent("data/completions/\(program)").path
        // The program is found as the shell finds it.
        let folder = try Program.built("causeriectl").deletingLastPathComponent().path
        var environment = instance?.bus.environment ?? ["DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent/bus"]
        environment["PATH"] = folder + ":/usr/bin:/bin"
        environment["FUNCTION"] = program
        environment["LC_ALL"] = "C.UTF-8"
        let outcome = try Program.run(
            Program.system("bash"), ["--norc", "-c", script, "bash", file] + words, environment: environment)
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(words): \(outcome.errors)")
        return outcome.output.split(separator: "\n").map(String.init)
    }

    @Test("Names come from the instance, quoted where the shell needs it; without an instance there are none")
    func names() async throws {
        let instance = try await Instance.start()
        #expect(try instance.lines("streams", "add", "my door") == ["my door"])
        #expect(try instance.lines("streams", "add", "it's $HOME") == ["it's $HOME"])
        #expect(try complete("causeriectl", "get", "", on: instance) == ["main", "my\\ door", "it\\'s\\ \\$HOME"])
        #expect(try complete("causeriectl", "get", "m", on: instance) == ["main", "my\\ door"])
        #expect(try complete("causeriectl", "get", "my\\ ", on: instance) == ["my\\ door"])
        #expect(try complete("causeriectl", "get", "'my", on: instance) == ["my door"])
        #expect(try complete("causeriectl", "rename", "main", "", on: instance).isEmpty)
        #expect(try complete("causeriectl", "windows", "close", "", on: instance) == ["main"])
        let panes = try instance.lines("panes", "list", "--ids")
        #expect(try complete("causeriectl", "panes", "remove", "", on: instance) == panes)
        #expect(try complete("causeriectl", "accept", "--pane", "", on: instance) == panes)
        #expect(try complete("causeriectl", "panes", "set", "--stream", "ma", on: instance) == ["main"])
        #expect(try complete("causeriectl", "--profile", "other", "get", "", on: instance).isEmpty)
        #expect(try complete("causeriectl", "get", "").isEmpty)
        #expect(try complete("causeriectl", "windows", "close", "").isEmpty)
        #expect(try complete("causeriectl", "set", "main", "camera", "") == ["default", "none", "test-pattern"])
    }

    @Test("Names are those of the profile that is meant")
    func profiles() async throws {
        let first = try await Instance.start()
        let second = try await Instance.start(on: first.bus, profile: "second")
        #expect(try second.lines("rename", "main", "desk").isEmpty)
        #expect(try complete("causeriectl", "--profile", "second", "get", "", on: first) == ["desk"])
        #expect(try complete("causeriectl", "--profile", "=", "second", "get", "", on: first) == ["desk"])
        #expect(try complete("causeriectl", "get", "", on: first) == ["main"])
    }

    @Test("Keys and values are the documented ones")
    func properties() throws {
        let properties = try Documents.properties(of: "Stream")
        let display = { (name: String) in name.prefix(1).lowercased() + name.dropFirst() }
        #expect(try Set(complete("causeriectl", "get", "main", "")) == Set(properties.map { display($0.name) }))
        let writable = properties.filter { $0.access == "readwrite" }.map { display($0.name) }
        #expect(try Set(complete("causeriectl", "set", "main", "")) == Set(writable))
        #expect(try complete("causeriectl", "set", "main", "video-content-hint", "d") == ["detail"])
        #expect(try complete("causeriectl", "set", "main", "detection", "") == ["true", "false"])
        #expect(try complete("causeriectl", "set", "main", "outgoing", "audio,") == ["audio\\,video"])
        #expect(try complete("causeriectl", "windows", "layout", "main", "s") == ["speaker"])
        #expect(try complete("causeriectl", "panes", "set", "x", "--display", "r").count == 2)
        #expect(try complete("causeriectl", "do-not-disturb", "") == ["on", "off"])
        #expect(try complete("causeriectl", "stop", "main", "audio", "o") == ["out"])
        #expect(try complete("causeriectl", "frobnicate", "").isEmpty)
    }

    @Test("Every command and every option of each is offered")
    func options() throws {
        for command in try Documents.commands() where command.subcommands.isEmpty {
            let offered = try complete(words: ["causeriectl"] + command.path + ["-"])
            #expect(Set(offered) == Set(command.options), "\(command.path)")
        }
        for command in try Documents.commands() where !command.subcommands.isEmpty {
            let offered = try complete(words: ["causeriectl"] + command.path + [""])
            #expect(Set(offered).symmetricDifference(command.subcommands).subtracting(["help"]).isEmpty)
        }
        let causerie = try Program.run(Program.built("causerie"), ["--help"]).output
        for option in try complete("causerie", "-") { #expect(causerie.contains(option), "\(option)") }
        #expect(try Set(complete("causerie", "-")) == Documents.options(in: causerie).subtracting(["-h"]))
        #expect(try complete("causerie", "--camera", "t") == ["test-pattern"])
        #expect(try complete("causerie", "--port", "").isEmpty)
    }
}
