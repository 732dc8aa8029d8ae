import CGtk
import GLibKit
import GtkKit

/// The lines over a picture that say what is not as it should be.
final class NoticeList {
    private let box: Widget
    private var shown: [PanePresentation.Notice] = []

    init(_ box: Widget) { self.box = box }

    func show(_ notices: [PanePresentation.Notice]) {
        guard notices != shown else { return }
        shown = notices
        while let child = gtk_widget_get_first_child(box.widget) { gtk_box_remove(box.pointer(), child) }
        for notice in notices { gtk_box_append(box.pointer(), plate(notice).widget) }
        box.isVisible = !notices.isEmpty
    }

    /// How far from the pane's upper edge, in pixels.
    func setTop(_ margin: Int32) { gtk_widget_set_margin_top(box.widget, margin) }

    private func plate(_ notice: PanePresentation.Notice) -> Widget {
        let label = Widget(gtk_label_new(notice.text))
        gtk_label_set_wrap(label.opaque, 1)
        gtk_label_set_justify(label.opaque, GTK_JUSTIFY_CENTER)
        gtk_widget_set_halign(label.widget, GTK_ALIGN_CENTER)
        label.set(class: "plate", true)
        label.set(class: "warning", notice.isWarning)
        return label
    }
}
