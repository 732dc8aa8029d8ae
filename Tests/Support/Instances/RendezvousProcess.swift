import Foundation
import Programs

/// A `causerie-server` of a test, which can be killed and started again at its port.
package final class RendezvousProcess {
    package private(set) var program: RunningProgram
    package let port: Int
    private let folder: TemporaryFolder

    package static func start() async throws -> RendezvousProcess {
        let folder = try TemporaryFolder()
        let program = try run(port: 0, folder)
        return RendezvousProcess(program: program, port: try await listeningPort(program), folder: folder)
    }

    private init(program: RunningProgram, port: Int, folder: TemporaryFolder) {
        self.program = program
        self.port = port
        self.folder = folder
    }

    private static func run(port: Int, _ folder: TemporaryFolder) throws -> RunningProgram {
        try RunningProgram(
            Program.built("causerie-server"),
            ["--port", "\(port)", "--service", "signal", "--token-file", folder.url.path + "/token"])
    }

    /// As the log tells it.
    private static func listeningPort(_ program: RunningProgram) async throws -> Int {
        for _ in 0..<1500 where program.isRunning {
            if let match = program.complained.firstMatch(of: /address=wss?:\/\/.*:(\d+)\s/), let port = Int(match.1) {
                return port
            }
            try await Task.sleep(for: .milliseconds(20))
        }
        throw HeadlessInstance.NotStarted(errors: program.complained)
    }

    /// As when its machine loses power.
    package func kill() async throws {
        program.send(SIGKILL)
        _ = try await program.waitForEnd()
    }

    package func startAgain() async throws {
        program = try Self.run(port: port, folder)
        _ = try await Self.listeningPort(program)
    }

    package var url: String { "ws://127.0.0.1:\(port)" }
}

extension HeadlessInstance {
    /// Registers at a server and waits until it is.
    package func register(at server: RendezvousProcess, as name: String) async throws {
        try must("configure", "--server", server.url, "--name", name)
        try await waitForServer("connected")
    }

    /// Waits until the server's state is as wanted.
    package func waitForServer(_ state: String) async throws {
        let end = ContinuousClock.now + .seconds(60)
        while try instanceProperty("serverState") != state {
            guard ContinuousClock.now < end else {
                throw TimedOut(description: "\(profile): the server is not \(state): \(try control("info").output)")
            }
            try await Task.sleep(for: .milliseconds(100))
        }
    }

    /// Of the instance itself, as `causeriectl info --json` says it.
    package func instanceProperty(_ name: String) throws -> String {
        let object = try JSONSerialization.jsonObject(with: Data(try control("info", "--json").output.utf8))
        return (object as? [String: Any])?[name] as? String ?? ""
    }
}
