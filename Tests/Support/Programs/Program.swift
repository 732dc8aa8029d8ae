import Foundation

/// Runs programs to their end.
package enum Program {
    /// What a program printed and how it ended.
    package struct Outcome: Sendable {
        package var output: String
        package var errors: String
        package var status: Int32

        /// The lines of the form `key=value`.
        package var values: [String: String] {
            var values: [String: String] = [:]
            for line in output.split(separator: "\n") {
                guard let equals = line.firstIndex(of: "=") else { continue }
                values[String(line[..<equals])] = String(line[line.index(after: equals)...])
            }
            return values
        }
    }

    package struct Missing: Error { package let name: String }

    /// A program that was built beside the tests.
    package static func built(_ name: String) throws -> URL {
        let own = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let places = [own] + CommandLine.arguments.map { URL(fileURLWithPath: $0) }
        for place in places {
            let url = place.deletingLastPathComponent().appendingPathComponent(name)
            if FileManager.default.isExecutableFile(atPath: url.path) { return url }
        }
        throw Missing(name: name)
    }

    /// A program of the system.
    package static func system(_ name: String) throws -> URL {
        for folder in ["/usr/bin", "/bin", "/usr/local/bin", "/usr/sbin", "/sbin"] {
            let url = URL(fileURLWithPath: folder).appendingPathComponent(name)
            if FileManager.default.isExecutableFile(atPath: url.path) { return url }
        }
        throw Missing(name: name)
    }

    /// Runs a program, at most a minute: one that hangs is a failed test, not a hanging suite.
    package static func run(
        _ program: URL, _ arguments: [String] = [], environment: [String: String] = [:]
    ) throws -> Outcome {
        let process = try ChildProcess(program, arguments, environment: environment)
        let end = ContinuousClock.now + .seconds(60)
        while process.poll() == nil {
            if ContinuousClock.now >= end { process.send(SIGKILL) }
            usleep(1_000)
        }
        // A grandchild may keep the pipes open: what the program itself printed is in them by now, however long a slow
        // machine takes to fetch it.
        let pipes = [process.output, process.errors].map { ($0, $0.pauses) }
        while !pipes.allSatisfy({ $0.isDrained(since: $1) }) { usleep(1_000) }
        return Outcome(output: process.output.text, errors: process.errors.text, status: process.poll() ?? -1)
    }
}
