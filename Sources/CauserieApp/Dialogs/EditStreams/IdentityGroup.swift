import CGtk
import Conference
import GLibKit
import GtkKit

/// Who the stream is, whom it calls, and whether it can be called.
final class IdentityGroup: StreamGroup {
    let root: GObjectRef
    private let editing: StreamEditing
    private let name: TextField
    private let identifier: TextField
    private let address: TextField
    private let timeout: NumberField
    private let detection: SwitchField
    private let call: Widget

    init(_ editing: StreamEditing) throws(BuilderError) {
        self.editing = editing
        let builder = try Builder(resource: resourcePath("ui/edit-streams-identity.ui"))
        root = try builder.retained("group", adw_preferences_group_get_type())
        name = try TextField(builder, "name", label: tr("Name of the Stream")) {
            (text) throws(StreamTextProblem) in
            try editing.change(tr("Name")) { (stream) throws(StreamTextProblem) in try stream.rename(to: text) }
        }
        identifier = try TextField(builder, "identifier", label: tr("Identifier Shown to Others")) {
            (text) throws(StreamTextProblem) in
            try editing.change(tr("Identifier")) { (stream) throws(StreamTextProblem) in
                try stream.identify(as: text)
            }
        }
        address = try TextField(builder, "address", label: tr("Address")) { (text) throws(StreamTextProblem) in
            try editing.change(tr("Address")) { (stream) throws(StreamTextProblem) in
                try stream.note(address: text)
            }
        }
        timeout = try NumberField(builder, "timeout", label: tr("Timeout"), range: 1...300) { value in
            editing.change(tr("Timeout"), of: "timeout") { $0.timeout = value }
            return nil
        }
        detection = try SwitchField(builder, "detection", label: tr("Detect Incoming Streams")) { isOn in
            editing.change(tr("Detection")) { $0.detection = isOn }
        }
        call = try builder.object("call", gtk_button_get_type())
        connect(call, "clicked") { [weak self] in self?.callOrHangUp() }
        address.onChange { [weak self] in self?.showCall() }
    }

    func show(_ now: StreamSnapshot, before: StreamSnapshot?) {
        let isAnother = before == nil
        name.show(now.name, isAnother: isAnother)
        identifier.show(now.identifier, isAnother: isAnother)
        address.show(now.address, isAnother: isAnother)
        timeout.show(now.timeout, isAnother: isAnother)
        detection.show(now.detection)
        showCall()
    }

    func commit() {
        for field in [name, identifier, address] { field.commit() }
        timeout.commit()
    }

    var isTyping: Bool { name.isTyping || identifier.isTyping || address.isTyping || timeout.isTyping }

    /// Lets the person type another name for the stream.
    func rename() { name.focus() }

    // MARK: Calling

    private func showCall() {
        let isBusy = editing.stream?.state.isBusy ?? false
        let label = isBusy ? tr("Hang Up") : tr("Call")
        call.setAccessibleLabel(label)
        call.tooltip = isBusy ? label : tr("Call This Address")
        gtk_button_set_icon_name(call.pointer(), isBusy ? "causerie-hang-up-symbolic" : "causerie-call-symbolic")
        call.set(class: "error", isBusy)
        call.isSensitive = isBusy || !address.current.isEmpty
    }

    private func callOrHangUp() {
        guard let stream = editing.stream else { return }
        if stream.state == .incoming {
            stream.reject()
        } else if stream.state.isBusy {
            stream.disconnect()
        } else if address.commit() {
            stream.connect(to: stream.address)
        } else {
            address.focus()
        }
    }
}
