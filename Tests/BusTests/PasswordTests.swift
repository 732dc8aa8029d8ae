import Foundation
import Programs
import Testing

/// Passwords of TURN servers with GNOME Keyring, with a service that does not answer, and with none.
@Suite("Passwords", .serialized) struct PasswordTests {
    private static let server = "turn:turn.example.org:3478?transport=udp"

    private static func settings(_ bus: PrivateBus) -> String {
        (bus.environment["XDG_CONFIG_HOME"] ?? "") + "/causerie/network.json"
    }

    private func file(_ bus: PrivateBus) throws -> String {
        try String(contentsOfFile: Self.settings(bus), encoding: .utf8)
    }

    /// A keyring whose password is the empty one.
    private func keyring(on bus: PrivateBus, _ folder: TemporaryFolder) async throws -> RunningProgram {
        let password = try folder.write("\n", to: "password")
        let keyring = try RunningProgram(
            Program.system("sh"),
            [
                "-c",
                "exec gnome-keyring-daemon --foreground --components=secrets --unlock <\"$1\"", "sh", password.path,
            ], environment: bus.environment)
        for _ in 0..<600 {
            let alias = try ask(bus, "ReadAlias", "s", "default")
            if alias.status == 0, alias.output.contains("collection/login") { return keyring }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("the keyring does not answer: \(keyring.complained)")
        return keyring
    }

    private func ask(_ bus: PrivateBus, _ method: String, _ arguments: String...) throws -> Program.Outcome {
        try Program.run(
            Program.system("busctl"),
            [
                "--address=" + bus.address, "call", "org.freedesktop.secrets", "/org/freedesktop/secrets",
                "org.freedesktop.Secret.Service", method,
            ] + arguments, environment: bus.environment)
    }

    /// How many items of ours the keyring has.
    private func items(_ bus: PrivateBus) throws -> Int {
        let found = try ask(bus, "SearchItems", "a{ss}", "1", "xdg:schema", "org.causerie.Password").output
        return found.components(separatedBy: "/org/freedesktop/secrets/collection/").count - 1
    }

    private func until(_ what: String, _ condition: () throws -> Bool) async throws {
        for _ in 0..<600 {
            if try condition() { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        Issue.record("never: \(what)")
    }

    private func network(_ instance: Instance) throws -> String { try instance.control("configure", "--json").output }

    @Test("The keyring keeps them, gives them back to the next run, and forgets them with their server")
    func kept() async throws {
        let (bus, folder) = (try await PrivateBus.start(), try TemporaryFolder())
        let keyring = try await keyring(on: bus, folder)
        let first = try await Instance.start(on: bus)
        #expect(try first.lines("configure", Self.server, "--user", "ann", "--password", "s3cret").isEmpty)
        try await until("the file holds no password") { try !file(bus).contains("s3cret") }
        #expect(try items(bus) == 1)
        #expect(try network(first).contains("\"hasPassword\": true"))
        #expect(try first.control("quit").status == 0)
        _ = try await first.program.waitForEnd()

        let second = try await Instance.start(on: bus)
        try await until("the password is back") { try network(second).contains("\"hasPassword\": true") }
        #expect(try !network(second).contains("s3cret"))
        #expect(try second.lines("configure", "--clear").isEmpty)
        try await until("the keyring has forgotten it") { try items(bus) == 0 }
        withExtendedLifetime(keyring) {}
    }

    @Test("One in the file of before moves to the keyring by itself")
    func moves() async throws {
        let (bus, folder) = (try await PrivateBus.start(), try TemporaryFolder())
        let keyring = try await keyring(on: bus, folder)
        let path = Self.settings(bus)
        try FileManager.default.createDirectory(
            atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        let old = #"{"servers":["\#(Self.server)"],"user":"ann","password":"s3cret","relayOnly":true}"#
        try old.write(toFile: path, atomically: true, encoding: .utf8)
        let instance = try await Instance.start(on: bus)
        try await until("the file holds no password") { try !file(bus).contains("s3cret") }
        #expect(try items(bus) == 1)
        #expect(try network(instance).contains("\"hasPassword\": true") && file(bus).contains("\"relayOnly\" : true"))
        withExtendedLifetime(keyring) {}
    }

    @Test("A locked keyring, which nobody unlocks, is said; all else goes on")
    func locked() async throws {
        let (bus, folder) = (try await PrivateBus.start(), try TemporaryFolder())
        let keyring = try await keyring(on: bus, folder)
        let first = try await Instance.start(on: bus)
        #expect(try first.lines("configure", Self.server, "--user", "ann", "--password", "s3cret").isEmpty)
        try await until("the file holds no password") { try !file(bus).contains("s3cret") }
        #expect(try first.control("quit").status == 0)
        _ = try await first.program.waitForEnd()
        _ = try ask(bus, "Lock", "ao", "1", "/org/freedesktop/secrets/collection/login")
        let second = try await Instance.start(on: bus)
        try await until("the problem is told") { try network(second).contains("is locked") }
        #expect(try network(second).contains("\"hasPassword\": false"))
        #expect(try second.control("list").status == 0)
        withExtendedLifetime(keyring) {}
    }

    @Test("Without a keyring they stay in a file that only its owner can read", arguments: [false, true])
    func filed(silent: Bool) async throws {
        let bus = try await PrivateBus.start()
        // One that has the name and never answers.
        let service =
            silent
            ? try RunningProgram(
                Program.built("GLibTestHost"), ["silent-secrets"], environment: bus.environment) : nil
        try await service?.wait(for: "ready=true")
        let instance = try await Instance.start(on: bus)
        #expect(try instance.lines("configure", Self.server, "--user", "ann", "--password", "s3cret").isEmpty)
        // The answer to this comes while the keyring's is waited for.
        #expect(try instance.control("list").status == 0)
        try await until("the problem is told") { try network(instance).contains("does not answer") }
        #expect(try file(bus).contains("s3cret"))
        let attributes = try FileManager.default.attributesOfItem(atPath: Self.settings(bus))
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        #expect(try network(instance).contains("\"hasPassword\": true"))
    }
}
