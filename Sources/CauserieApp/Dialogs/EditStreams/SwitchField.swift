import CGtk
import GLibKit
import GtkKit

/// Something that is on or off.
final class SwitchField {
    private let control: Widget
    private var connection: SignalConnection?

    /// - Parameters:
    ///   - label: what a screen reader calls it.
    ///   - set: called with what a person wants.
    init(
        _ builder: Builder, _ name: String, label: String, set: @escaping (Bool) -> Void
    ) throws(BuilderError) {
        control = try builder.object(name, gtk_switch_get_type())
        control.setAccessibleLabel(label)
        let control = self.control
        connection = connect(control, "notify::active") { set(gtk_switch_get_active(control.opaque) != 0) }
    }

    func show(_ isOn: Bool) {
        connection?.whileBlocked { gtk_switch_set_active(control.opaque, isOn ? 1 : 0) }
    }

    var isSensitive: Bool {
        get { control.isSensitive }
        set { control.isSensitive = newValue }
    }
}

extension Choice {
    /// A row of a dialog with a list of values.
    ///
    /// - Parameters:
    ///   - label: what a screen reader calls it.
    ///   - set: called with each value that a person chooses.
    convenience init(
        _ builder: Builder, _ name: String, label: String, set: @escaping (Value) -> Void
    ) throws(BuilderError) {
        let row = try builder.object(name, adw_combo_row_get_type())
        row.setAccessibleLabel(label)
        self.init(row)
        onChoice(set)
    }
}
