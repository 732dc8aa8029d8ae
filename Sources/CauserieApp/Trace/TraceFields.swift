import CGtk
import GLibKit
import GtkKit

/// The form of a trace's route. It cannot be changed while the trace runs.
final class TraceFields {
    private typealias Field = TraceForm.Field

    private let window: GObjectRef
    private let form: Widget
    private var rows: [Field: (row: Widget, note: FieldNote)] = [:]
    private let udp: Widget
    private let fromClient: Widget
    private let toServer: Widget
    private let check: Widget
    private let groups: [Widget]

    private static let names: [(field: TraceForm.Field, name: String)] = [
        (.port, "port"), (.address, "address"), (.server, "server"), (.certificate, "certificate"), (.key, "key"),
        (.authorities, "authorities"), (.clientCertificate, "client_certificate"), (.clientKey, "client_key"),
    ]

    init(_ builder: Builder, window: GObjectRef) throws(BuilderError) {
        self.window = window
        form = try builder.widget("form")
        udp = try builder.object("udp", gtk_switch_get_type())
        fromClient = try builder.object("tls_from_client", gtk_switch_get_type())
        toServer = try builder.object("tls_to_server", gtk_switch_get_type())
        check = try builder.object("check", gtk_switch_get_type())
        groups = [try builder.widget("client_tls_group"), try builder.widget("server_tls_group")]
        for (field, name) in Self.names { try add(field, name, builder) }
        for control in [udp, fromClient, toServer] {
            connect(control, "notify::active") { [weak self] in self?.showWhatMatters() }
        }
        show(TraceForm())
    }

    private func add(_ field: Field, _ name: String, _ builder: Builder) throws(BuilderError) {
        let row = try builder.object(name, adw_entry_row_get_type())
        let text = gtk_editable_get_delegate(row.opaque).map { Widget($0) } ?? row
        let title = adw_preferences_row_get_title(row.pointer()).map { String(cString: $0) } ?? ""
        text.setAccessibleLabel(title)
        let note = try FieldNote(builder, name, field: row, control: text)
        connect(row, "changed") { note.clear() }
        connect(row, "entry-activated") { [weak self] in self?.activated?() }
        rows[field] = (row, note)
        guard let browse = try? builder.object(name + "_browse", gtk_button_get_type()) else { return }
        connect(browse, "clicked") { [weak self] in
            guard let self else { return }
            let filter = FileDialog.Filter(name: tr("Certificates and Keys (PEM)"), pattern: "*")
            FileDialog.open(title, filter: filter, over: self.window) { gtk_editable_set_text(row.opaque, $0) }
        }
    }

    private var activated: (() -> Void)?

    /// Calls `handler` when Enter is pressed in a field.
    func onActivate(_ handler: @escaping () -> Void) { activated = handler }

    var isEditable: Bool {
        get { form.isSensitive }
        set { form.isSensitive = newValue }
    }

    /// What is filled in.
    var filled: TraceForm {
        var filled = TraceForm()
        filled.port = text(.port)
        filled.address = text(.address)
        filled.server = text(.server)
        filled.isDatagram = isOn(udp)
        filled.speaksTLSToClients = isOn(fromClient)
        filled.certificate = text(.certificate)
        filled.key = text(.key)
        filled.speaksTLSToServer = isOn(toServer)
        filled.checksServer = isOn(check)
        filled.authorities = text(.authorities)
        filled.clientCertificate = text(.clientCertificate)
        filled.clientKey = text(.clientKey)
        return filled
    }

    func show(_ filled: TraceForm) {
        let texts: [Field: String] = [
            .port: filled.port, .address: filled.address, .server: filled.server, .certificate: filled.certificate,
            .key: filled.key, .authorities: filled.authorities, .clientCertificate: filled.clientCertificate,
            .clientKey: filled.clientKey,
        ]
        for (field, text) in texts {
            if let row = rows[field]?.row { gtk_editable_set_text(row.opaque, text) }
        }
        let switches = [
            (udp, filled.isDatagram), (fromClient, filled.speaksTLSToClients), (toServer, filled.speaksTLSToServer),
            (check, filled.checksServer),
        ]
        for (control, isOn) in switches { gtk_switch_set_active(control.opaque, isOn ? 1 : 0) }
        showWhatMatters()
    }

    /// Marks the field at fault and says why.
    func refuse(_ problem: TraceForm.Problem) {
        guard let (row, note) = rows[problem.field] else { return }
        note.refuse(problem.reason)
        row.focus()
    }

    func clearNotes() {
        for (_, note) in rows.values { note.clear() }
    }

    /// What has no meaning with the switches as they are cannot be used.
    private func showWhatMatters() {
        for group in groups { group.isSensitive = !isOn(udp) }
        for field in [Field.certificate, .key] { rows[field]?.row.isSensitive = isOn(fromClient) }
        for field in [Field.authorities, .clientCertificate, .clientKey] {
            rows[field]?.row.isSensitive = isOn(toServer)
        }
        check.isSensitive = isOn(toServer)
    }

    private func text(_ field: Field) -> String {
        rows[field].flatMap { gtk_editable_get_text($0.row.opaque) }.map { String(cString: $0) } ?? ""
    }

    private func isOn(_ control: Widget) -> Bool { gtk_switch_get_active(control.opaque) != 0 }
}
