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
        connect(
            target, "drop",
            returning: { arguments in
                guard let value = arguments.pointer(0)?.assumingMemoryBound(to: GValue.self) else { return false }
                let paths = FilePaths.paths(in: value)
                guard !paths.isEmpty, isPossible() else { return false }
                dropped(paths)
                return true
            })
        gtk_widget_add_controller(widget.widget, target)
    }
}
