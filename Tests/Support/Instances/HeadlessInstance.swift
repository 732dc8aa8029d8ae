import Foundation
import Programs

/// `causerie --headless` with test sources, driven by `causeriectl` alone: what a script can do.
package final class HeadlessInstance {
    package let bus: PrivateBus
    package let profile: String
    package let program: RunningProgram
    /// Where direct calls come in.
    package let port: Int
    private let environment: [String: String]
    /// What the profile keeps: for another start.
    package let home: TemporaryFolder

    /// Starts an instance and waits until it is on the bus.
    ///
    /// - Parameters:
    ///   - discovers: whether it looks for others on the network; tests of other things are alone there.
    ///   - options: after `--headless --profile P --port N`.
    ///   - port: any free one when left out.
    ///   - home: what the profile has kept; an empty one when left out.
    ///   - words: what stands before the program's own words, a program's path first; nothing for none.
    ///   - isHeadless: false for one with a window, which takes a display in `environment`.
    package static func start(
        _ profile: String, on bus: PrivateBus, discovers: Bool = false, options: [String] = [],
        environment: [String: String] = [:], port: Int = 0, home: TemporaryFolder? = nil, through words: [String] = [],
        isHeadless: Bool = true
    ) async throws -> HeadlessInstance {
        let home = if let home { home } else { try TemporaryFolder() }
        // Each its own identity and settings, as on two machines.
        var own = bus.environment.merging(environment) { $1 }
        for (name, folder) in [("DATA", "data"), ("CONFIG", "config"), ("CACHE", "cache"), ("STATE", "state")] {
            own["XDG_\(name)_HOME"] = home.url.appendingPathComponent(folder).path
        }
        let line =
            try words + [Program.built("causerie").path] + (isHeadless ? ["--headless"] : [])
            + ["--profile", profile, "--port", "\(port)"] + (discovers ? [] : ["--no-discovery"]) + options
        let program = try RunningProgram(
            URL(fileURLWithPath: line[0]), Array(line.dropFirst()), environment: own)
        let control = ["--profile", profile, "info", "--json"]
        for _ in 0..<500 {
            let info = try Program.run(Program.built("causeriectl"), control, environment: own)
            if info.status == 0, let port = try Self.port(info.output), port > 0 {
                return HeadlessInstance(
                    bus: bus, profile: profile, program: program, port: port, environment: own, home: home)
            }
            guard program.isRunning else { break }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw NotStarted(errors: program.complained)
    }

    package struct CommandFailed: Error {
        let arguments: [String]
        let errors: String
    }

    package struct NotStarted: Error {
        let errors: String

        package init(errors: String) { self.errors = errors }
    }

    private init(
        bus: PrivateBus, profile: String, program: RunningProgram, port: Int, environment: [String: String],
        home: TemporaryFolder
    ) {
        self.bus = bus
        self.profile = profile
        self.program = program
        self.port = port
        self.environment = environment
        self.home = home
    }

    private static func port(_ text: String) throws -> Int? {
        (try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])?["listeningPort"] as? Int
    }

    package var address: String { "127.0.0.1:\(port)" }

    // MARK: Control

    package func control(_ arguments: String...) throws -> Program.Outcome {
        try Program.run(Program.built("causeriectl"), ["--profile", profile] + arguments, environment: environment)
    }

    /// Runs a command that has to succeed.
    package func must(_ arguments: String...) throws {
        let all = ["--profile", profile] + arguments
        let outcome = try Program.run(Program.built("causeriectl"), all, environment: environment)
        guard outcome.status == 0 else { throw CommandFailed(arguments: arguments, errors: outcome.errors) }
    }

    package func startControl(_ arguments: String...) throws -> RunningProgram {
        try RunningProgram(
            Program.built("causeriectl"), ["--profile", profile] + arguments, environment: environment)
    }

    package func get(_ key: String) throws -> String {
        try control("get", "main", key).output.trimmingCharacters(in: .newlines)
    }

    package func statistics() throws -> CallStatistics {
        let outcome = try control("stats", "main", "--json")
        guard outcome.status == 0 else { throw CommandFailed(arguments: ["stats"], errors: outcome.errors) }
        return try CallStatistics(json: outcome.output)
    }

    /// What the program keeps alive, as `CountObjects` says it.
    package func objectCounts() throws -> String {
        let outcome = try Program.run(
            Program.system("gdbus"),
            [
                "call", "--session", "--dest", "org.causerie.Causerie.\(profile)", "--object-path",
                "/org/causerie/Causerie", "--method", "org.causerie.Causerie.CountObjects",
            ], environment: environment)
        guard outcome.status == 0 else { throw CommandFailed(arguments: ["CountObjects"], errors: outcome.errors) }
        return outcome.output
    }

    // MARK: Waiting

    package struct TimedOut: Error, CustomStringConvertible {
        package let description: String
    }

    /// Waits until a property has a value; gives up with what it has instead.
    package func wait(for key: String, _ value: String, within limit: Duration = .seconds(30)) async throws {
        try await wait("\(key)=\(value)", within: limit) { try get(key) == value }
    }

    /// Waits until the statistics are as wanted.
    @discardableResult
    package func waitForStatistics(
        _ name: String, within limit: Duration = .seconds(30), _ condition: (CallStatistics) -> Bool
    ) async throws -> CallStatistics {
        var last: CallStatistics?
        try await wait(name, within: limit) {
            let now = try statistics()
            last = now
            return condition(now)
        }
        guard let last else { throw TimedOut(description: name) }
        return last
    }

    private func wait(_ name: String, within limit: Duration, _ condition: () throws -> Bool) async throws {
        let end = ContinuousClock.now + limit
        while try !condition() {
            guard ContinuousClock.now < end else {
                let state = try control("stats", "main").output
                throw TimedOut(description: "\(profile) waited for \(name)\n\(state)\n\(program.complained)")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }
}
