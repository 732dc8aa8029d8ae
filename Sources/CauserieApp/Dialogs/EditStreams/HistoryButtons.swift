import CGtk
import Conference
import GLibKit
import GtkKit

/// Undo and Redo in the header bar: each says what it is about.
final class HistoryButtons {
    private nonisolated struct Names: Hashable, Sendable {
        let undo: String?
        let redo: String?
    }

    private let undo: Widget
    private let redo: Widget
    private let actions: ActionMap
    private var observation: ModelObservation?

    /// - Parameter actions: where `undo` and `redo` are.
    init(_ builder: Builder, _ editing: StreamEditing, _ actions: ActionMap) throws(BuilderError) {
        undo = try builder.object("undo", gtk_button_get_type())
        redo = try builder.object("redo", gtk_button_get_type())
        self.actions = actions
        actions.add("undo") { editing.undo() }
        actions.add("redo") { editing.redo() }
        let history = editing.window.history
        show(Names(undo: history.undoName, redo: history.redoName))
        observation = ModelObservation({ Names(undo: history.undoName, redo: history.redoName) }) { [weak self] in
            self?.show($0)
        }
    }

    /// Ends with the dialog.
    func close() { observation = nil }

    private func show(_ names: Names) {
        actions.setEnabled("undo", names.undo != nil)
        actions.setEnabled("redo", names.redo != nil)
        let undoText = names.undo.map { tr("Undo: {change}", ["change": translated($0)]) }
        let redoText = names.redo.map { tr("Redo: {change}", ["change": translated($0)]) }
        undo.tooltip = undoText ?? tr("Undo")
        redo.tooltip = redoText ?? tr("Redo")
        // The name stays the word; what it is about describes it.
        undo.setAccessibleDescription(names.undo.map { translated($0) } ?? "")
        redo.setAccessibleDescription(names.redo.map { translated($0) } ?? "")
    }
}
