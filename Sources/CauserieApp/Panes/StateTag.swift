import CGtk
import GLibKit
import GtkKit

/// The plate in a picture's corner: who it is and the call's state in a word.
struct StateTag {
    private let plate: Widget
    private let name: Widget
    private let state: Widget

    init(_ builder: Builder) throws(BuilderError) {
        plate = try builder.widget("tag")
        name = try builder.object("tag_name", gtk_label_get_type())
        state = try builder.object("tag_state", gtk_label_get_type())
    }

    func show(_ presentation: PanePresentation, isVisible: Bool) {
        gtk_label_set_text(name.opaque, presentation.name)
        name.isVisible = !presentation.name.isEmpty
        gtk_label_set_text(state.opaque, presentation.state)
        plate.set(class: "warning", presentation.isWorking)
        plate.isVisible = isVisible
    }

    /// Keeps so many pixels free at the far end, where the own picture is.
    func setRoom(_ width: Int32) {
        gtk_widget_set_margin_end(plate.widget, width > 0 ? width + 24 : 12)
    }
}
