import Bus
import Conference
import GLibKit
import Glibc
import Logging

/// The program without windows: the same conference and bus service, on a plain main loop.
final class HeadlessProgram {
    private let conference: Conference
    private let preferences: Preferences
    private let arguments: CommandArguments
    private let logger: Logger
    private var service: BusService?
    private var binding: PreferencesBinding?
    private var signals: [EventSource] = []
    private var isEnding = false

    init(_ arguments: CommandArguments, _ preferences: Preferences, logger: Logger) {
        self.arguments = arguments
        self.preferences = preferences
        self.logger = logger
        conference = Conference(profile: arguments.profile, options: arguments.options(preferences), logger: logger)
    }

    /// Runs until a signal or the bus ends it. A second signal ends it at once.
    ///
    /// - Returns: the process's exit status.
    func run() -> Int32 {
        for number in [SIGINT, SIGTERM] {
            signals.append(EventSource.onUnixSignal(number) { [unowned self] in end() })
        }
        binding = PreferencesBinding(preferences, conference, overridden: arguments.overridden)
        do throws(BusServiceError) {
            service = try BusService(conference, profile: arguments.profile) { [unowned self] in end() }
        } catch .alreadyRunning {
            complain("causerie: \(BusServiceError.alreadyRunning)")
            return 1
        } catch {
            logger.notice("Causerie cannot be controlled from outside", metadata: ["reason": "\(error)"])
        }
        Task {
            await conference.start()
            if let address = arguments.address { conference.stream(named: "main")?.connect(to: address) }
        }
        MainLoop.run()
        return 0
    }

    private func end() {
        guard !isEnding else { return MainLoop.quit() }
        isEnding = true
        Task {
            await conference.shutdown()
            service?.flush()
            service = nil
            preferences.settings.sync()
            MainLoop.quit()
        }
    }
}
