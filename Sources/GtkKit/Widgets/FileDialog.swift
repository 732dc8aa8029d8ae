import CGLib
import CGtk
import GLibKit

/// The desktop's own dialog for a file to open or to save to.
package enum FileDialog {
    /// Which files are offered: a name for people, and the names that fit.
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
    ///
    /// - Parameter folder: where it begins to look, if that is there.
    package static func save(
        _ title: String, suggesting name: String, filter: Filter? = nil, in folder: String? = nil,
        over parent: GObjectRef, _ handler: @escaping (String) -> Void
    ) {
        guard let dialog = make(title, GTK_FILE_CHOOSER_ACTION_SAVE, filter, parent) else { return }
        gtk_file_chooser_set_current_name(dialog.opaque, name)
        if let folder, let place = g_file_new_for_path(folder) {
            _ = try? GLibError.check { gtk_file_chooser_set_current_folder(dialog.opaque, place, $0) }
            g_object_unref(UnsafeMutableRawPointer(place))
        }
        run(dialog) { $0.first.map(handler) }
    }

    /// Asks for a file to open; `handler` is called with its path, or not at all.
    package static func open(
        _ title: String, filter: Filter, over parent: GObjectRef, _ handler: @escaping (String) -> Void
    ) {
        guard let dialog = make(title, GTK_FILE_CHOOSER_ACTION_OPEN, filter, parent) else { return }
        run(dialog) { $0.first.map(handler) }
    }

    /// Asks for any number of files; `handler` is called with their paths, or not at all.
    package static func openSeveral(
        _ title: String, over parent: GObjectRef, _ handler: @escaping ([String]) -> Void
    ) {
        guard let dialog = make(title, GTK_FILE_CHOOSER_ACTION_OPEN, nil, parent) else { return }
        gtk_file_chooser_set_select_multiple(dialog.opaque, 1)
        run(dialog, handler)
    }

    /// Asks for a folder; `handler` is called with its path, or not at all.
    package static func folder(
        _ title: String, over parent: GObjectRef, _ handler: @escaping (String) -> Void
    ) {
        guard let dialog = make(title, GTK_FILE_CHOOSER_ACTION_SELECT_FOLDER, nil, parent) else { return }
        run(dialog) { $0.first.map(handler) }
    }

    private static func make(
        _ title: String, _ action: GtkFileChooserAction, _ filter: Filter?, _ parent: GObjectRef
    ) -> GObjectRef? {
        guard let created = gtk_file_chooser_native_new(title, parent.pointer(), action, nil, nil) else { return nil }
        let dialog = GObjectRef(adopting: created)
        if let filter, let made = gtk_file_filter_new() {
            let kind = GObjectRef(adopting: made)
            gtk_file_filter_set_name(made, filter.name)
            gtk_file_filter_add_pattern(made, filter.pattern)
            gtk_file_chooser_add_filter(dialog.opaque, kind.opaque)
        }
        gtk_native_dialog_set_modal(dialog.pointer(), 1)
        return dialog
    }

    /// The dialog lives until it is answered.
    private static func run(_ dialog: GObjectRef, _ handler: @escaping ([String]) -> Void) {
        var kept: GObjectRef? = dialog
        connect(
            dialog, "response",
            with: { arguments in
                guard let dialog = kept else { return }
                kept = nil
                guard arguments.int(0) == Int(GTK_RESPONSE_ACCEPT.rawValue),
                    let files = gtk_file_chooser_get_files(dialog.opaque)
                else { return }
                let list = GObjectRef(adopting: files)
                let paths = (0..<g_list_model_get_n_items(list.opaque)).compactMap { index in
                    g_list_model_get_item(list.opaque, index).flatMap { FilePaths.path(of: GObjectRef(adopting: $0)) }
                }
                if !paths.isEmpty { handler(paths) }
            })
        gtk_native_dialog_show(dialog.pointer())
    }
}
