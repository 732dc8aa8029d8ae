import CGLib
import CGtk
import GLibKit
import GtkKit

/// Another program that has a file to give: by dragging its window's contents, and on the clipboard.
enum Giver {
    static func window(_ path: String) -> GObjectRef {
        let window = GObjectRef(adopting: gtk_window_new())
        gtk_window_set_title(window.pointer(), "Giver")
        gtk_window_set_decorated(window.pointer(), 0)
        gtk_window_set_default_size(window.pointer(), 160, 40)
        let label = Widget(gtk_label_new(path))
        gtk_label_set_ellipsize(label.opaque, PANGO_ELLIPSIZE_START)
        gtk_window_set_child(window.pointer(), label.widget)
        guard let provider = content(path), let source = gtk_drag_source_new() else { return window }
        gtk_drag_source_set_content(source, provider)
        gtk_drag_source_set_actions(source, GDK_ACTION_COPY)
        gtk_widget_add_controller(label.widget, source)
        if let clipboard = gtk_widget_get_clipboard(label.widget) { gdk_clipboard_set_content(clipboard, provider) }
        g_object_unref(provider.gobject)
        gtk_window_present(window.pointer())
        return window
    }

    private static func content(_ path: String) -> UnsafeMutablePointer<GdkContentProvider>? {
        guard let made = g_file_new_for_path(path) else { return nil }
        let file = GObjectRef(adopting: made)
        var files: [OpaquePointer?] = [file.opaque]
        guard let list = gdk_file_list_new_from_array(&files, 1) else { return nil }
        var value = GValue()
        g_value_init(&value, gdk_file_list_get_type())
        defer { g_value_unset(&value) }
        g_value_take_boxed(&value, UnsafeMutableRawPointer(list))
        return gdk_content_provider_new_for_value(&value)
    }
}
