import CGtk
import GLibKit
import GtkKit

/// The line under a field: why a value is refused, or what a change means.
final class FieldNote {
    private let row: Widget
    private let label: Widget
    private let field: Widget?
    private let control: Widget?
    private let above: Widget?

    /// - Parameters:
    ///   - name: of the field; the line's objects are named after it.
    ///   - field: what is marked when a value is refused.
    ///   - control: what has the keyboard then, for screen readers.
    ///   - above: what is in the row above; nil for the field.
    init(
        _ builder: Builder, _ name: String, field: Widget? = nil, control: Widget? = nil, above: Widget? = nil
    ) throws(BuilderError) {
        row = try builder.object(name + "_note", gtk_list_box_row_get_type())
        label = try builder.object(name + "_note_text", gtk_label_get_type())
        self.field = field
        self.control = control ?? field
        self.above = above ?? field
    }

    /// Says why a value is not taken.
    func refuse(_ reason: String) { show(reason, isError: true) }

    func inform(_ text: String) { show(text, isError: false) }

    func clear() {
        guard row.isVisible else { return }
        show("", isError: false)
    }

    private func show(_ text: String, isError: Bool) {
        gtk_label_set_text(label.opaque, text)
        label.set(class: "error", isError)
        row.isVisible = !text.isEmpty
        row.setAccessibleHidden(text.isEmpty)
        field?.set(class: "error", isError)
        control?.setAccessibleDescription(text)
        // The line belongs to the row above: nothing is drawn between the two.
        guard let above, let row = gtk_widget_get_ancestor(above.widget, gtk_list_box_row_get_type()) else { return }
        Widget(row).set(class: "noted", !text.isEmpty)
    }
}
