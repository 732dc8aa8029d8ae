import CGLib
import CGtk
import GLibKit

/// A drop-down list or a combo row of named values. Setting the values or the selection from the program calls no
/// handler.
package final class Choice<Value: Hashable> {
    private let widget: Widget
    private let isRow: Bool
    private var values: [Value] = []
    private var names: [String] = []
    private var connection: SignalConnection?
    private var handler: ((Value) -> Void)?

    /// - Parameter widget: a `GtkDropDown` or an `AdwComboRow`.
    package init(_ widget: Widget) {
        self.widget = widget
        isRow = CGtk_is_a(widget.gobject, adw_combo_row_get_type()) != 0
        connection = connect(widget, "notify::selected") { [weak self] in self?.selected() }
    }

    /// Called with each value that a person chooses.
    package func onChoice(_ handler: @escaping (Value) -> Void) { self.handler = handler }

    /// Offers these values. A selection that is not among them selects nothing.
    package func show(_ choices: [(value: Value, name: String)], selected: Value?) {
        connection?.whileBlocked {
            if choices.map(\.name) != names {
                names = choices.map(\.name)
                setModel()
            }
            values = choices.map(\.value)
            select(selected.flatMap { values.firstIndex(of: $0) })
        }
    }

    private func setModel() {
        guard let list = gtk_string_list_new(nil) else { return }
        let model = GObjectRef(adopting: list)
        for name in names { gtk_string_list_append(model.opaque, name) }
        if isRow {
            adw_combo_row_set_model(widget.pointer(), model.opaque)
        } else {
            gtk_drop_down_set_model(widget.opaque, model.opaque)
        }
    }

    private func select(_ index: Int?) {
        let position = index.map(guint.init) ?? GTK_INVALID_LIST_POSITION
        if isRow {
            adw_combo_row_set_selected(widget.pointer(), position)
        } else {
            gtk_drop_down_set_selected(widget.opaque, position)
        }
    }

    private func selected() {
        let position =
            isRow ? adw_combo_row_get_selected(widget.pointer()) : gtk_drop_down_get_selected(widget.opaque)
        guard position < guint(values.count) else { return }
        handler?(values[Int(position)])
    }
}
