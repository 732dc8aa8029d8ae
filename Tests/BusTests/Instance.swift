import Foundation
import Programs

/// An instance on a private bus, and `causeriectl` beside it.
final class Instance {
    let bus: PrivateBus
    let program: RunningProgram
    let profile: String?

    /// Starts the model and its D-Bus service without media devices.
    static func start(on bus: PrivateBus? = nil, profile: String? = nil) async throws -> Instance {
        let bus = if let bus { bus } else { try await PrivateBus.start() }
        let program = try RunningProgram(
            Program.built("BusTestHost"), profile.map { [$0] } ?? [], environment: bus.environment)
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
    func get(_ key: String) throws -> String {
        try control("get", "main", key).output.trimmingCharacters(in: .newlines)
    }

    /// What `--json` printed.
    static func json(_ outcome: Program.Outcome) throws -> Any {
        try JSONSerialization.jsonObject(with: Data(outcome.output.utf8))
    }
}
