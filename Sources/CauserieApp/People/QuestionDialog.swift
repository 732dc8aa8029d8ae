import CGLib
import CGtk
import GLibKit
import GtkKit

/// Asks before something is gone.
enum QuestionDialog {
    /// - Parameters:
    ///   - button: what it does, in a word.
    ///   - act: called if the answer is yes.
    static func present(
        _ heading: String, _ body: String, button: String, over parent: GObjectRef, act: @escaping () -> Void
    ) {
        guard let dialog = adw_message_dialog_new(parent.pointer(), heading, nil) else { return }
        let widget = Widget(dialog)
        adw_message_dialog_set_body(widget.pointer(), body)
        adw_message_dialog_add_response(widget.pointer(), "cancel", tr("_Cancel"))
        adw_message_dialog_add_response(widget.pointer(), "act", button)
        adw_message_dialog_set_response_appearance(widget.pointer(), "act", ADW_RESPONSE_DESTRUCTIVE)
        adw_message_dialog_set_default_response(widget.pointer(), "cancel")
        adw_message_dialog_set_close_response(widget.pointer(), "cancel")
        connect(
            widget, "response",
            with: { arguments in
                if arguments.string(0) == "act" { act() }
            })
        gtk_window_present(widget.pointer())
    }
}
