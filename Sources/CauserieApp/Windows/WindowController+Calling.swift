import Conference
import GLibKit
import GtkKit

/// Calls, of the window's panes and to them.
extension WindowController {
    /// Calls an address from the focused pane.
    func call(_ address: String) {
        if let pane = focused { call(address, from: pane) }
    }

    /// Calls an address from the focused pane if it is free, else from another one.
    ///
    /// - Returns: false when every pane is in a call.
    func callFromFreePane(_ address: String) -> Bool {
        let free = ([focused].compactMap(\.self) + panes).first { !$0.stream.state.isBusy }
        if let free { call(address, from: free) }
        return free != nil
    }

    func call(_ address: String, from pane: PaneController) {
        guard !address.isEmpty, !pane.stream.state.isBusy else { return }
        guard application.conference.canCall(address) else {
            view.address.text = address
            view.address.focus()
            return view.showToast(translated(EndReason.invalidAddress.sentence))
        }
        application.preferences.remember(address: address)
        view.address.text = ""
        pane.stream.connect(to: address)
        view.activate(pane.view)
    }

    func hangUp() {
        if let calling, focused?.situation.isCall != true {
            calling.reject()
        } else {
            focused?.stream.disconnect()
        }
    }

    func set(_ medium: MediaSet, _ isOn: Bool) {
        guard let stream = focused?.stream else { return }
        // What the stream was not meant to send can be turned on in the call all the same.
        if isOn && !stream.outgoing.contains(medium) { stream.outgoing.formUnion(medium) }
        if isOn { stream.play(medium, .sent) } else { stream.stop(medium, .sent) }
    }

    // MARK: Who is calling

    /// The stream of this window that rings.
    var calling: Stream? {
        panes.map(\.stream).first { $0.state == .incoming } ?? description.streams.first { $0.state == .incoming }
    }

    func showCaller() {
        let caller = calling
        view.actions.setEnabled("answer", caller != nil)
        view.actions.setEnabled("decline", caller != nil)
        let wasShown = view.incoming.isShown
        view.incoming.show(
            caller.map { stream in
                (name: CallSituation.name(of: stream), address: stream.remoteAddress ?? "")
            }, isStranger: caller?.canAddContact ?? false)
        for pane in panes { pane.updateActions() }
        if view.incoming.isShown && !wasShown && !view.address.isTyping { view.incoming.focusAnswer() }
    }

    /// Answers where the stream is shown; a stream that no pane shows gets the one that the controls act on, if that is
    /// free, or a new one.
    func answer(_ stream: Stream) {
        if let pane = panes.first(where: { $0.stream === stream }) {
            stream.accept()
            view.activate(pane.view)
        } else if let pane = focused, !pane.stream.state.isBusy {
            application.conference.accept(stream, in: pane.pane)
        } else {
            application.conference.accept(
                stream, in: application.conference.addPane(showing: stream, to: description))
        }
    }

    // MARK: People

    func showPeople() {
        do throws(BuilderError) {
            if people == nil { people = try PeopleWindow(application.conference) }
            guard let people else { return }
            people.onClose { [weak self] in self?.people = nil }
            people.onCall { [weak self] in self?.callFromPeople($0) }
            if application.conference.history.missedCount > 0 { people.showCalls() }
            people.present(over: view.window)
        } catch { view.showToast("\(error)") }
    }

    private func callFromPeople(_ address: String) {
        if callFromFreePane(address) {
            people?.close()
            view.present()
        } else {
            view.showToast(tr("Hang up before you call {address}.", ["address": address]))
        }
    }
}
