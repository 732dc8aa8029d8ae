import CGLib
import CGtk
import GLibKit
import GtkKit

/// Lets panes of this program be dragged onto each other: the one that is let go takes the other's place.
enum PaneDrag {
    /// Before a pane's identifier, so that no other text is taken for one.
    private static let prefix = "causerie-pane:"

    /// - Parameters:
    ///   - identifier: of the pane.
    ///   - dropped: called on the pane that another one, by its identifier, is let go over; returns whether it goes there.
    static func install(on pane: Widget, identifier: String, dropped: @escaping (String) -> Bool) {
        guard let source = gtk_drag_source_new(),
            let target = gtk_drop_target_new(CGLib_type_string(), GDK_ACTION_MOVE)
        else { return }
        gtk_drag_source_set_actions(source, GDK_ACTION_MOVE)
        gtk_drag_source_set_content(source, content(identifier))
        connect(source, "drag-begin") { [source] in
            guard let picture = gtk_widget_paintable_new(pane.widget) else { return }
            gtk_drag_source_set_icon(source, picture, 24, 24)
            g_object_unref(UnsafeMutableRawPointer(picture))
        }
        // From this program alone: another one's text is no pane.
        connect(
            target, "accept",
            returning: { arguments in
                guard let drop = arguments.object(0), gdk_drop_get_drag(OpaquePointer(drop)) != nil else {
                    return false
                }
                let formats = gdk_drop_get_formats(OpaquePointer(drop))
                return gdk_content_formats_contain_gtype(formats, CGLib_type_string()) != 0
            })
        connect(
            target, "drop",
            returning: { arguments in
                guard let value = arguments.pointer(0)?.assumingMemoryBound(to: GValue.self),
                    let text = g_value_get_string(value).map({ String(cString: $0) }), text.hasPrefix(prefix)
                else { return false }
                let moved = String(text.dropFirst(prefix.count))
                return moved != identifier && dropped(moved)
            })
        gtk_widget_add_controller(pane.widget, source)
        gtk_widget_add_controller(pane.widget, target)
    }

    private static func content(_ identifier: String) -> UnsafeMutablePointer<GdkContentProvider>? {
        var value = GValue()
        g_value_init(&value, CGLib_type_string())
        defer { g_value_unset(&value) }
        g_value_set_string(&value, prefix + identifier)
        return gdk_content_provider_new_for_value(&value)
    }
}
