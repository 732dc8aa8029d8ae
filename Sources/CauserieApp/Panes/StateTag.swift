import CGtk
import GLibKit
import GtkKit

/// The plate in a picture's corner: who it is, the call's state in a word, and how good it is. It says why as a tooltip.
struct StateTag {
    private let plate: Widget
    private let name: Widget
    private let state: Widget
    private let verified: Widget
    private let symbol: Widget
    private let grade: Widget

    init(_ builder: Builder) throws(BuilderError) {
        plate = try builder.widget("tag")
        name = try builder.object("tag_name", gtk_label_get_type())
        verified = try builder.object("tag_verified", gtk_image_get_type())
        state = try builder.object("tag_state", gtk_label_get_type())
        symbol = try builder.object("tag_quality", gtk_image_get_type())
        grade = try builder.object("tag_grade", gtk_label_get_type())
    }

    func show(_ presentation: PanePresentation, isVisible: Bool, isNarrow: Bool) {
        gtk_label_set_text(name.opaque, presentation.name)
        name.isVisible = !presentation.name.isEmpty
        verified.isVisible = presentation.isVerified
        gtk_label_set_text(state.opaque, presentation.state)
        plate.set(class: "warning", presentation.isWorking)
        plate.isVisible = isVisible
        show(presentation.quality)
        // Where there is room for one word, it is the one that a person does not expect.
        state.isVisible = !isNarrow || presentation.isWorking || presentation.quality?.cause == nil
    }

    private func show(_ quality: QualityMark?) {
        symbol.isVisible = quality != nil
        // What is as it should be needs no word.
        grade.isVisible = quality?.cause != nil
        plate.tooltip = quality?.sentence
        guard let quality else { return }
        gtk_image_set_from_icon_name(symbol.opaque, quality.icon)
        gtk_label_set_text(grade.opaque, quality.word)
        symbol.setAccessibleLabel(quality.words)
        symbol.setAccessibleDescription(quality.cause ?? "")
    }

    /// Keeps so many pixels free at the far end, where the own picture is.
    func setRoom(_ width: Int32) {
        gtk_widget_set_margin_end(plate.widget, width > 0 ? width + 24 : 12)
    }
}
