import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// Where a message is written: grows to five lines; Enter sends, Shift+Enter begins a line. Faces that are typed become
/// pictures, which Ctrl+Z or Backspace takes back.
final class MessageComposer {
    private let view: Widget
    private let placeholder: Widget
    private let sendButton: Widget
    private let buffer: UnsafeMutablePointer<GtkTextBuffer>?
    private var hasTypedSpace = false
    /// Where the face ends that was shown last: a Backspace there takes it back.
    private var replacedEnd: Int32?
    /// The person wants the punctuation.
    private var isFaceRefused = false

    var onSend: (String) -> Void = { _ in }
    var onTyping: (Bool) -> Void = { _ in }
    /// The up arrow in an empty entry: the last message again.
    var onRecall: () -> Void = {}
    var onEscape: () -> Bool = { false }
    /// Whether what was copied is no text, and taken care of.
    var onPaste: () -> Bool = { false }

    init(_ builder: Builder) throws(BuilderError) {
        view = try builder.object("entry", gtk_text_view_get_type())
        placeholder = try builder.object("placeholder", gtk_label_get_type())
        sendButton = try builder.object("send_button", gtk_button_get_type())
        buffer = gtk_text_view_get_buffer(view.pointer())
        let emoji = try builder.object("emoji_button", gtk_menu_button_get_type())
        if let chooser = gtk_emoji_chooser_new() {
            gtk_menu_button_set_popover(emoji.opaque, chooser)
            connect(chooser, "emoji-picked", with: { [weak self] in self?.insert($0.string(0) ?? "") })
        }
        connect(sendButton, "clicked") { [weak self] in self?.send() }
        connect(view, "paste-clipboard") { [weak self] in
            guard let self, onPaste() else { return }
            g_signal_stop_emission_by_name(view.gobject, "paste-clipboard")
        }
        watchKeys()
        watchText()
        changed()
    }

    var text: String {
        get {
            var (start, end) = (GtkTextIter(), GtkTextIter())
            gtk_text_buffer_get_bounds(buffer, &start, &end)
            guard let text = gtk_text_buffer_get_text(buffer, &start, &end, 0) else { return "" }
            defer { g_free(text) }
            return String(cString: text)
        }
        set {
            gtk_text_buffer_set_text(buffer, newValue, -1)
            var end = GtkTextIter()
            gtk_text_buffer_get_end_iter(buffer, &end)
            gtk_text_buffer_place_cursor(buffer, &end)
        }
    }

    func focus() { view.focus() }

    func setEnabled(_ isEnabled: Bool) {
        view.isSensitive = isEnabled
        changed()
    }

    func insert(_ text: String) {
        gtk_text_buffer_begin_user_action(buffer)
        gtk_text_buffer_insert_at_cursor(buffer, text, -1)
        gtk_text_buffer_end_user_action(buffer)
        view.focus()
    }

    private func send() {
        let text = isFaceRefused ? text : Emoticon.replacingLast(in: text)
        guard ChatText.isAllowed(text) else { return }
        onSend(String(text.reversed().drop(while: \.isWhitespace).reversed()))
        view.focus()
    }

    private func changed() {
        let text = text
        placeholder.isVisible = text.isEmpty
        sendButton.isSensitive = view.isSensitive && ChatText.isAllowed(text)
    }

    // MARK: Keys

    private func watchKeys() {
        guard let keys = gtk_event_controller_key_new() else { return }
        gtk_event_controller_set_propagation_phase(keys, GTK_PHASE_CAPTURE)
        connect(
            keys, "key-pressed",
            returning: { [weak self] arguments in
                guard let self, let key = arguments.int(0), let state = arguments.int(2) else { return false }
                return pressed(UInt32(clamping: key), UInt32(clamping: state), keys)
            })
        gtk_widget_add_controller(view.widget, keys)
    }

    private func pressed(_ key: UInt32, _ state: UInt32, _ keys: OpaquePointer) -> Bool {
        let modifiers = state & (GDK_SHIFT_MASK.rawValue | GDK_CONTROL_MASK.rawValue | GDK_ALT_MASK.rawValue)
        switch key {
        case UInt32(GDK_KEY_Return), UInt32(GDK_KEY_KP_Enter), UInt32(GDK_KEY_ISO_Enter):
            guard modifiers == 0 else { return false }
            // An input method may have words to finish.
            if let event = gtk_event_controller_get_current_event(keys),
                gtk_text_view_im_context_filter_keypress(view.pointer(), event) != 0
            {
                return true
            }
            send()
            return true
        case UInt32(GDK_KEY_BackSpace):
            guard modifiers == 0, let end = replacedEnd, end == cursor else { return false }
            replacedEnd = nil
            gtk_text_buffer_undo(buffer)
            isFaceRefused = true
            return true
        case UInt32(GDK_KEY_Up):
            guard modifiers == 0, text.isEmpty else { return false }
            onRecall()
            return true
        case UInt32(GDK_KEY_Escape): return onEscape()
        default: return false
        }
    }

    private var cursor: Int32 {
        var place = GtkTextIter()
        gtk_text_buffer_get_iter_at_mark(buffer, &place, gtk_text_buffer_get_insert(buffer))
        return gtk_text_iter_get_offset(&place)
    }

    // MARK: Faces

    private func watchText() {
        guard let buffer else { return }
        connect(buffer, "changed") { [weak self] in
            guard let self else { return }
            changed()
            onTyping(!text.isEmpty)
        }
        connect(
            buffer, "insert-text", after: true,
            with: { [weak self] in
                let inserted = $0.string(1)
                self?.replacedEnd = nil
                self?.isFaceRefused = false
                self?.hasTypedSpace = inserted == " " || inserted == "\n"
            })
        // After the buffer's own handler, so that the face is a change of its own to take back.
        connect(buffer, "end-user-action", after: true) { [weak self] in self?.showFace() }
    }

    /// A space is typed: the face before it, if there is one, becomes a picture, as a change of its own.
    private func showFace() {
        guard hasTypedSpace, let buffer else { return }
        hasTypedSpace = false
        let end = cursor
        guard end > 1 else { return }
        var (from, to) = (GtkTextIter(), GtkTextIter())
        gtk_text_buffer_get_iter_at_offset(buffer, &from, max(end - 6, 0))
        gtk_text_buffer_get_iter_at_offset(buffer, &to, end - 1)
        guard let raw = gtk_text_buffer_get_text(buffer, &from, &to, 0) else { return }
        defer { g_free(raw) }
        guard let (length, emoji) = Emoticon.atEnd(of: String(cString: raw)) else { return }
        gtk_text_buffer_get_iter_at_offset(buffer, &from, end - 1 - Int32(length))
        gtk_text_buffer_begin_user_action(buffer)
        gtk_text_buffer_delete(buffer, &from, &to)
        gtk_text_buffer_insert(buffer, &from, emoji, -1)
        gtk_text_buffer_end_user_action(buffer)
        hasTypedSpace = false
        replacedEnd = cursor
    }
}
