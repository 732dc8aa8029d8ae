import CGLib
import CGtk
import GLibKit
import GtkKit

/// Another program that has things to give, each by dragging its label, and on the clipboard once the label is clicked.
enum Giver {
    /// What a label gives.
    enum Kind: String {
        /// Files, as GTK 4 gives them.
        case files
        /// Files with their names beside them as a text, as file managers do.
        case named
        /// Files as file managers of GTK 3 copy them.
        case copied
        case text
        /// A link, as browsers give it: a list of addresses, none of a file, and a text.
        case link
        /// A picture of 4x4.
        case picture
    }

    /// A window with a label of 100 pixels for each kind.
    ///
    /// - Parameter paths: of the files.
    static func window(_ kinds: [Kind], _ paths: [String]) -> GObjectRef {
        let window = GObjectRef(adopting: gtk_window_new())
        gtk_window_set_title(window.pointer(), "Giver")
        gtk_window_set_decorated(window.pointer(), 0)
        gtk_window_set_default_size(window.pointer(), Int32(clamping: 100 * kinds.count), 40)
        let box = Widget(gtk_box_new(GTK_ORIENTATION_HORIZONTAL, 0))
        gtk_box_set_homogeneous(box.pointer(), 1)
        gtk_window_set_child(window.pointer(), box.widget)
        for kind in kinds {
            let label = Widget(gtk_label_new(kind.rawValue))
            gtk_box_append(box.pointer(), label.widget)
            if let provider = content(kind, paths) { give(provider, label) }
        }
        gtk_window_present(window.pointer())
        return window
    }

    private static func give(_ provider: Provider, _ label: Widget) {
        guard let source = gtk_drag_source_new(), let click = gtk_gesture_click_new() else { return }
        gtk_drag_source_set_content(source, provider)
        gtk_drag_source_set_actions(source, GDK_ACTION_COPY)
        gtk_widget_add_controller(label.widget, source)
        let kept = GObjectRef(adopting: UnsafeMutableRawPointer(provider))
        connect(click, "pressed") { [kept] in
            guard let clipboard = gtk_widget_get_clipboard(label.widget) else { return }
            gdk_clipboard_set_content(clipboard, kept.pointer())
            report("copied", gtk_label_get_text(label.opaque).map { String(cString: $0) } ?? "")
        }
        gtk_widget_add_controller(label.widget, OpaquePointer(click.gobject))
    }

    private typealias Provider = UnsafeMutablePointer<GdkContentProvider>

    private static func content(_ kind: Kind, _ paths: [String]) -> Provider? {
        switch kind {
        case .files: files(paths)
        case .named: union(files(paths), text(paths.joined(separator: " ")))
        case .copied:
            bytes("copy\n" + paths.map(address).joined(separator: "\n"), "x-special/gnome-copied-files")
        case .text: text("no file at all")
        case .link: union(bytes("https://example.org/a\r\n", "text/uri-list"), text("https://example.org/a"))
        case .picture: picture()
        }
    }

    private static func files(_ paths: [String]) -> Provider? {
        let files = paths.compactMap { path in g_file_new_for_path(path).map { GObjectRef(adopting: $0) } }
        var pointers: [OpaquePointer?] = files.map(\.opaque)
        guard let list = gdk_file_list_new_from_array(&pointers, gsize(pointers.count)) else { return nil }
        var value = GValue()
        g_value_init(&value, gdk_file_list_get_type())
        defer { g_value_unset(&value) }
        g_value_take_boxed(&value, UnsafeMutableRawPointer(list))
        return gdk_content_provider_new_for_value(&value)
    }

    private static func text(_ text: String) -> Provider? {
        var value = GValue()
        g_value_init(&value, CGLib_type_string())
        defer { g_value_unset(&value) }
        g_value_set_string(&value, text)
        return gdk_content_provider_new_for_value(&value)
    }

    private static func bytes(_ text: String, _ type: String) -> Provider? {
        let bytes = Array(text.utf8).withUnsafeBytes { g_bytes_new($0.baseAddress, gsize($0.count)) }
        defer { g_bytes_unref(bytes) }
        return gdk_content_provider_new_for_bytes(type, bytes)
    }

    private static func picture() -> Provider? {
        let pixels = Array(repeating: [UInt8](arrayLiteral: 200, 60, 30, 255), count: 16).flatMap { $0 }
        let bytes = pixels.withUnsafeBytes { g_bytes_new($0.baseAddress, gsize($0.count)) }
        defer { g_bytes_unref(bytes) }
        guard let texture = gdk_memory_texture_new(4, 4, GDK_MEMORY_R8G8B8A8, bytes, 16) else { return nil }
        let kept = GObjectRef(adopting: UnsafeMutableRawPointer(texture))
        var value = GValue()
        g_value_init(&value, gdk_texture_get_type())
        defer { g_value_unset(&value) }
        g_value_set_object(&value, kept.gobject)
        return gdk_content_provider_new_for_value(&value)
    }

    /// Both, the first before the second. Takes them.
    private static func union(_ first: Provider?, _ second: Provider?) -> Provider? {
        var both = [first, second]
        return gdk_content_provider_new_union(&both, 2)
    }

    private static func address(_ path: String) -> String {
        guard let text = g_filename_to_uri(path, nil, nil) else { return "" }
        defer { g_free(text) }
        return String(cString: text)
    }
}
