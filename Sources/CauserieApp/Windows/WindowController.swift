import CGtk
import Conference
import GLibKit
import GtkKit

/// Brings one window of the model and its widgets together: panes, controls, actions, who is calling.
final class WindowController: PaneHost {
    let description: WindowDescription
    let view: MainWindow

    let application: CauserieApplication
    var people: PeopleWindow?
    private(set) var panes: [PaneController] = []
    private var observations: [ModelObservation] = []
    private var arranging: WindowActions?
    private var chat: WindowChat?
    private let statistics = StatisticsWindows()
    private lazy var editStreams = EditStreamsOpener(description, application.conference)

    init(_ description: WindowDescription, _ application: CauserieApplication) throws(BuilderError) {
        self.description = description
        self.application = application
        view = try MainWindow(application: application.application)
        restoreSize()
        addActions()
        arranging = WindowActions(description, application.conference, view)
        chat = try WindowChat(view, application.conference.files)
        connectDevices()
        view.address.onChange { [weak self] in self?.update() }
        view.address.onSuggest { [weak self] in self?.suggestions(for: $0) ?? [] }
        connect(view.window, "close-request", returning: { [weak self] _ in self?.closing() ?? false })
        // The controls follow the focus.
        connect(view.window, "notify::focus-widget") { [weak self] in
            self?.view.markActive()
            self?.update()
        }
        connect(view.window, "notify::is-active") { [weak self] in
            self?.application.frontChanged()
            self?.chat?.looked()
        }
        view.address.setRecent(application.preferences.recentAddresses)
        application.preferences.settings.onChange(of: "recent-addresses") { [weak self] in
            guard let self else { return }
            view.address.setRecent(self.application.preferences.recentAddresses)
        }
        observations = [
            ModelObservation({ description.panes.map(\.id) }) { [weak self] _ in self?.showPanes() },
            ModelObservation({ application.conference.devices }) { [weak self] _ in self?.showDevices() },
            ModelObservation({ application.conference.history.missedCount }) { [view] in view.setMissedCalls($0) },
            // A call may come in on a stream that no pane shows.
            ModelObservation({ description.streams.map { $0.state == .incoming } }) { [weak self] _ in
                self?.update()
            },
        ]
        showPanes()
    }

    // MARK: Panes

    /// The pane that the controls act on.
    var focused: PaneController? {
        let view = self.view.focusedPane
        return panes.first { $0.view === view } ?? panes.first
    }

    private func showPanes() {
        guard panes.map(\.pane.id) != description.panes.map(\.id) else { return }
        let old = panes
        panes = description.panes.compactMap { pane in
            old.first { $0.pane.id == pane.id } ?? makePane(pane)
        }
        view.setPanes(panes.map(\.view))
        for pane in panes { pane.updateActions() }
        update()
    }

    private func makePane(_ pane: Pane) -> PaneController? {
        let controller = try? PaneController(
            pane, application.conference, host: self,
            reachability: { [weak application] in application?.reachability ?? "" },
            changed: { [weak self] in self?.situationChanged($0) })
        if let controller {
            PaneDrag.install(on: Widget(controller.view.root), identifier: pane.id) { [weak self] in
                self?.moved($0, onto: pane) ?? false
            }
            // After that: of a file, other programs offer the name as a text too.
            FileDrop.install(
                on: Widget(controller.view.root),
                isPossible: { [weak controller] in controller?.stream.remoteIdentity != nil },
                dropped: { [weak self, weak controller] paths in
                    guard let self, let controller else { return }
                    view.activate(controller.view)
                    chat?.send(paths, to: controller.stream)
                })
        }
        controller?.onLevel { [weak self, weak controller] level in
            guard let self, let controller, focused === controller else { return }
            view.controls.setLevel(level)
        }
        return controller
    }

    /// A pane was let go over another one of this window.
    private func moved(_ identifier: String, onto target: Pane) -> Bool {
        guard let moved = description.panes.first(where: { $0.id == identifier }),
            let place = description.panes.firstIndex(where: { $0 === target })
        else { return false }
        description.history.record(tr("Move Pane")) {
            application.conference.move(moved, to: place, in: description)
        }
        return true
    }

    private func situationChanged(_ pane: PaneController) {
        // Keys go to the call, not to an entry in which nothing is to be typed now.
        if pane.situation.isCall && view.address.isBusy && view.address.text.isEmpty { Widget(pane.view.root).focus() }
        update()
        application.update()
    }

    /// Shows again what pane and address the window is about.
    func update() {
        guard let pane = focused else { return }
        let situation = pane.situation
        view.showControls(ControlsPresentation(situation))
        let isFree = !situation.isCall && situation.state != .incoming
        let canCall = isFree && !view.address.text.isEmpty
        view.actions.setEnabled("call", canCall)
        view.actions.setEnabled("dial", isFree)
        view.actions.setEnabled("test-call", isFree)
        view.actions.setEnabled("hang-up", situation.isCall || situation.state == .incoming)
        view.actions.setEnabled("microphone", situation.isCall)
        view.actions.setEnabled("camera", situation.isCall)
        let controls = ControlsPresentation(situation)
        view.actions.set("microphone", to: controls.isMicrophoneOn)
        view.actions.set("camera", to: controls.isCameraOn)
        // One primary action: the button next to an address that is typed, else the one on the page.
        view.address.setSuggested(canCall)
        pane.view.setAddressButtonSuggested(!canCall)
        showCaller()
        chat?.follow(pane.stream)
        view.setTitle(situation.isCall ? tr("{name} — Causerie", ["name": situation.name]) : "Causerie")
        showVolume(pane)
    }

    // MARK: Doing

    private func addActions() {
        let actions = view.actions
        actions.add("focus-address") { [weak self] in self?.view.address.focus() }
        actions.add("call") { [weak self] in
            guard let self else { return }
            call(view.address.text)
        }
        actions.add("dial", withText: { [weak self] in self?.call($0) })
        actions.add("test-call") { [weak self] in self?.focused?.stream.testCall() }
        actions.add("answer") { [weak self] in self.map { window in window.calling.map(window.answer) } }
        actions.add("decline") { [weak self] in self?.calling?.reject() }
        actions.add("hang-up") { [weak self] in self?.hangUp() }
        actions.add("microphone", initially: true) { [weak self] in self?.set(.audio, $0) }
        actions.add("camera", initially: true) { [weak self] in self?.set(.video, $0) }
        actions.add("statistics") { [weak self] in
            guard let self, let stream = focused?.stream else { return }
            showStatistics(of: stream)
        }
        actions.add("edit-streams") { [weak self] in self?.showStreams(selecting: self?.focused?.stream) }
        actions.add("contacts") { [weak self] in self?.showPeople() }
        actions.add("add-caller") { [weak self] in self.map { window in window.calling.map(window.addContact) } }
        actions.add("fullscreen", initially: false) { [weak self] in self?.view.setFullscreen($0) }
    }

    // MARK: What a pane asks for

    func askForAddress(for pane: PaneController) {
        view.activate(pane.view)
        view.address.focus()
    }

    /// The far side's key has changed: whether that is all right is for the person to say.
    func askForTrust(in pane: PaneController) {
        guard let refused = pane.stream.refusedIdentity else { return }
        TrustDialog.present(address: refused.address, fingerprint: refused.fingerprint, over: view.window) {
            [weak self, weak pane] in
            self?.application.conference.trust(refused)
            if let self, let pane { call(refused.address, from: pane) }
        }
    }

    func showStatistics(of stream: Stream) {
        do throws(BuilderError) {
            try statistics.show(stream, application.conference, over: view.window)
        } catch { view.showToast("\(error)") }
    }

    func editStreams(selecting stream: Stream) { showStreams(selecting: stream) }

    func saveSnapshot(of stream: Stream) {
        // The picture of this moment, not of the one when the dialog is answered.
        guard let frame = stream.receivedVideo.latest else { return }
        let name = stream.remoteIdentifier ?? stream.name
        FileDialog.save(
            tr("Save Snapshot"), suggesting: Snapshot.fileName(for: name),
            filter: FileDialog.Filter(name: tr("Pictures"), pattern: "*.png"), over: view.window
        ) { [weak self] path in
            let isWritten = Snapshot.write(frame, to: path)
            self?.view.showToast(isWritten ? tr("The snapshot is saved.") : tr("The snapshot cannot be saved."))
        }
    }

    private func showStreams(selecting stream: Stream?) {
        do throws(BuilderError) {
            try editStreams.open(over: view.window, selecting: stream)
        } catch { view.showToast("\(error)") }
    }

    // MARK: The window itself

    /// Shows again what the model does not tell by itself.
    func refresh() {
        for pane in panes { pane.refresh() }
    }

    var isInCall: Bool { panes.contains { $0.situation.isCall } }

    private func restoreSize() {
        let size = description.size
        gtk_window_set_default_size(view.window.pointer(), Int32(clamping: size.width), Int32(clamping: size.height))
        if size.isMaximized { gtk_window_maximize(view.window.pointer()) }
    }

    /// Keeps the window's size for the next start.
    func saveSize() {
        var (width, height): (Int32, Int32) = (0, 0)
        gtk_window_get_default_size(view.window.pointer(), &width, &height)
        guard width > 0, height > 0 else { return }
        let size = WindowSize(
            width: Int(width), height: Int(height), isMaximized: gtk_window_is_maximized(view.window.pointer()) != 0)
        if description.size != size { description.size = size }
    }

    /// Ends the calls of this window; false lets it close.
    private func closing() -> Bool {
        if application.asksBeforeClosing(self) { return true }
        saveSize()
        observations = []
        arranging = nil
        chat = nil
        application.closed(self)
        return false
    }
}
