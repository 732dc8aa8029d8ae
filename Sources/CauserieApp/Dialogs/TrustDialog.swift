import CGLib
import CGtk
import GLibKit
import GtkKit

/// Asks whether somebody's new identity key is to be trusted: the one question that a changed key raises.
package enum TrustDialog {
    /// Shows the question about the key that answers at an address; `trust` is called if the answer is yes.
    package static func present(
        address: String, fingerprint: String, over parent: GObjectRef, trust: @escaping () -> Void
    ) {
        let heading = tr("Trust the New Key?")
        let changed = tr(
            "The computer at {address} shows another identity key than before. That is so after a new installation, or when somebody else answers in its place. Ask the person there for this number before you trust it:",
            ["address": address])
        let missing = tr(
            "Whoever answers at {address} shows no identity key, as a browser does. Before, somebody with a key was there. Trust this only if you know why.",
            ["address": address])
        let body = fingerprint.isEmpty ? missing : changed
        guard let dialog = adw_message_dialog_new(parent.pointer(), heading, nil) else { return }
        let widget = Widget(dialog)
        adw_message_dialog_set_body(widget.pointer(), body)
        if !fingerprint.isEmpty { adw_message_dialog_set_extra_child(widget.pointer(), label(fingerprint).widget) }
        adw_message_dialog_add_response(widget.pointer(), "cancel", tr("_Cancel"))
        adw_message_dialog_add_response(widget.pointer(), "trust", tr("_Trust and Call"))
        adw_message_dialog_set_response_appearance(widget.pointer(), "trust", ADW_RESPONSE_DESTRUCTIVE)
        adw_message_dialog_set_default_response(widget.pointer(), "cancel")
        adw_message_dialog_set_close_response(widget.pointer(), "cancel")
        connect(
            widget, "response",
            with: { arguments in
                if arguments.string(0) == "trust" { trust() }
            })
        gtk_window_present(widget.pointer())
    }

    private static func label(_ text: String) -> Widget {
        let label = Widget(gtk_label_new(text))
        gtk_label_set_selectable(label.opaque, 1)
        gtk_label_set_wrap(label.opaque, 1)
        gtk_label_set_wrap_mode(label.opaque, PANGO_WRAP_CHAR)
        gtk_label_set_max_width_chars(label.opaque, 32)
        gtk_label_set_justify(label.opaque, GTK_JUSTIFY_CENTER)
        label.set(class: "monospace", true)
        return label
    }
}
