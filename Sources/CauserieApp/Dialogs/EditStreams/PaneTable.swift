import CGtk
import Conference
import GLibKit
import GtkKit

/// The window's panes: which stream each shows, and what of it.
final class PaneTable {
    /// What the table shows of a pane.
    private nonisolated struct Cells: Hashable, Sendable {
        let id: String
        let stream: String
        let display: PaneDisplay
    }

    private let editing: StreamEditing
    private let grid: Widget
    private let addButton: Widget
    private var rows: [PaneRow] = []
    private var observations: [ModelObservation] = []
    /// Called with the words of what was taken away.
    private let removed: (String) -> Void

    init(
        _ builder: Builder, _ editing: StreamEditing, removed: @escaping (String) -> Void
    ) throws(BuilderError) {
        self.editing = editing
        self.removed = removed
        grid = try builder.object("panes", gtk_grid_get_type())
        addButton = try builder.object("add_pane", gtk_button_get_type())
        connect(addButton, "clicked") { [weak self] in self?.add() }
        let (window, conference) = (editing.window, editing.conference)
        let shown = {
            window.panes.map { Cells(id: $0.id, stream: $0.stream.id, display: $0.display) }
        }
        show()
        observations = [
            ModelObservation({ shown() }) { [weak self] _ in self?.show() },
            ModelObservation({ conference.streams.map(\.name) }) { [weak self] _ in self?.show() },
        ]
    }

    /// Ends with the dialog.
    func close() { observations = [] }

    private func show() {
        let panes = editing.window.panes
        if panes.map(\.id) != rows.map(\.pane.id) { arrange(panes) }
        let own = editing.window.streams
        let others = editing.conference.streams.filter { stream in !own.contains { $0 === stream } }
        let streams = (own + others).map { (value: $0.id, name: $0.name) }
        for row in rows { row.show(streams, canRemove: panes.count > 1) }
        addButton.isSensitive = editing.window.canAddPane
    }

    /// Rows after a change are made anew; row 0 holds the titles.
    private func arrange(_ panes: [Pane]) {
        for _ in rows { gtk_grid_remove_row(grid.pointer(), 1) }
        rows = []
        for (index, pane) in panes.enumerated() {
            guard let row = try? PaneRow(pane, number: index + 1) else { continue }
            row.attach(to: grid, at: Int32(clamping: index + 1))
            row.onStream { [weak self] in self?.set(stream: $0, of: pane) }
            row.onDisplay { [weak self] in self?.set(display: $0, of: pane) }
            row.onRemove { [weak self] in self?.remove(pane) }
            rows.append(row)
        }
    }

    // MARK: Changes

    private func number(of pane: Pane) -> String {
        String((editing.window.panes.firstIndex { $0 === pane } ?? 0) + 1)
    }

    private func set(stream id: String, of pane: Pane) {
        guard let stream = editing.conference.streams.first(where: { $0.id == id }) else { return }
        editing.record(tr("Stream of Pane {number}", ["number": number(of: pane)])) { pane.stream = stream }
    }

    private func set(display: PaneDisplay, of pane: Pane) {
        editing.record(tr("Display of Pane {number}", ["number": number(of: pane)])) { pane.display = display }
    }

    private func add() {
        guard let stream = editing.stream ?? editing.window.streams.first, editing.window.canAddPane else { return }
        editing.record(tr("Add Pane")) { editing.conference.addPane(showing: stream, to: editing.window) }
        show()
        rows.last?.focus()
    }

    private func remove(_ pane: Pane) {
        let number = number(of: pane)
        editing.record(tr("Remove Pane {number}", ["number": number])) {
            editing.conference.remove(pane, from: editing.window)
        }
        show()
        addButton.focus()
        removed(tr("Pane {number} removed", ["number": number]))
    }
}
