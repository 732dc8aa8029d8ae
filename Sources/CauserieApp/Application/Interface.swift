import CGLib
import CGtk
import CResources
import GLibKit
import GtkKit

/// What every window of this program has in common: resources, style, keys.
package enum Interface {
    /// The keys of DESIGN §2b, by action.
    package static let keys: [(action: String, keys: [String])] = [
        ("app.new-window", ["<Primary>n"]),
        ("app.reopen-window", ["<Primary><Shift>t"]),
        ("win.add-pane", ["<Primary><Shift>n"]),
        ("win.undo", ["<Primary>z"]),
        ("win.redo", ["<Primary><Shift>z", "<Primary>y"]),
        ("win.focus-address", ["<Primary>l"]),
        ("win.answer", ["<Primary>Return", "<Primary>KP_Enter"]),
        ("win.hang-up", ["<Primary>h"]),
        ("win.microphone", ["<Primary>m"]),
        ("win.camera", ["<Primary>k"]),
        ("win.contacts", ["<Primary>b"]),
        ("win.statistics", ["<Primary>i"]),
        ("win.edit-streams", ["<Primary>e"]),
        ("win.chat", ["F9"]),
        ("app.conversations", ["<Primary><Shift>c"]),
        ("app.transfers", ["<Primary>j"]),
        ("win.fullscreen", ["F11"]),
        ("win.show-help-overlay", ["<Primary>question"]),
        ("app.preferences", ["<Primary>comma"]),
        ("window.close", ["<Primary>w"]),
        ("app.quit", ["<Primary>q"]),
    ]

    /// Prepares an `AdwApplication` before it starts: style, icons and the shortcuts window come from the resources under
    /// the program's own name, whichever profile's identifier it has.
    package static func prepare(_ application: GObjectRef) {
        CResources_register()
        g_application_set_resource_base_path(application.pointer(), "/org/causerie/Causerie")
        connect(application, "startup", after: true) { [unowned application] in
            CopiedFiles.register()
            gtk_window_set_default_icon_name("org.causerie.Causerie")
            for (action, keys) in keys { setKeys(application, action, keys) }
        }
    }
}
