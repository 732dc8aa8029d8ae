import Foundation

/// coturn, for STUN and for calls that may use nothing but a relay.
package final class RelayServer {
    /// How it knows who may use it.
    package enum Users {
        case named(String, password: String)
        /// Users that live for a while (draft-uberti-behave-turn-rest-00).
        case secret(String)
    }

    package let address: String
    package let port: Int
    private let folder: TemporaryFolder
    private var process: RunningProgram
    private let line: [String]

    /// - Parameters:
    ///   - address: where it listens and relays.
    ///   - words: what stands before its own words, a program's path first; nothing for none.
    ///   - options: of coturn's own.
    package init(
        _ users: Users, at address: String, port: Int = Int.random(in: 20_000..<30_000), through words: [String] = [],
        options: [String] = []
    ) throws {
        self.address = address
        self.port = port
        folder = try TemporaryFolder()
        let access =
            switch users {
            case .named(let name, let password): ["--lt-cred-mech", "--user=\(name):\(password)"]
            case .secret(let secret): ["--use-auth-secret", "--static-auth-secret=\(secret)"]
            }
        line =
            words + [
                try Program.system("turnserver").path, "-n", "--no-cli", "--no-tls", "--no-dtls",
                "--listening-ip=\(address)", "--relay-ip=\(address)", "--listening-port=\(port)",
                "--realm=example.org", "--userdb=\(folder.url.path)/users", "--pidfile=\(folder.url.path)/pid",
                "--log-file=stdout",
            ] + access + options
        process = try RunningProgram(URL(fileURLWithPath: line[0]), Array(line.dropFirst()))
    }

    /// Dies without a word, and begins anew: what it has allocated is no more.
    package func restart() async throws {
        process.send(SIGKILL)
        _ = try await process.waitForEnd()
        process = try RunningProgram(URL(fileURLWithPath: line[0]), Array(line.dropFirst()))
    }

    package var uri: String { "turn:\(address):\(port)?transport=udp" }

    /// What it has printed so far.
    package var log: String { process.printed }
}
