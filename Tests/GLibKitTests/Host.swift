import Foundation

/// Runs programs that were built beside these tests.
enum Host {
    /// What a program printed and how it ended.
    struct Outcome {
        var values: [String: String]
        var output: String
        var errors: String
        var status: Int32
    }

    /// The folder of the built programs: where the test bundle itself is.
    static func program(_ name: String) throws -> URL {
        let own = URL(fileURLWithPath: try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
        let candidates =
            [own.deletingLastPathComponent()]
            + CommandLine.arguments.map {
                URL(fileURLWithPath: $0).deletingLastPathComponent()
            }
        for folder in candidates {
            let url = folder.appendingPathComponent(name)
            if FileManager.default.isExecutableFile(atPath: url.path) { return url }
        }
        throw MissingProgram(name: name)
    }

    struct MissingProgram: Error { var name: String }

    /// Runs one scene of `GLibTestHost`.
    static func scene(_ arguments: String..., environment: [String: String] = [:]) throws -> Outcome {
        try run(program("GLibTestHost"), arguments, environment: environment)
    }

    static func run(_ program: URL, _ arguments: [String], environment: [String: String] = [:]) throws -> Outcome {
        let process = Process()
        let output = Pipe()
        let errors = Pipe()
        // A hanging program is a failed test, not a hanging suite.
        process.executableURL = URL(fileURLWithPath: "/usr/bin/timeout")
        process.arguments = ["--signal=KILL", "60", program.path] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        let printed = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        let complained = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        var values: [String: String] = [:]
        for line in printed.split(separator: "\n") {
            guard let equals = line.firstIndex(of: "=") else { continue }
            values[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        return Outcome(values: values, output: printed, errors: complained, status: process.terminationStatus)
    }
}

/// A folder that goes with its owner.
final class TemporaryFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appendingPathComponent("glibkit-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func write(_ text: String, to name: String) throws -> URL {
        let file = url.appendingPathComponent(name)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
        return file
    }
}
