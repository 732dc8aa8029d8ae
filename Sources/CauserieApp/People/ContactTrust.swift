import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// The part of a contact's page that says whose key it is: the key, whether it was verified, and what became of it.
final class ContactTrust {
    private let group: Widget
    private let key: Widget
    private let verified: Widget
    private let list: Widget
    private var rows: [Widget] = []
    private var shown: [IdentityEvent] = []
    private var connection: SignalConnection?

    init(_ builder: Builder) throws(BuilderError) {
        group = try builder.object("trust_group", gtk_widget_get_type())
        key = try builder.object("key", gtk_label_get_type())
        verified = try builder.object("verified", gtk_switch_get_type())
        list = try builder.object("trust_history", gtk_list_box_get_type())
        verified.setAccessibleLabel(tr("Verified"))
    }

    func onVerify(_ handler: @escaping (Bool) -> Void) {
        connection = connect(verified, "notify::active") { [weak self] in
            guard let self else { return }
            handler(gtk_switch_get_active(verified.opaque) != 0)
        }
    }

    func show(_ contact: Contact?, _ events: [IdentityEvent]) {
        group.isVisible = contact?.fingerprint != nil || !events.isEmpty
        gtk_label_set_text(key.opaque, contact?.fingerprint ?? "")
        let isVerified = contact?.isVerified == true
        let set = { [verified] in gtk_switch_set_active(verified.opaque, isVerified ? 1 : 0) }
        if let connection { connection.whileBlocked(set) } else { set() }
        verified.isSensitive = contact?.fingerprint != nil
        showHistory(events)
    }

    private func showHistory(_ events: [IdentityEvent]) {
        guard events != shown else { return }
        for row in rows { gtk_list_box_remove(list.opaque, row.widget) }
        shown = events
        rows = events.reversed().map { event in
            let row = Widget(gtk_list_box_row_new())
            let box = Widget(gtk_box_new(GTK_ORIENTATION_VERTICAL, 0))
            let (what, detail) = (RowParts.label(), RowParts.label("caption", "dim-label"))
            gtk_label_set_text(what.opaque, translated(event.what.sentence))
            gtk_label_set_text(detail.opaque, "\(CallItem.time(event.date)) · \(Self.short(event.fingerprint))")
            RowParts.append([what, detail], to: box)
            RowParts.setMargins(box, 8)
            gtk_list_box_row_set_child(row.pointer(), box.widget)
            row.tooltip = event.fingerprint
            gtk_list_box_row_set_activatable(row.pointer(), 0)
            gtk_list_box_append(list.opaque, row.widget)
            return row
        }
        list.isVisible = !events.isEmpty
    }

    /// Enough to tell two keys apart at a glance.
    private static func short(_ fingerprint: String) -> String {
        let pairs = fingerprint.split(separator: " ").last ?? ""
        return pairs.prefix(23) + "…"
    }
}
