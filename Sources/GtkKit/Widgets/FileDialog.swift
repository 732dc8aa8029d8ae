import CGLib
import CGtk
import GLibKit

/// The desktop's own dialog for a file to open or to save to.
package enum FileDialog {
    package struct Filter {
        package var name: String
        /// `*.png`
        package var pattern: String

        package init(name: String, pattern: String) {
            self.name = name
            self.pattern = pattern
        }
    }

    /// Asks for a file to save to; `handler` is called with its path, or not at all.
    package static func save(
        _ title: String, suggesting name: String, filter: Filter, over parent: GObjectRef,
        _ handler: @escaping (String) -> Void
    ) {
        guard let dialog = make(title, GTK_FILE_CHOOSER_ACTION_SAVE, filter, parent) else { return }
        gtk_file_chooser_set_current_name(dialog.opaque, name)
        run(dialog, handler)
    }

    /// Asks for a file to open; `handler` is called with its path, or not at all.
    package static func open(
        _ title: String, filter: Filter, over parent: GObjectRef, _ handler: @escaping (String) -> Void
    ) {
        guard let dialog = make(title, GTK_FILE_CHOOSER_ACTION_OPEN, filter, parent) else { return }
        run(dialog, handler)
    }

    private static func make(
        _ title: String, _ action: GtkFileChooserAction, _ filter: Filter, _ parent: GObjectRef
    ) -> GObjectRef? {
        guard let created = gtk_file_chooser_native_new(title, parent.pointer(), action, nil, nil) else { return nil }
        let dialog = GObjectRef(adopting: created)
        if let made = gtk_file_filter_new() {
            let kind = GObjectRef(adopting: made)
            gtk_file_filter_set_name(made, filter.name)
            gtk_file_filter_add_pattern(made, filter.pattern)
            gtk_file_chooser_add_filter(dialog.opaque, kind.opaque)
        }
        gtk_native_dialog_set_modal(dialog.pointer(), 1)
        return dialog
    }

    /// The dialog lives until it is answered.
    private static func run(_ dialog: GObjectRef, _ handler: @escaping (String) -> Void) {
        var kept: GObjectRef? = dialog
        connect(
            dialog, "response",
            with: { arguments in
                guard let dialog = kept else { return }
                kept = nil
                guard arguments.int(0) == Int(GTK_RESPONSE_ACCEPT.rawValue),
                    let file = gtk_file_chooser_get_file(dialog.opaque)
                else { return }
                defer { g_object_unref(UnsafeMutableRawPointer(file)) }
                guard let path = g_file_get_path(file) else { return }
                defer { g_free(path) }
                handler(String(cString: path))
            })
        gtk_native_dialog_show(dialog.pointer())
    }
}
