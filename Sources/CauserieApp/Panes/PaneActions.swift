import Conference
import GLibKit
import GtkKit

/// What a pane asks of the window that it is in.
protocol PaneHost: AnyObject {
    /// Puts the keyboard into the address entry, for a call from this pane.
    func askForAddress(for pane: PaneController)
    func call(_ address: String, from pane: PaneController)
    func askForTrust(in pane: PaneController)
    func showStatistics(of stream: Stream)
    func editStreams(selecting stream: Stream)
    func saveSnapshot(of stream: Stream)
    /// Makes whoever is at the other end a contact.
    func addContact(of stream: Stream)
    /// Shows the call's digits, to be compared.
    func verify(_ stream: Stream)
}

/// The `pane.` actions: what the buttons on a pane and its context menu do.
final class PaneActions {
    private let actions: ActionMap
    private unowned let pane: PaneController
    private let conference: Conference
    private weak var host: (any PaneHost)?

    init(_ pane: PaneController, _ conference: Conference, host: any PaneHost) {
        self.pane = pane
        self.conference = conference
        self.host = host
        actions = ActionMap(of: Widget(pane.view.root), prefix: "pane")
        addCalls()
        addMedia()
        addPlaces()
    }

    private var stream: Stream { pane.stream }
    private var window: WindowDescription? { conference.window(of: pane.pane) }

    // MARK: Calls

    private func addCalls() {
        let actions = actions
        actions.add("call-address") { [weak self] in self.map { $0.host?.askForAddress(for: $0.pane) } }
        actions.add("test-call") { [weak self] in self?.stream.testCall() }
        actions.add("call-again") { [weak self] in self?.callAgain() }
        actions.add("trust") { [weak self] in self.map { $0.host?.askForTrust(in: $0.pane) } }
        actions.add("dismiss") { [weak self] in self?.pane.dismiss() }
        actions.add("answer") { [weak self] in self?.answer() }
        actions.add("decline") { [weak self] in self?.ringing?.reject() }
        actions.add("hang-up") { [weak self] in self?.stream.disconnect() }
        actions.add("add-contact") { [weak self] in self.map { $0.host?.addContact(of: $0.stream) } }
        actions.add("verify") { [weak self] in self.map { $0.host?.verify($0.stream) } }
    }

    private func callAgain() {
        if pane.situation.isTestCall {
            stream.testCall()
        } else {
            host?.call(pane.situation.address, from: pane)
        }
    }

    /// The stream that rings and that this pane can answer: its own, or one of the window's that no pane shows.
    private var ringing: Stream? {
        if stream.state == .incoming { return stream }
        guard !stream.state.isBusy, let window else { return nil }
        return window.streams.first { ringing in
            ringing.state == .incoming && !window.panes.contains { $0.stream === ringing }
        }
    }

    private func answer() {
        if let ringing { conference.accept(ringing, in: pane.pane) }
    }

    // MARK: Media

    private func addMedia() {
        let pauses: [(name: String, media: MediaSet, direction: StreamDirection)] = [
            ("microphone", .audio, .sent), ("camera", .video, .sent), ("received-sound", .audio, .received),
            ("received-picture", .video, .received),
        ]
        for pause in pauses {
            actions.add("pause-" + pause.name, initially: false) { [weak self] isPaused in
                guard let stream = self?.stream else { return }
                if isPaused {
                    stream.stop(pause.media, pause.direction)
                } else {
                    stream.play(pause.media, pause.direction)
                }
            }
        }
        actions.add("hold", initially: false) { [weak self] isOn in
            if isOn { self?.stream.hold() } else { self?.stream.resume() }
        }
        actions.add("display", initially: pane.pane.display.rawValue) { [weak self] in self?.setDisplay($0) }
        actions.add("stream", initially: stream.name) { [weak self] in self?.show($0) }
        actions.add("statistics") { [weak self] in self.map { $0.host?.showStatistics(of: $0.stream) } }
        actions.add("edit-streams") { [weak self] in self.map { $0.host?.editStreams(selecting: $0.stream) } }
        actions.add("snapshot") { [weak self] in self.map { $0.host?.saveSnapshot(of: $0.stream) } }
    }

    private func setDisplay(_ word: String) {
        guard let display = PaneDisplay(rawValue: word) else { return }
        record(tr("Change Display")) { pane.pane.display = display }
    }

    private func show(_ name: String) {
        guard let wanted = conference.stream(named: name) else { return }
        record(tr("Show Stream")) { pane.pane.stream = wanted }
    }

    // MARK: Places

    private func addPlaces() {
        actions.add("move-forward") { [weak self] in self?.move(by: -1) }
        actions.add("move-back") { [weak self] in self?.move(by: 1) }
        actions.add("detach") { [weak self] in
            guard let self, let window else { return }
            conference.detach(pane.pane, from: window)
        }
        actions.add("return") { [weak self] in
            guard let self, let window, window.origin != nil else { return }
            conference.close(window)
        }
        actions.add("remove") { [weak self] in
            guard let self, let window else { return }
            record(tr("Remove Pane")) { conference.remove(pane.pane, from: window) }
        }
    }

    private func move(by step: Int) {
        guard let window, let place = window.panes.firstIndex(where: { $0 === pane.pane }) else { return }
        record(tr("Move Pane")) { conference.move(pane.pane, to: place + step, in: window) }
    }

    private func record(_ name: String, _ change: () -> Void) {
        if let window { window.history.record(name, change) } else { change() }
    }

    // MARK: State

    /// Brings the actions in line with the model.
    func update() {
        let situation = pane.situation
        let isFree = !situation.isCall && situation.state != .incoming
        let place = window?.panes.firstIndex { $0 === pane.pane } ?? 0
        let count = window?.panes.count ?? 1
        let enabled: [String: Bool] = [
            "call-address": isFree, "test-call": isFree, "call-again": isFree && situation.canCallAgain,
            "answer": ringing != nil, "decline": ringing != nil, "hang-up": situation.isCall,
            "hold": [.connected, .reconnecting].contains(situation.state),
            "add-contact": situation.canAddContact, "verify": situation.canVerify,
            "statistics": true, "snapshot": situation.hasReceivedPicture,
            "move-forward": count > 1 && place > 0, "move-back": count > 1 && place < count - 1,
            "detach": count > 1, "return": window?.origin != nil && window?.streams.isEmpty == true,
            "remove": count > 1,
        ]
        for (name, isEnabled) in enabled { actions.setEnabled(name, isEnabled) }
        let paused: [String: Bool] = [
            "microphone": situation.stoppedSent.contains(.audio), "camera": situation.stoppedSent.contains(.video),
            "received-sound": situation.stoppedReceived.contains(.audio),
            "received-picture": situation.stoppedReceived.contains(.video),
        ]
        actions.set("hold", to: situation.isOnHold)
        for (name, isPaused) in paused { actions.set("pause-" + name, to: isPaused) }
        actions.set("display", to: situation.display.rawValue)
        actions.set("stream", to: stream.name)
    }
}
