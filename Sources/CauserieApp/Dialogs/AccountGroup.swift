import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// The preferences of calls through a server: which one, and by which name.
package final class AccountGroup {
    /// Takes an account, nil for none; says what is wrong with it, or nil.
    package typealias Apply = (RendezvousAccount?) -> String?

    var apply: Apply?
    var onProblem: ((String) -> Void)?
    private let group: Widget
    private let server: Widget
    private let name: Widget
    private var shown: RendezvousAccount?

    init(_ builder: Builder) throws(BuilderError) {
        group = try builder.object("account", adw_preferences_group_get_type())
        server = try builder.object("account_server", adw_entry_row_get_type())
        name = try builder.object("account_name", adw_entry_row_get_type())
        for row in [server, name] {
            connect(row, "apply") { [weak self] in self?.applied() }
        }
    }

    /// Shows what is set, and how it fares. What a person is writing stays.
    func show(_ account: RendezvousAccount?, note: String) {
        adw_preferences_group_set_description(group.pointer(), escapeMarkup(note))
        guard account != shown else { return }
        shown = account
        gtk_editable_set_text(server.opaque, account?.server ?? "")
        gtk_editable_set_text(name.opaque, account?.name ?? "")
    }

    private static func text(_ row: Widget) -> String {
        let text = gtk_editable_get_text(row.opaque).map { String(cString: $0) } ?? ""
        return String(text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }

    /// One without the other is half an account: nothing is set yet, and nothing is wrong.
    private func applied() {
        let account = RendezvousAccount(server: Self.text(server), name: Self.text(name))
        let isNone = account.server.isEmpty
        if !isNone && account.name.isEmpty { return }
        let problem = apply?(isNone ? nil : account)
        server.set(class: "error", problem != nil)
        if let problem {
            onProblem?(problem)
        } else {
            shown = isNone ? nil : account
        }
    }
}
