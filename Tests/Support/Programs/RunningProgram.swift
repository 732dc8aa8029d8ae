import Foundation
import Synchronization

/// A program that runs beside a test, and ends with it.
package final class RunningProgram {
    private let process = Process()
    private let output = Collected()
    private let errors = Collected()

    /// What a pipe has brought so far.
    private final class Collected: Sendable {
        private let bytes = Mutex<[UInt8]>([])

        var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }

        func pipe() -> Pipe {
            let pipe = Pipe()
            pipe.fileHandleForReading.readabilityHandler = { [self] handle in
                let data = handle.availableData
                if data.isEmpty { handle.readabilityHandler = nil }
                bytes.withLock { $0 += data }
            }
            return pipe
        }
    }

    package struct TimedOut: Error {
        package let waitingFor: String
        package let output: String
        package let errors: String
    }

    package init(_ program: URL, _ arguments: [String] = [], environment: [String: String] = [:]) throws {
        process.executableURL = program
        process.arguments = arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output.pipe()
        process.standardError = errors.pipe()
        try process.run()
    }

    // Killed, not asked: a child of the test runner may have inherited that other signals are blocked.
    deinit { send(SIGKILL) }

    package var isRunning: Bool { process.isRunning }
    package var printed: String { output.text }
    package var complained: String { errors.text }

    package func send(_ signal: Int32) {
        if process.isRunning { kill(process.processIdentifier, signal) }
    }

    /// Waits for a text on standard output; gives all that was printed until then.
    @discardableResult
    package func wait(for text: String, within limit: Duration = .seconds(30)) async throws -> String {
        try await wait(text, within: limit) { output.text.contains(text) || !process.isRunning }
        guard output.text.contains(text) else { throw timedOut(text) }
        return output.text
    }

    /// Waits for the end; gives the exit status.
    package func waitForEnd(within limit: Duration = .seconds(30)) async throws -> Int32 {
        try await wait("the end", within: limit) { !process.isRunning }
        return process.terminationStatus
    }

    private func wait(_ name: String, within limit: Duration, _ condition: () -> Bool) async throws {
        let end = ContinuousClock.now + limit
        while !condition() {
            guard ContinuousClock.now < end else { throw timedOut(name) }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func timedOut(_ name: String) -> TimedOut {
        TimedOut(waitingFor: name, output: output.text, errors: errors.text)
    }
}
