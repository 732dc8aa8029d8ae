import CGLib
import CGtk
import GLibKit
import GtkKit

/// Shows the digits of a call, for two people to compare by voice.
package enum VerifyDialog {
    /// - Parameters:
    ///   - digits: in groups, as both sides show them.
    ///   - verify: called when the user says that they are the same.
    package static func present(name: String, digits: String, over parent: GObjectRef, verify: @escaping () -> Void) {
        let heading = tr("Verify {name}", ["name": name])
        let body = tr(
            "Read these digits to each other. {name} finds the same ones at the same place. If they differ, somebody sits between you and listens.",
            ["name": name])
        guard let dialog = adw_message_dialog_new(parent.pointer(), heading, nil) else { return }
        let widget = Widget(dialog)
        adw_message_dialog_set_body(widget.pointer(), body)
        let label = Widget(gtk_label_new(digits))
        gtk_label_set_selectable(label.opaque, 1)
        gtk_label_set_wrap(label.opaque, 1)
        gtk_label_set_justify(label.opaque, GTK_JUSTIFY_CENTER)
        gtk_label_set_max_width_chars(label.opaque, 16)
        for name in ["title-2", "numeric"] { label.set(class: name, true) }
        label.setAccessibleDescription(tr("The digits of this call"))
        adw_message_dialog_set_extra_child(widget.pointer(), label.widget)
        adw_message_dialog_add_response(widget.pointer(), "cancel", tr("_Not Now"))
        adw_message_dialog_add_response(widget.pointer(), "verify", tr("They Are the _Same"))
        adw_message_dialog_set_response_appearance(widget.pointer(), "verify", ADW_RESPONSE_SUGGESTED)
        adw_message_dialog_set_default_response(widget.pointer(), "cancel")
        adw_message_dialog_set_close_response(widget.pointer(), "cancel")
        connect(
            widget, "response",
            with: { arguments in
                if arguments.string(0) == "verify" { verify() }
            })
        gtk_window_present(widget.pointer())
    }
}
