import CGLib
import CGtk
import GLibKit
import GtkKit

/// What lines of people and of calls are made of.
enum RowParts {
    static func label(_ classes: String...) -> Widget {
        let label = Widget(gtk_label_new(""))
        gtk_label_set_xalign(label.opaque, 0)
        gtk_label_set_ellipsize(label.opaque, PANGO_ELLIPSIZE_END)
        for name in classes { label.set(class: name, true) }
        return label
    }

    /// A flat button with an icon alone; who makes it names it.
    static func button(_ icon: String) -> Widget {
        let button = Widget(gtk_button_new_from_icon_name(icon))
        button.set(class: "flat", true)
        gtk_widget_set_valign(button.widget, GTK_ALIGN_CENTER)
        return button
    }

    static func append(_ widgets: [Widget], to box: Widget) {
        for widget in widgets { gtk_box_append(box.pointer(), widget.widget) }
    }

    static func setMargins(_ widget: Widget, _ margin: Int32) {
        gtk_widget_set_margin_top(widget.widget, margin)
        gtk_widget_set_margin_bottom(widget.widget, margin)
        gtk_widget_set_margin_start(widget.widget, margin)
        gtk_widget_set_margin_end(widget.widget, margin)
    }
}
