import BusClient
import Conference
import GLibKit

/// Panes: added, removed, moved, and what they show.
extension RootObject {
    /// Nil for a method of another kind.
    func paneMethod(_ method: String, _ words: [String], index: Int) throws(BusFailure) -> BusReply? {
        switch method {
        case "AddPane": return .values([.string(try addPane(toWindow: words[0], showing: words[1]).id)])
        case "RemovePane": try removePane(words[0])
        case "SetPane": try setPane(words[0], stream: words[1], display: words[2])
        case "MovePane": try movePane(words[0], to: index)
        case "DetachPane": return .values([.string(try detachPane(words[0]).id)])
        default: return nil
        }
        return .nothing
    }

    private func addPane(toWindow id: String, showing name: String) throws(BusFailure) -> Pane {
        let window = try conference.findWindow(id)
        let stream = try conference.findStream(name)
        guard window.canAddPane else { throw .full("This window has as many panes as a window can have.") }
        var added: Pane?
        window.history.record(translatable("Add Pane")) { added = conference.addPane(showing: stream, to: window) }
        guard let added else { throw .failed("The pane was not added.") }
        return added
    }

    private func removePane(_ id: String) throws(BusFailure) {
        let (pane, window) = try conference.findPane(id)
        try requireOthers(in: window)
        window.history.record(translatable("Remove Pane")) { conference.remove(pane, from: window) }
    }

    /// Everything is checked before anything changes.
    private func setPane(_ id: String, stream name: String, display word: String) throws(BusFailure) {
        let (pane, window) = try conference.findPane(id)
        let stream = name.isEmpty ? pane.stream : try conference.findStream(name)
        guard let display = word.isEmpty ? pane.display : PaneDisplay(rawValue: word) else {
            let words = PaneDisplay.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidValue("A display is one of \(words).")
        }
        window.history.record(translatable("Change Pane"), of: "pane \(id)") {
            if pane.stream !== stream { pane.stream = stream }
            if pane.display != display { pane.display = display }
        }
    }

    private func movePane(_ id: String, to index: Int) throws(BusFailure) {
        let (pane, window) = try conference.findPane(id)
        guard window.panes.indices.contains(index) else {
            throw .invalidValue("The place of a pane in this window is 0 to \(window.panes.count - 1), not \(index).")
        }
        window.history.record(translatable("Move Pane")) { conference.move(pane, to: index, in: window) }
    }

    private func detachPane(_ id: String) throws(BusFailure) -> WindowDescription {
        let (pane, window) = try conference.findPane(id)
        try requireOthers(in: window)
        // Closing the new window takes it back.
        guard let own = conference.detach(pane, from: window) else { throw .tooManyWindows }
        return own
    }

    private func requireOthers(in window: WindowDescription) throws(BusFailure) {
        guard window.panes.count > 1 else { throw .lastOne("The last pane of a window stays.") }
    }
}
