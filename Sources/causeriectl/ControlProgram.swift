import ArgumentParser
import BusClient
import Glibc

/// Parses the command line, runs the command, and turns how it ended into the documented exit status.
enum ControlProgram {
    static func run() -> Never {
        let command: any ParsableCommand
        do {
            command = try Causeriectl.parseAsRoot()
        } catch { endParsing(error) }
        do {
            var runnable = command
            try runnable.run()
            exit(0)
        } catch let error as ClientError {
            complain("causeriectl: \(error)")
            exit(status(of: error))
        } catch { endParsing(error) }
    }

    /// 1: the action failed; 2: wrong usage; 3: no instance is running.
    private static func status(of error: ClientError) -> Int32 {
        switch error {
        case .failed: 1
        case .invalidProfile: 2
        case .notRunning: 3
        }
    }

    /// Help asked for goes to standard output and is no error; everything else is wrong usage.
    private static func endParsing(_ error: any Error) -> Never {
        let message = Causeriectl.fullMessage(for: error)
        guard Causeriectl.exitCode(for: error) == .success else {
            complain(message)
            exit(2)
        }
        if !message.isEmpty { print(message) }
        exit(0)
    }

    private static func complain(_ message: String) {
        let line = Array((message + "\n").utf8)
        // Nowhere is left to say that standard error is closed.
        _ = write(STDERR_FILENO, line, line.count)
    }
}
