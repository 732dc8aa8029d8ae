import Foundation
import Programs

/// An instance on a private bus, and `causeriectl` beside it.
final class Instance {
    let bus: PrivateBus
    let program: RunningProgram
    let profile: String?

    /// Starts the model and its D-Bus service without media devices.
    ///
    /// - Parameter port: where calls arrive; any free one when left out.
    static func start(on bus: PrivateBus? = nil, profile: String? = nil, port: Int = 0) async throws -> Instance {
        let bus = if let bus { bus } else { try await PrivateBus.start() }
        let program = try RunningProgram(
            Program.built("BusTestHost"), [profile ?? "", String(port)], environment: bus.environment)
        try await program.wait(for: "ready=true")
        return Instance(bus: bus, program: program, profile: profile)
    }

    private init(bus: PrivateBus, program: RunningProgram, profile: String?) {
        self.bus = bus
        self.program = program
        self.profile = profile
    }

    /// Runs `causeriectl` to its end.
    func control(_ arguments: String...) throws -> Program.Outcome {
        try Self.control(profileArguments + arguments, on: bus)
    }

    /// Starts `causeriectl` beside the test.
    func startControl(_ arguments: String...) throws -> RunningProgram {
        try RunningProgram(
            Program.built("causeriectl"), profileArguments + arguments, environment: bus.environment)
    }

    static func control(_ arguments: [String], on bus: PrivateBus) throws -> Program.Outcome {
        try Program.run(Program.built("causeriectl"), arguments, environment: bus.environment)
    }

    private var profileArguments: [String] { profile.map { ["--profile", $0] } ?? [] }

    /// A property's text.
    func get(_ key: String, of stream: String = "main") throws -> String {
        try control("get", stream, key).output.trimmingCharacters(in: .newlines)
    }

    /// What a command printed that was to succeed, line by line.
    func lines(_ arguments: String...) throws -> [String] {
        let outcome = try Self.control(profileArguments + arguments, on: bus)
        guard outcome.status == 0, outcome.errors.isEmpty else { throw Failed(errors: outcome.errors) }
        return outcome.output.split(separator: "\n").map(String.init)
    }

    struct Failed: Error { let errors: String }

    /// Waits, as long as a test may take, until a property has a value.
    func wait(for value: String, of key: String, stream: String = "main") async throws {
        for _ in 0..<600 {
            if try get(key, of: stream) == value { return }
            try await Task.sleep(for: .milliseconds(50))
        }
        throw Failed(errors: "\(key) is \(try get(key, of: stream)), not \(value)")
    }

    /// A description of a window, as JSON.
    func window(_ id: String = "main") throws -> [String: Any] {
        try Self.json(control("windows", "describe", id, "--json")) as? [String: Any] ?? [:]
    }

    /// Calls a method of an object as any other program would: `busctl` sends what it is told, of whatever type.
    func callMethod(_ path: String, _ interface: String, _ method: String, _ arguments: [String]) throws
        -> Program.Outcome
    {
        let name = "org.causerie.Causerie" + (profile.map { "." + $0 } ?? "")
        return try Program.run(
            Program.system("busctl"), ["--address=" + bus.address, "call", name, path, interface, method] + arguments,
            environment: bus.environment)
    }

    func callRoot(_ method: String, _ arguments: String...) throws -> Program.Outcome {
        try callMethod("/org/causerie/Causerie", "org.causerie.Causerie", method, arguments)
    }

    func callStream(_ method: String, _ arguments: String...) throws -> Program.Outcome {
        try callMethod("/org/causerie/Causerie/streams/main", "org.causerie.Stream", method, arguments)
    }

    /// What `--json` printed.
    static func json(_ outcome: Program.Outcome) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    }
}
