import ArgumentParser
import BusClient
import GLibKit
import Glibc
import Logging
import RTC

/// The program: parses the command line, then runs with windows or without.
package enum CauserieProgram {
    /// Exit status: 0 as asked, 1 could not run, 2 wrong usage.
    package static func run() -> Never {
        let arguments = parse()
        if arguments.isVersionWanted {
            print("Causerie \(AboutDialog.version)")
            exit(0)
        }
        CryptographyLibrary.keepUntilTheEnd()
        MainLoop.attach()
        let prefix = InstallationPrefix.find(environmentVariable: "CAUSERIE_PREFIX")
        Localization.start(domain: "causerie", directory: prefix?.localeDirectory)
        LoggingSystem.bootstrap(StreamLogHandler.standardError)
        var logger = Logger(label: "causerie")
        logger.logLevel = level ?? (arguments.isHeadless ? .info : .notice)
        let preferences = Preferences(profile: arguments.profile, schemaDirectory: prefix?.schemaDirectory)
        guard let identifier = BusAddress.name(profile: arguments.profile) else { exit(2) }
        if arguments.isHeadless { exit(HeadlessProgram(arguments, preferences, logger: logger).run()) }
        guard Display.isPresent else {
            complain("causerie: \(tr("There is no display. Use --headless to run without one."))")
            exit(1)
        }
        exit(CauserieApplication(arguments, preferences, identifier: identifier, logger: logger).run())
    }

    private static var level: Logger.Level? {
        getenv("CAUSERIE_LOG").flatMap { Logger.Level(rawValue: String(cString: $0)) }
    }

    /// Help asked for goes to standard output and is no error; everything else is wrong usage.
    private static func parse() -> CommandArguments {
        do {
            return try CommandArguments.parse()
        } catch {
            let message = CommandArguments.fullMessage(for: error)
            guard CommandArguments.exitCode(for: error) == .success else {
                complain(message)
                exit(2)
            }
            print(message)
            exit(0)
        }
    }
}

/// Writes a line to standard error.
nonisolated func complain(_ text: String) {
    let line = Array((text + "\n").utf8)
    // Nowhere is left to say that standard error is closed.
    _ = write(STDERR_FILENO, line, line.count)
}
