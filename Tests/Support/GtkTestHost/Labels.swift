import CGLib
import CGtk
import GLibKit
import GtkKit

/// Finds controls that a screen reader would have no name for, and icon buttons without a tooltip.
enum Labels {
    /// How many controls were looked at.
    private(set) static var checked = 0

    static func unnamed(in roots: [GObjectRef]) -> [String] {
        roots.flatMap { unnamed(Widget($0), inside: []) }
    }

    private static func unnamed(_ widget: Widget, inside path: [String]) -> [String] {
        let type = String(cString: g_type_name(CGLib_type_of(widget.gobject)))
        let path = path + [type]
        var found: [String] = []
        if isControl(widget, path) {
            checked += 1
            let hasText = text(in: widget)
            if !hasName(widget) && !hasText { found.append("no name: " + path.suffix(4).joined(separator: ">")) }
            if isButton(widget) && !hasText && (widget.tooltip ?? "").isEmpty {
                found.append("no tooltip: " + path.suffix(4).joined(separator: ">"))
            }
        }
        var child = gtk_widget_get_first_child(widget.widget)
        while let next = child {
            found += unnamed(Widget(next), inside: path)
            child = gtk_widget_get_next_sibling(next)
        }
        return found
    }

    /// Controls of our own; a menu button's inner button has its name from outside, the window's buttons are GTK's.
    private static func isControl(_ widget: Widget, _ path: [String]) -> Bool {
        guard !path.contains("GtkWindowControls"), !path.dropLast().contains("GtkMenuButton"),
            !path.dropLast().contains("GtkSpinButton"), !path.dropLast().contains("GtkDropDown"),
            !path.dropLast().contains("GtkScrollbar")
        else { return false }
        let types = [
            gtk_button_get_type(), gtk_menu_button_get_type(), gtk_entry_get_type(), gtk_drop_down_get_type(),
            gtk_scale_get_type(), gtk_switch_get_type(), gtk_spin_button_get_type(), gtk_level_bar_get_type(),
        ]
        return types.contains { CGtk_is_a(widget.gobject, $0) != 0 }
    }

    private static func isButton(_ widget: Widget) -> Bool {
        CGtk_is_a(widget.gobject, gtk_button_get_type()) != 0
            || CGtk_is_a(widget.gobject, gtk_menu_button_get_type()) != 0
    }

    private static func hasName(_ widget: Widget) -> Bool {
        gtk_test_accessible_has_property(widget.opaque, GTK_ACCESSIBLE_PROPERTY_LABEL) != 0
            || gtk_test_accessible_has_relation(widget.opaque, GTK_ACCESSIBLE_RELATION_LABELLED_BY) != 0
    }

    /// Everything that can be read: labels, placeholders, tooltips, titles.
    static func words(in roots: [GObjectRef]) -> [String] {
        var found: [String] = []
        var widgets = roots.map { Widget($0) }
        while let widget = widgets.popLast() {
            found += texts(of: widget)
            var child = gtk_widget_get_first_child(widget.widget)
            while let next = child {
                widgets.append(Widget(next))
                child = gtk_widget_get_next_sibling(next)
            }
        }
        return found.map { $0.split(separator: "\n").joined(separator: " ") }.filter { !$0.isEmpty }
    }

    private static func texts(of widget: Widget) -> [String] {
        var found: [UnsafePointer<CChar>?] = []
        if CGtk_is_a(widget.gobject, gtk_label_get_type()) != 0 { found.append(gtk_label_get_text(widget.opaque)) }
        if CGtk_is_a(widget.gobject, gtk_text_get_type()) != 0 {
            found.append(gtk_text_get_placeholder_text(widget.pointer()))
        }
        if CGtk_is_a(widget.gobject, gtk_window_get_type()) != 0 {
            found.append(gtk_window_get_title(widget.pointer()))
        }
        return found.compactMap { $0.map { String(cString: $0) } } + [widget.tooltip].compactMap(\.self)
    }

    /// A label with words inside.
    private static func text(in widget: Widget) -> Bool {
        if CGtk_is_a(widget.gobject, gtk_label_get_type()) != 0 {
            return gtk_label_get_text(widget.opaque).map { strlenPositive($0) } ?? false
        }
        var child = gtk_widget_get_first_child(widget.widget)
        while let next = child {
            if text(in: Widget(next)) { return true }
            child = gtk_widget_get_next_sibling(next)
        }
        return false
    }

    private static func strlenPositive(_ text: UnsafePointer<CChar>) -> Bool { text.pointee != 0 }
}
