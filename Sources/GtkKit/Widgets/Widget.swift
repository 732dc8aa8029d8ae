import CGLib
import CGtk
import GLibKit

/// A widget, or another object of a window, borrowed: its parent owns it. Hold the window, by `GObjectRef`, for as long
/// as this is used.
package struct Widget: GObjectPointer, Hashable {
    package let gobject: UnsafeMutableRawPointer

    package init(_ pointer: some GObjectPointer) {
        gobject = pointer.gobject
    }

    /// The address as a type whose struct is private to GTK: `gtk_label_set_text(label.opaque, ...)`.
    package var opaque: OpaquePointer { OpaquePointer(gobject) }

    /// The address as the public struct that a function asks for: `gtk_button_set_label(button.pointer(), ...)`.
    package func pointer<Structure>(as type: Structure.Type = Structure.self) -> UnsafeMutablePointer<Structure> {
        gobject.assumingMemoryBound(to: type)
    }

    package var widget: UnsafeMutablePointer<GtkWidget> { pointer() }

    // MARK: What every widget has

    package var isVisible: Bool {
        get { gtk_widget_get_visible(widget) != 0 }
        nonmutating set { gtk_widget_set_visible(widget, newValue ? 1 : 0) }
    }

    package var isSensitive: Bool {
        get { gtk_widget_get_sensitive(widget) != 0 }
        nonmutating set { gtk_widget_set_sensitive(widget, newValue ? 1 : 0) }
    }

    /// Whether it is on the screen, as far as its window is.
    package var isMapped: Bool { gtk_widget_get_mapped(widget) != 0 }

    package var tooltip: String? {
        get { gtk_widget_get_tooltip_text(widget).map { String(cString: $0) } }
        nonmutating set { gtk_widget_set_tooltip_text(widget, newValue) }
    }

    /// Adds a style class, or takes it away.
    package func set(class name: String, _ isSet: Bool) {
        if isSet {
            gtk_widget_add_css_class(widget, name)
        } else {
            gtk_widget_remove_css_class(widget, name)
        }
    }

    /// Gives it the keyboard.
    package func focus() { gtk_widget_grab_focus(widget) }

    // MARK: Accessibility

    /// What a screen reader calls it: this alone. GTK 4.8 adds the words of a label that it is tied to, as a row ties its
    /// control to its title: "Volume Volume".
    package func setAccessibleLabel(_ text: String) {
        gtk_accessible_reset_relation(opaque, GTK_ACCESSIBLE_RELATION_LABELLED_BY)
        CGtk_accessible_label(gobject, text)
    }

    /// What screen readers add to its name.
    package func setAccessibleDescription(_ text: String) { CGtk_accessible_description(gobject, text) }

    /// Keeps it, and what is in it, from screen readers: for what is there but not to be seen now, which GTK 4.8 does not
    /// tell them by itself.
    package func setAccessibleHidden(_ isHidden: Bool) { CGtk_accessible_hidden(gobject, isHidden ? 1 : 0) }

    /// The value of a scale or a meter in words.
    package func setAccessibleValue(_ text: String) { CGtk_accessible_value_text(gobject, text) }
}
