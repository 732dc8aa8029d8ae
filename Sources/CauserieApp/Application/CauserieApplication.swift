import Bus
import BusClient
import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit
import Logging

/// The program with windows: a GTK application over one conference.
final class CauserieApplication {
    let application: GObjectRef
    let conference: Conference
    let preferences: Preferences
    private(set) var incoming: IncomingCalls
    private let arguments: CommandArguments
    private let logger: Logger
    private var service: BusService?
    private var windows: [WindowController] = []
    private var programWindows: ProgramWindows?
    private var inhibitor: IdleInhibitor
    private var chatActions: ChatActions?
    private var fileActions: FileActions?
    private var binding: PreferencesBinding?
    private var observations: [ModelObservation] = []
    private var signals: [EventSource] = []
    private var idleWatch: IdleWatch?
    private var isEnding = false
    /// Whether the windows are on the screen: not before the first activation.
    private var isShowing = false
    private var restoringProblem: RestoringProblem?

    init(_ arguments: CommandArguments, _ preferences: Preferences, identifier: String, logger: Logger) {
        self.arguments = arguments
        self.preferences = preferences
        self.logger = logger
        let flags = arguments.isService ? G_APPLICATION_IS_SERVICE : CGtk_application_default_flags()
        application = GObjectRef(adopting: adw_application_new(identifier, flags))
        conference = Conference(
            profile: arguments.profile, options: arguments.options(preferences), logger: logger)
        restoringProblem = conference.restoringProblem
        incoming = IncomingCalls(application, conference)
        inhibitor = IdleInhibitor(application)
        Interface.prepare(application)
    }

    // MARK: Life

    /// Runs until the last window is closed. Hands an address over when the profile runs already.
    ///
    /// - Returns: the process's exit status.
    func run() -> Int32 {
        connect(application, "startup", after: true) { [unowned self] in start() }
        connect(application, "activate") { [unowned self] in activate() }
        do {
            _ = try GLibError.check { g_application_register(application.pointer(), nil, $0) }
        } catch {
            complain("causerie: \(tr("An instance of this profile runs already and does not answer.")) \(error)")
            return 1
        }
        if g_application_get_is_remote(application.pointer()) != 0 { return handOver() }
        return g_application_run(application.pointer(), 0, nil)
    }

    /// Another process has this profile: it raises its window and makes the call.
    private func handOver() -> Int32 {
        if let address = arguments.address {
            g_action_group_activate_action(
                application.opaque, "dial", Variant.string(address).makeGVariant())
        }
        g_application_activate(application.pointer())
        if let connection = g_application_get_dbus_connection(application.pointer()) {
            g_dbus_connection_flush_sync(connection, nil, nil)
        }
        return 0
    }

    private func start() {
        addActions()
        chatActions = ChatActions(application, conference) { [unowned self] in
            activeWindow?.view.showToast($0)
        }
        fileActions = FileActions(application, conference) { [unowned self] in activeWindow?.view.showToast($0) }
        programWindows = ProgramWindows(application, conference, preferences) { [unowned self] in
            activeWindow?.view.showToast($0)
        }
        for number in [SIGINT, SIGTERM] {
            signals.append(EventSource.onUnixSignal(number) { [unowned self] in end() })
        }
        binding = PreferencesBinding(preferences, conference, overridden: arguments.overridden)
        do {
            service = try BusService(conference, profile: arguments.profile) { [unowned self] in end() }
        } catch {
            logger.notice("Causerie cannot be controlled from outside", metadata: ["reason": "\(error)"])
        }
        conference.contacts.scalePhoto = Picture.scaled
        idleWatch = IdleWatch(conference)
        if let problem = preferences.settings.problem { logger.notice("\(problem)") }
        let conference = self.conference
        observations = [
            ModelObservation({ conference.listeningPort }) { [weak self] _ in self?.reachabilityChanged() },
            ModelObservation({ conference.listeningProblem.map { "\($0)" } }) { [weak self] in
                self?.listeningChanged(problem: $0)
            },
            ModelObservation({ conference.windows.map(\.id) }) { [weak self] _ in self?.showWindows() },
            ModelObservation({ conference.closedWindows.isEmpty }) { [application] isEmpty in
                ActionMap(application).setEnabled("reopen-window", !isEmpty)
            },
            ModelObservation({ conference.status }) { [application] in
                ActionMap(application).set("status", to: $0.rawValue)
            },
            ModelObservation({ conference.streams.map { $0.state == .incoming } }) { [weak self] _ in
                self?.incoming.update()
            },
        ]
        Task {
            await conference.start()
            if let address = arguments.address { dial(address) }
        }
    }

    private func activate() {
        let wasShowing = isShowing
        isShowing = true
        showWindows()
        if wasShowing {
            activeWindow?.view.present()
        } else {
            for window in windows.reversed() { window.view.present() }
        }
        tellRestoringProblem()
    }

    /// Once: why the windows are not those of the last time.
    private func tellRestoringProblem() {
        guard let problem = restoringProblem, let window = activeWindow else { return }
        restoringProblem = nil
        var values: [String: String] = [:]
        if case .broken(let path) = problem { values["path"] = path }
        window.view.showToast(translated("\(problem)", values))
    }

    /// Whether a window must stay until a person has said that files may wait.
    func asksBeforeClosing(_ window: WindowController) -> Bool {
        windows.count == 1 && windows.first === window && asksBeforeEnding()
    }

    private func asksBeforeEnding() -> Bool {
        guard !isEnding, let window = activeWindow else { return false }
        return FileQuestion.asks(conference.files, over: window.view.window) { [weak self] in self?.end() }
    }

    /// Ends calls in good order, then the process.
    func end() {
        guard !isEnding else { return g_application_quit(application.pointer()) }
        isEnding = true
        g_application_hold(application.pointer())
        for window in windows {
            window.saveSize()
            Widget(window.view.window).isVisible = false
        }
        preferences.settings.sync()
        Task {
            await conference.shutdown()
            service?.flush()
            service = nil
            g_application_quit(application.pointer())
        }
    }

    // MARK: Windows

    /// Brings the windows on the screen in line with the model's.
    private func showWindows() {
        guard !isEnding else { return }
        for window in windows where !conference.windows.contains(where: { $0 === window.description }) {
            windows.removeAll { $0 === window }
            window.view.destroy()
        }
        for description in conference.windows where !windows.contains(where: { $0.description === description }) {
            do throws(BuilderError) {
                let window = try WindowController(description, self)
                windows.append(window)
                if isShowing { window.view.present() }
            } catch {
                logger.critical("A window cannot be shown", metadata: ["reason": "\(error)"])
                complain("causerie: \(error)")
                g_application_quit(application.pointer())
            }
        }
    }

    /// A window is on its way out: with the last one the program ends, and finds it again at the next start.
    func closed(_ window: WindowController) {
        windows.removeAll { $0 === window }
        guard !windows.isEmpty else { return end() }
        conference.close(window.description)
        guard conference.closedWindows.last === window.description else { return }
        activeWindow?.view.showToast(tr("Window closed"), button: tr("Reopen"), action: "app.reopen-window")
    }

    /// What depends on all windows.
    func update() {
        inhibitor.set(windows.first { $0.isInCall }?.view.window)
        incoming.update()
    }

    /// A window came in front, or is not any more.
    func frontChanged() {
        incoming.update()
        fileActions?.looked()
    }

    /// The window that a person is at.
    var activeWindow: WindowController? { windows.first { $0.view.isActive } ?? windows.first }

    // MARK: Actions

    private func addActions() {
        let actions = ActionMap(application)
        actions.add("quit") { [unowned self] in if !asksBeforeEnding() { end() } }
        actions.add("preferences") { [unowned self] in
            if let window = activeWindow { programWindows?.showPreferences(over: window.view.window) }
        }
        actions.add("network-check") { [unowned self] in
            if let window = activeWindow { programWindows?.showNetworkCheck(over: window.view.window) }
        }
        actions.add("about") { [unowned self] in
            if let window = activeWindow { AboutDialog.present(over: window.view.window) }
        }
        actions.add("trace") { [unowned self] in programWindows?.showTrace() }
        actions.add("new-window") { [unowned self] in conference.addWindow() }
        actions.add("reopen-window") { [unowned self] in conference.reopenWindow() }
        actions.add("status", initially: conference.status.rawValue) { [unowned self] word in
            if let status = UserStatus(rawValue: word) { conference.status = status }
        }
        actions.add("show") { [unowned self] in activate() }
        actions.add("dial", withText: { [unowned self] in dial($0) })
        actions.add("answer", withText: { [unowned self] in answer($0) })
        actions.add("decline", withText: { [unowned self] in conference.stream(named: $0)?.reject() })
    }

    /// From a notification: in the window that the stream belongs to, and in a pane.
    private func answer(_ name: String) {
        activate()
        guard let stream = conference.stream(named: name), stream.state == .incoming,
            let description = conference.window(of: stream),
            let window = windows.first(where: { $0.description === description })
        else { return }
        window.answer(stream)
        window.view.present()
    }

    private func dial(_ address: String) {
        activate()
        guard let window = activeWindow else { return }
        if !window.callFromFreePane(address) {
            window.view.showToast(tr("Hang up before you call {address}.", ["address": address]))
        }
    }

    // MARK: Being reached

    var reachability: String { Reachability.sentence(conference) }

    private func reachabilityChanged() {
        programWindows?.reachabilityChanged()
        for window in windows { window.refresh() }
    }

    private func listeningChanged(problem: String?) {
        reachabilityChanged()
        guard problem != nil, let window = activeWindow else { return }
        window.view.showToast(Reachability.portNote(conference))
    }
}
