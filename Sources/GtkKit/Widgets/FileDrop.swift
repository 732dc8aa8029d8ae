import CGLib
import CGtk
import GLibKit

/// Lets files be dragged onto a widget from a file manager. While they are over it, its style has `:drop(active)`.
package enum FileDrop {
    /// - Parameters:
    ///   - isPossible: whether they would go anywhere now; if not, the pointer says so.
    ///   - dropped: called with the paths of those that are on a disk, when there are any.
    package static func install(
        on widget: Widget, isPossible: @escaping () -> Bool, dropped: @escaping ([String]) -> Void
    ) {
        guard let target = gtk_drop_target_new(gdk_file_list_get_type(), GDK_ACTION_COPY) else { return }
        connect(
            target, "accept",
            returning: { arguments in
                guard isPossible(), let drop = arguments.object(0) else { return false }
                let formats = gdk_drop_get_formats(OpaquePointer(drop))
                return gdk_content_formats_contain_gtype(formats, gdk_file_list_get_type()) != 0
            })
        // A link that is dragged out of a page comes as a list too: only who has read it knows.
        gtk_drop_target_set_preload(target, 1)
        connect(target, "notify::value") { [target] in
            guard let value = gtk_drop_target_get_value(target), FilePaths.paths(in: value).isEmpty else { return }
            gtk_drop_target_reject(target)
        }
        connect(
            target, "drop",
            returning: { arguments in
                guard let value = arguments.pointer(0)?.assumingMemoryBound(to: GValue.self) else { return false }
                let paths = FilePaths.paths(in: value)
                guard !paths.isEmpty, isPossible() else { return false }
                dropped(paths)
                return true
            })
        // Before an entry below it, which would take the files' names, offered beside them, for a text.
        gtk_event_controller_set_propagation_phase(target, GTK_PHASE_CAPTURE)
        gtk_widget_add_controller(widget.widget, target)
    }
}
