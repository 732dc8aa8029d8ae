import CGtk
import Conference
import GLibKit
import GtkKit

/// One row of the table of panes: its number, its stream, its display.
final class PaneRow {
    let pane: Pane
    private let number: GObjectRef
    private let streamCell: GObjectRef
    private let displayCell: GObjectRef
    private let removeButton: GObjectRef
    private let stream: Choice<String>
    private let display: Choice<PaneDisplay>

    init(_ pane: Pane, number: Int) throws(BuilderError) {
        self.pane = pane
        let builder = try Builder(resource: resourcePath("ui/edit-streams-pane.ui"))
        self.number = try builder.retained("number", gtk_label_get_type())
        streamCell = try builder.retained("stream", gtk_drop_down_get_type())
        displayCell = try builder.retained("display", gtk_drop_down_get_type())
        removeButton = try builder.retained("remove", gtk_button_get_type())
        stream = Choice(Widget(streamCell))
        display = Choice(Widget(displayCell))
        let place = ["number": String(number)]
        gtk_label_set_text(self.number.opaque, String(number))
        Widget(streamCell).setAccessibleLabel(tr("Stream of Pane {number}", place))
        Widget(displayCell).setAccessibleLabel(tr("Display of Pane {number}", place))
        Widget(removeButton).setAccessibleLabel(tr("Remove Pane {number}", place))
        Widget(removeButton).tooltip = tr("Remove Pane {number}", place)
    }

    func attach(to grid: Widget, at row: Int32) {
        for (column, cell) in [number, streamCell, displayCell, removeButton].enumerated() {
            gtk_grid_attach(grid.pointer(), cell.pointer(), Int32(clamping: column), row, 1, 1)
        }
    }

    func onStream(_ handler: @escaping (String) -> Void) { stream.onChoice(handler) }

    func onDisplay(_ handler: @escaping (PaneDisplay) -> Void) { display.onChoice(handler) }

    func onRemove(_ handler: @escaping () -> Void) { connect(removeButton, "clicked", handler) }

    func focus() { Widget(streamCell).focus() }

    /// Shows what the pane shows now.
    func show(_ streams: [(value: String, name: String)], canRemove: Bool) {
        stream.show(streams, selected: pane.stream.id)
        display.show(
            PaneDisplay.allCases.map { (value: $0, name: Self.name($0)) }, selected: pane.display)
        Widget(removeButton).isSensitive = canRemove
    }

    private static func name(_ display: PaneDisplay) -> String {
        switch display {
        case .received: trc("display", "Received")
        case .sent: trc("display", "Sent")
        case .receivedWithSentInset: trc("display", "Received and Sent")
        case .none: trc("display", "Nothing")
        }
    }
}
