import CGLib
import CGtk
import GLibKit
import GtkKit

/// The about window.
package enum AboutDialog {
    /// What this program is, as `--version` says it too.
    package nonisolated static let version = "0.1"

    package static func present(over parent: GObjectRef) {
        guard let about = adw_about_window_new() else { return }
        let window = Widget(about)
        adw_about_window_set_application_name(window.opaque, "Causerie")
        adw_about_window_set_application_icon(window.opaque, "org.causerie.Causerie")
        adw_about_window_set_version(window.opaque, version)
        adw_about_window_set_developer_name(window.opaque, tr("The Causerie contributors"))
        adw_about_window_set_comments(window.opaque, tr("Talk face to face, from computer to computer."))
        adw_about_window_set_license_type(window.opaque, GTK_LICENSE_APACHE_2_0)
        // Translators: your own names, one a line, each with an address if you like; they show in the about window.
        let translators = tr("translator-credits")
        if translators != "translator-credits" { adw_about_window_set_translator_credits(window.opaque, translators) }
        gtk_window_set_modal(window.pointer(), 1)
        gtk_window_set_transient_for(window.pointer(), parent.pointer())
        gtk_window_present(window.pointer())
    }
}
