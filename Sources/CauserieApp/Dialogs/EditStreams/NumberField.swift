import CGtk
import GLibKit
import GtkKit

/// A number within a range, to be typed or stepped. What is refused is not set, and the reason stands under it.
final class NumberField {
    private let button: Widget
    private let note: FieldNote
    private let range: ClosedRange<Int>
    private let set: (Int) -> String?
    private var connection: SignalConnection?
    private var shown = 0
    private var isShowing = false
    private var isRefused = false

    /// - Parameters:
    ///   - label: what a screen reader calls it.
    ///   - range: must be the adjustment's.
    ///   - set: sets a number, or gives the reason why not.
    init(
        _ builder: Builder, _ name: String, label: String, range: ClosedRange<Int>, set: @escaping (Int) -> String?
    ) throws(BuilderError) {
        button = try builder.object(name, gtk_spin_button_get_type())
        note = try FieldNote(builder, name, field: button)
        self.range = range
        self.set = set
        button.setAccessibleLabel(label)
        connection = connect(button, "value-changed") { [weak self] in self?.confirmed() }
        connect(button, "changed") { [weak self] in self?.typed() }
    }

    /// Shows what is set. What is being typed stays, unless it is about something else now.
    func show(_ value: Int, isAnother: Bool) {
        guard isAnother || value != shown else { return }
        shown = value
        isRefused = false
        note.clear()
        put(value)
    }

    /// Sets what is typed and not confirmed yet.
    func commit() { gtk_spin_button_update(button.opaque) }

    var isTyping: Bool { text != String(shown) }

    private var text: String { gtk_editable_get_text(button.opaque).map { String(cString: $0) } ?? "" }

    private func put(_ value: Int) {
        isShowing = true
        defer { isShowing = false }
        let set = { gtk_spin_button_set_value(self.button.opaque, Double(value)) }
        if let connection { connection.whileBlocked(set) } else { set() }
    }

    private func confirmed() {
        let value = Int(gtk_spin_button_get_value_as_int(button.opaque))
        guard value != shown else { return }
        if let reason = set(value) {
            // GTK tells of the value once more when this returns.
            isRefused = true
            put(shown)
            note.refuse(reason)
        } else {
            shown = value
            isRefused = false
            note.clear()
        }
    }

    /// Something is typed, or GTK puts the number back that was: then the reason why stays.
    private func typed() {
        guard !isShowing else { return }
        let text = self.text
        let number = Int(text)
        if let number, range.contains(number) {
            if number == shown && isRefused { return }
            note.clear()
            isRefused = false
        } else if !text.isEmpty {
            isRefused = true
            let limits = ["from": String(range.lowerBound), "to": String(range.upperBound)]
            note.refuse(tr("This must be a number from {from} to {to}.", limits))
        }
    }
}
