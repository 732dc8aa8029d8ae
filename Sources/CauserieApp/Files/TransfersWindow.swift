import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// All files that are on their way or have been, the latest first.
package final class TransfersWindow {
    package let window: GObjectRef
    /// The `transfers.` actions.
    package let actions: ActionMap
    private let stack: Widget
    private let list: Widget
    private let toasts: Widget
    private var rows: [(id: ConversationIdentifier, card: FileCard, row: GObjectRef)] = []

    /// Rows that are shown at most: each is a dozen widgets.
    package static let limit = 200

    package init() throws(BuilderError) {
        let builder = try Builder(resource: resourcePath("ui/transfers.ui"))
        window = try builder.retained("window", adw_window_get_type())
        stack = try builder.object("stack", gtk_stack_get_type())
        list = try builder.object("list", gtk_list_box_get_type())
        toasts = try builder.object("toasts", adw_toast_overlay_get_type())
        actions = ActionMap(of: Widget(window), prefix: "transfers")
    }

    /// Shows these files; a card that is there stays.
    package func show(_ ids: [ConversationIdentifier], card: (ConversationIdentifier) -> FileCard?) {
        let wanted = Array(ids.prefix(Self.limit))
        let set = Set(wanted)
        for row in rows where !set.contains(row.id) { gtk_list_box_remove(list.opaque, row.row.pointer()) }
        let kept = Dictionary(rows.map { ($0.id, $0) }) { first, _ in first }
        rows = []
        for id in wanted {
            if let row = kept[id] {
                rows.append(row)
            } else if let made = card(id), let row = gtk_list_box_row_new() {
                let widget = GObjectRef(retaining: row)
                gtk_list_box_row_set_activatable(widget.pointer(), 0)
                gtk_list_box_row_set_child(widget.pointer(), made.root.pointer())
                RowParts.setMargins(Widget(made.root), 12)
                gtk_list_box_insert(list.opaque, row, Int32(clamping: rows.count))
                rows.append((id, made, widget))
            }
        }
        gtk_stack_set_visible_child_name(stack.opaque, rows.isEmpty ? "empty" : "list")
    }

    func showToast(_ text: String) {
        guard let toast = adw_toast_new(escapeMarkup(text)) else { return }
        adw_toast_overlay_add_toast(toasts.opaque, toast)
    }

    package func present() { gtk_window_present(window.pointer()) }
}

/// The window of files over the model: one a program.
final class TransfersWindowController {
    let window: TransfersWindow
    private let deeds: FileDeeds
    private var observations: [ModelObservation] = []

    /// - Parameter closed: called when the window is gone.
    init(_ files: FileTransfers, application: GObjectRef, closed: @escaping () -> Void) throws(BuilderError) {
        let window = try TransfersWindow()
        self.window = window
        let deeds = FileDeeds(files) { [weak window] in window?.showToast($0) }
        self.deeds = deeds
        gtk_window_set_application(window.window.pointer(), application.pointer())
        window.actions.add("clear") {
            do throws(FileProblem) {
                for transfer in files.transfers where transfer.state.isOver { try files.remove(transfer) }
            } catch { window.showToast(translated(error.description)) }
        }
        connect(
            window.window, "close-request",
            returning: { [weak self] _ in
                self?.observations = []
                closed()
                return false
            })
        observations = [
            ModelObservation({ files.transfers.map(\.id) }) { [weak window] ids in
                window?.show(ids) { deeds.card(for: $0, isListed: true) }
            },
            ModelObservation({ files.transfers.contains { $0.state.isOver } }) { [weak window] in
                window?.actions.setEnabled("clear", $0)
            },
        ]
    }
}
