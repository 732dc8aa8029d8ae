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
        for folder in ["/usr/bin", "/bin", "/usr/local/bin"] {
            let url = URL(fileURLWithPath: folder).appendingPathComponent(name)
            if FileManager.default.isExecutableFile(atPath: url.path) { return url }
        }
        throw Missing(name: name)
    }

    /// Runs a program, at most a minute: one that hangs is a failed test, not a hanging suite.
    package static func run(
        _ program: URL, _ arguments: [String] = [], environment: [String: String] = [:]
    ) throws -> Outcome {
        let process = Process()
        let output = Pipe()
        let errors = Pipe()
        process.executableURL = try system("timeout")
        process.arguments = ["--signal=KILL", "60", program.path] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complained = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return Outcome(output: printed, errors: complained, status: process.terminationStatus)
    }
}
