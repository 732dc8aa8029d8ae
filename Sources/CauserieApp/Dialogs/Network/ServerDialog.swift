import CGtk
import Conference
import GLibKit
import GtkKit

/// Asks for one STUN or TURN server.
package final class ServerDialog {
    package let window: GObjectRef
    private let kind: Choice<ServerForm.Kind>
    private let rows: [String: Widget]
    private let problem: Widget
    private var form: ServerForm
    private let save: (NetworkSettings.Server) throws -> Void

    /// - Parameter save: takes what was filled in; its error is shown, and the dialog stays.
    package init(_ form: ServerForm, _ save: @escaping (NetworkSettings.Server) throws -> Void) throws(BuilderError) {
        self.form = form
        self.save = save
        let builder = try Builder(resource: resourcePath("ui/server.ui"))
        window = try builder.retained("server", adw_window_get_type())
        kind = Choice(try builder.object("kind", adw_combo_row_get_type()))
        var rows: [String: Widget] = [:]
        for name in ["host", "port", "user", "password"] {
            rows[name] = try builder.object(name, adw_entry_row_get_type())
        }
        self.rows = rows
        problem = try builder.object("problem", gtk_label_get_type())
        let names = [
            ServerForm.Kind.stun: tr("STUN"), .turnUDP: tr("TURN over UDP"), .turnTCP: tr("TURN over TCP"),
            .turnTLS: tr("TURN over TLS"),
        ]
        kind.show(ServerForm.Kind.allCases.map { ($0, names[$0] ?? "") }, selected: form.kind)
        kind.onChoice { [weak self] in
            self?.form.kind = $0
            self?.showUser()
        }
        set("host", form.host)
        set("port", form.port)
        set("user", form.user)
        set("password", form.password)
        connect(try builder.object("save", gtk_button_get_type()), "clicked") { [weak self] in self?.finish() }
        connect(try builder.object("cancel", gtk_button_get_type()), "clicked") { [weak self] in
            if let self { gtk_window_close(window.pointer()) }
        }
        showUser()
    }

    package func present(over parent: GObjectRef) {
        gtk_window_set_transient_for(window.pointer(), parent.pointer())
        gtk_window_present(window.pointer())
    }

    private func set(_ name: String, _ text: String) {
        if let row = rows[name] { gtk_editable_set_text(row.opaque, text) }
    }

    private func text(_ name: String) -> String {
        rows[name].flatMap { gtk_editable_get_text($0.opaque) }.map { String(cString: $0) } ?? ""
    }

    private func showUser() {
        for name in ["user", "password"] { rows[name]?.isVisible = form.isRelay }
    }

    private func finish() {
        form.host = text("host")
        form.port = text("port")
        form.user = text("user")
        form.password = text("password")
        guard let server = form.server else {
            let isUserMissing = form.isRelay && form.user.isEmpty
            return say(
                isUserMissing
                    ? translated("\(NetworkSettingsProblem.userMissing)")
                    : tr("This is no name or address of a server, or no port of 1 to 65535."))
        }
        do {
            try save(server)
            gtk_window_close(window.pointer())
        } catch { say(translated("\(error)")) }
    }

    private func say(_ text: String) {
        gtk_label_set_text(problem.opaque, text)
        problem.isVisible = true
    }
}
