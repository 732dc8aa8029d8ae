import CGtk
import GLibKit
import GtkKit
import Sockets

/// What the selected event is, and its bytes as text or in hexadecimal.
final class TraceDetail {
    private enum Form: Hashable {
        case text, hexadecimal
    }

    /// Bytes that are shown; a longer piece is told in full by saving.
    private static let mostBytes = 65_536

    private let heading: Widget
    private let bytes: Widget
    private let choice: Choice<Form>
    private var form = Form.text
    private var shown: TraceEvent?

    init(_ builder: Builder) throws(BuilderError) {
        heading = try builder.object("heading", gtk_label_get_type())
        bytes = try builder.object("bytes", gtk_text_view_get_type())
        choice = Choice(try builder.object("form_choice", gtk_drop_down_get_type()))
        choice.show([(.text, tr("Text")), (.hexadecimal, tr("Hexadecimal"))], selected: form)
        choice.onChoice { [weak self] in
            guard let self else { return }
            form = $0
            show(shown)
        }
        show(nil)
    }

    func show(_ event: TraceEvent?) {
        shown = event
        gtk_label_set_text(heading.opaque, event.map { TraceText.what($0) } ?? tr("Select an event to see its bytes."))
        let text = event.map { lines($0).joined(separator: "\n") } ?? ""
        gtk_text_buffer_set_text(gtk_text_view_get_buffer(bytes.pointer()), text, gint(text.utf8.count))
        // Text goes on in the next line, columns of figures do not.
        gtk_text_view_set_wrap_mode(bytes.pointer(), form == .text ? GTK_WRAP_WORD_CHAR : GTK_WRAP_NONE)
    }

    private func lines(_ event: TraceEvent) -> [String] {
        guard case .data(_, let all, let names) = event.kind else { return [] }
        let some = Array(all.prefix(Self.mostBytes))
        let body = form == .text ? TextTraceWriter.lines(some) : HexTraceWriter.lines(some)
        return names.map { "[\(TraceText.name($0))]" } + body
    }
}
