import Foundation

/// A program that runs beside a test, and ends with it.
package final class RunningProgram {
    private let process: ChildProcess

    package struct TimedOut: Error {
        package let waitingFor: String
        package let state: String
        package let output: String
        package let errors: String
    }

    package struct NotListening: Error { package let errors: String }

    /// - Parameter takesInput: whether it gets a standard input of its own, for `write`, which ends when this process does.
    package init(
        _ program: URL, _ arguments: [String] = [], environment: [String: String] = [:], takesInput: Bool = false
    ) throws {
        process = try ChildProcess(program, arguments, environment: environment, takesInput: takesInput)
    }

    package var isRunning: Bool { process.poll() == nil }
    package var processIdentifier: Int32 { process.identifier }
    package var printed: String { process.output.text }
    package var complained: String { process.errors.text }

    package func send(_ signal: Int32) { process.send(signal) }

    /// Writes to its standard input.
    package func write(_ text: String) throws {
        guard process.write(text) else { throw NotListening(errors: complained) }
    }

    /// Nothing more comes to its standard input; as when this process ends.
    package func endInput() { process.endInput() }

    /// Waits for a text on standard output; gives all that was printed until then.
    @discardableResult
    package func wait(for text: String, within limit: Duration = .seconds(30)) async throws -> String {
        try await wait(text, within: limit) { printed.contains(text) || process.output.isAtEnd }
        guard printed.contains(text) else { throw timedOut(text) }
        return printed
    }

    /// Waits for the end; gives the exit status: 128 and the signal's number when a signal ended it.
    package func waitForEnd(within limit: Duration = .seconds(30)) async throws -> Int32 {
        try await wait("the end", within: limit) { !isRunning && process.output.isAtEnd && process.errors.isAtEnd }
        return process.poll() ?? -1
    }

    private func wait(_ name: String, within limit: Duration, _ condition: () -> Bool) async throws {
        let end = ContinuousClock.now + limit
        while !condition() {
            guard ContinuousClock.now < end else { throw timedOut(name) }
            try await Task.sleep(for: .milliseconds(10))
        }
    }

    private func timedOut(_ name: String) -> TimedOut {
        let state = "running: \(isRunning), output open: \(!process.output.isAtEnd), errors: \(!process.errors.isAtEnd)"
        return TimedOut(waitingFor: name, state: state, output: printed, errors: complained)
    }
}
