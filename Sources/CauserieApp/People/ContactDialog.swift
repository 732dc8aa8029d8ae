import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// A contact's page: name, address, note and picture to be edited, its keys, and the calls with it.
package final class ContactDialog {
    package let window: GObjectRef
    private let conference: Conference
    /// Nil for a new one.
    private let id: String?
    private let form: ContactForm
    private let trust: ContactTrust
    private let calls: CallList
    private let callsGroup: Widget
    private var observations: [ModelObservation] = []
    private var call: (String) -> Void = { _ in }
    private var closed: () -> Void = {}

    private var book: ContactBook { conference.contacts }

    package init(_ conference: Conference, _ contact: Contact?) throws(BuilderError) {
        self.conference = conference
        id = contact?.id
        let builder = try Builder(resource: resourcePath("ui/contact.ui"))
        window = try builder.retained("contact", adw_window_get_type())
        form = try ContactForm(builder, contact, photo: contact.flatMap { conference.contacts.photo(of: $0) })
        trust = try ContactTrust(builder)
        calls = CallList(try builder.object("contact_calls", gtk_list_box_get_type()))
        callsGroup = try builder.object("calls_group", gtk_widget_get_type())
        gtk_window_set_title(window.pointer(), contact?.name ?? tr("New Contact"))
        try builder.widget("remove").isVisible = contact != nil
        addActions()
        observe()
    }

    /// Calls back with the address when the person is to be called.
    package func onCall(_ handler: @escaping (String) -> Void) { call = handler }

    func onClose(_ handler: @escaping () -> Void) { closed = handler }

    package func present(over parent: GObjectRef) {
        gtk_window_set_transient_for(window.pointer(), parent.pointer())
        gtk_window_present(window.pointer())
        if id == nil { form.focus() }
    }

    // MARK: What is shown

    private func observe() {
        form.onChange { [weak self] in self?.changed() }
        calls.on(.call) { [weak self] in self?.call($0.address) }
        connect(
            window, "close-request",
            returning: { [weak self] _ in
                self?.observations = []
                self?.closed()
                return false
            })
        trust.onVerify { [weak self] isVerified in
            guard let self, let id = self.id else { return }
            try? self.book.setVerified(isVerified, id)
        }
        let (book, conference) = (conference.contacts, conference)
        show(self.id.flatMap { book[$0] })
        guard let id = self.id else { return }
        observations = [
            ModelObservation({ book[id] }) { [weak self] contact in
                // Somebody else has removed it.
                guard let self else { return }
                if contact == nil { gtk_window_close(window.pointer()) } else { show(contact) }
            },
            ModelObservation({ conference.history.recent.first?.id }) { [weak self] _ in self?.show(book[id]) },
        ]
    }

    private func show(_ contact: Contact?) {
        trust.show(contact, contact.map { book.trustHistory(of: $0) } ?? [])
        let records = contact.map { conference.history.records(20, contact: $0.id) } ?? []
        calls.show(records.map { CallItem($0, contact) })
        callsGroup.isVisible = !records.isEmpty
        changed()
    }

    /// What is wrong while somebody types is said when they save; what has been said and is right now goes.
    private func changed() { form.recheck { [book, id] in book.problem(with: $0, for: id) } }

    // MARK: Doing

    private func addActions() {
        let actions = ActionMap(of: Widget(window), prefix: "contact")
        actions.add("save") { [weak self] in self?.save() }
        actions.add("remove") { [weak self] in self?.askToRemove() }
        actions.add("choose-photo") { [weak self] in self?.choosePhoto() }
        actions.add("remove-photo") { [weak self] in self?.form.setPhoto(.remove, shown: nil) }
        form.onActivate { [weak self] in self?.save() }
    }

    /// Keeps what is typed, or says in its place why not.
    package func save() {
        do throws(ContactProblem) {
            if let id { try book.update(id, form.draft) } else { try book.add(form.draft) }
            gtk_window_close(window.pointer())
        } catch { form.refuse(error) }
    }

    private func askToRemove() {
        guard let contact = id.flatMap({ book[$0] }) else { return }
        QuestionDialog.present(
            tr("Remove {name}?", ["name": contact.name]),
            tr(
                "The contact, its note and picture and what is known of its key are removed. The calls stay in the history."
            ),
            button: tr("_Remove"), over: window
        ) { [weak self] in
            guard let self else { return }
            try? book.remove(contact.id)
            gtk_window_close(window.pointer())
        }
    }

    private func choosePhoto() {
        let filter = FileDialog.Filter(name: tr("Pictures"), pattern: "*.[pPjJ][nNpP][gGeE]*")
        FileDialog.open(tr("Choose a Picture"), filter: filter, over: window) { [weak self] path in
            guard let self else { return }
            do throws(ContactProblem) {
                let bytes = try ContactPhoto.read(path)
                guard let scaled = Picture.scaled(bytes) else { throw .photoUnreadable }
                form.setPhoto(.replace(scaled), shown: scaled)
            } catch { form.refuse(error) }
        }
    }
}
