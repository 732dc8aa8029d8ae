import CGLib
import CGtk
import Conference
import GLibKit
import GtkKit

/// The *Contacts* window: everybody in the address book, and the calls that were.
package final class PeopleWindow {
    package let window: GObjectRef
    private let conference: Conference
    private let actions: ActionMap
    private let people: PersonList
    private let found: FoundList
    private let foundBox: Widget
    private let contactList: Widget
    private let calls: CallList
    private let others: ServerUserList
    private let othersBox: Widget
    private let othersTitle: Widget
    private let search: Widget
    private let pages: Widget
    private let listStack: Widget
    private let callStack: Widget
    private let more: Widget
    private let callsPage: Widget
    private let toasts: Widget
    private var dialog: ContactDialog?
    private var observations: [ModelObservation] = []
    private var call: (String) -> Void = { _ in }
    private var closed: () -> Void = {}

    package init(_ conference: Conference) throws(BuilderError) {
        self.conference = conference
        let builder = try Builder(resource: resourcePath("ui/people.ui"))
        window = try builder.retained("people", adw_window_get_type())
        actions = ActionMap(of: Widget(window), prefix: "people")
        let book = conference.contacts
        people = PersonList(try builder.object("contacts", gtk_list_box_get_type()), canMessage: true) { id in
            book[id].flatMap { book.photo(of: $0) }
        }
        found = FoundList(try builder.object("found", gtk_list_box_get_type()))
        foundBox = try builder.object("found_box", gtk_box_get_type())
        contactList = try builder.object("contacts", gtk_list_box_get_type())
        calls = CallList(try builder.object("calls", gtk_list_box_get_type()))
        others = ServerUserList(try builder.object("server_users", gtk_list_box_get_type()))
        othersBox = try builder.object("server_box", gtk_box_get_type())
        othersTitle = try builder.object("server_title", gtk_label_get_type())
        search = try builder.object("search", gtk_search_entry_get_type())
        pages = try builder.object("pages", gtk_stack_get_type())
        listStack = try builder.object("contacts_stack", gtk_stack_get_type())
        callStack = try builder.object("calls_stack", gtk_stack_get_type())
        more = try builder.object("more", gtk_label_get_type())
        callsPage = try builder.object("calls_page", gtk_stack_page_get_type())
        toasts = try builder.object("toasts", adw_toast_overlay_get_type())
        addActions()
        observe()
    }

    /// Calls `handler` with the name or address that a person wants to call.
    package func onCall(_ handler: @escaping (String) -> Void) { call = handler }

    /// Calls back when the window has been closed.
    package func onClose(_ handler: @escaping () -> Void) { closed = handler }

    package func present(over parent: GObjectRef) {
        gtk_window_set_transient_for(window.pointer(), parent.pointer())
        // For the application's actions: writing to somebody.
        gtk_window_set_application(window.pointer(), gtk_window_get_application(parent.pointer()))
        gtk_window_present(window.pointer())
        conference.refreshPresences()
        conference.peopleOnNetwork.refresh()
    }

    package func close() { gtk_window_close(window.pointer()) }

    /// Turns to the calls that were.
    package func showCalls() { gtk_stack_set_visible_child_name(pages.opaque, "calls") }

    // MARK: What is shown

    private var searched: String { gtk_editable_get_text(search.opaque).map { String(cString: $0) } ?? "" }

    private func observe() {
        let (book, history, conference) = (conference.contacts, conference.history, conference)
        people.onChoose { [weak self] in self?.edit($0) }
        people.onCall { [weak self] in self?.callContact($0) }
        found.onCall { [weak self] in self?.call($0) }
        found.onAdd { [weak self] in self?.addFound($0) }
        others.on(.call) { [weak self] in self?.call($0.address) }
        others.on(.add) { [weak self] user in
            self?.openAdded { () throws(ContactProblem) in try conference.addContact(of: user) }
        }
        calls.on(.call) { [weak self] item in if !item.address.isEmpty { self?.call(item.address) } }
        calls.on(.add) { [weak self] in self?.add($0) }
        calls.on(.remove) { history.remove($0.id) }
        connect(search, "search-changed") { [weak self] in self?.showContacts() }
        connect(search, "activate") { [weak self] in
            guard let self, let first = book.items(searched).first else { return }
            edit(first.id)
        }
        connect(pages, "notify::visible-child") { [weak self] in self?.seen() }
        connect(
            window, "close-request",
            returning: { [weak self] _ in
                self?.observations = []
                self?.closed()
                return false
            })
        showContacts()
        showCalls(history.recent.map { CallItem($0, conference.contact(of: $0)) })
        observations = [
            ModelObservation({ book.items() }) { [weak self] _ in self?.showContacts() },
            ModelObservation({ conference.peopleOnNetwork.items() }) { [weak self] _ in self?.showContacts() },
            ModelObservation({ conference.serverUsers }) { [weak self] _ in self?.showContacts() },
            ModelObservation({ history.recent.map { CallItem($0, conference.contact(of: $0)) } }) { [weak self] in
                self?.showCalls($0)
            },
            ModelObservation({ history.missedCount }) { [weak self] count in
                guard let self else { return }
                gtk_stack_page_set_needs_attention(callsPage.opaque, count > 0 ? 1 : 0)
                seen()
            },
        ]
    }

    private func showContacts() {
        let items = conference.contacts.items(searched)
        people.show(items)
        contactList.isVisible = !items.isEmpty
        let near = conference.peopleOnNetwork.items(searched)
        showFound(near)
        let users = conference.serverUsers(finding: searched)
        showOthers(users)
        let isEmpty = items.isEmpty && near.isEmpty && users.isEmpty
        let hasNobody =
            conference.contacts.contacts.isEmpty && conference.peopleOnNetwork.people.isEmpty
            && conference.serverUsers.isEmpty
        let page = hasNobody ? "none" : isEmpty ? "nobody" : "list"
        gtk_stack_set_visible_child_name(listStack.opaque, page)
        let hidden = items.count - PersonList.limit
        more.isVisible = hidden > 0
        gtk_label_set_text(more.opaque, tr("{count} more: search for them", ["count": String(max(0, hidden))]))
        actions.setEnabled("export", !conference.contacts.contacts.isEmpty)
    }

    /// Lists those who are on this network.
    package func showFound(_ items: [FoundItem]) {
        found.show(items)
        foundBox.isVisible = !items.isEmpty
    }

    /// Shows who else is at our server.
    package func showOthers(_ users: [ServerUser]) {
        others.show(users)
        othersBox.isVisible = !users.isEmpty
        let server = users.first.flatMap { CallAddress($0.address) }?.host ?? ""
        gtk_label_set_text(othersTitle.opaque, tr("At {server}", ["server": server]))
    }

    private func showCalls(_ items: [CallItem]) {
        calls.show(items)
        gtk_stack_set_visible_child_name(callStack.opaque, items.isEmpty ? "none" : "list")
        actions.setEnabled("clear", !items.isEmpty)
    }

    /// Whoever looks at the calls has seen which were missed.
    private func seen() {
        let name = gtk_stack_get_visible_child_name(pages.opaque).map { String(cString: $0) }
        if name == "calls", Widget(window).isMapped { conference.history.markSeen() }
    }

    // MARK: Doing

    private func addActions() {
        actions.add("add") { [weak self] in self?.open(nil) }
        actions.add("import") { [weak self] in self?.chooseImport() }
        actions.add("export") { [weak self] in self?.chooseExport() }
        actions.add("clear") { [weak self] in self?.clear() }
        actions.add("search") { [weak self] in
            guard let self else { return }
            gtk_stack_set_visible_child_name(pages.opaque, "contacts")
            search.focus()
        }
    }

    private func callContact(_ id: String) {
        if let contact = conference.contacts[id] { call(contact.callText(conference)) }
    }

    /// At once: the name and address that are announced can be changed later.
    private func addFound(_ id: String) {
        guard let person = conference.peopleOnNetwork[id] else { return }
        do throws(ContactProblem) {
            let contact = try conference.addContact(of: person)
            say(tr("{name} is one of your contacts now.", ["name": contact.name]))
        } catch { say(translated(error.description)) }
    }

    private func edit(_ id: String) {
        if let contact = conference.contacts[id] { open(contact) }
    }

    package func open(_ contact: Contact?) {
        do throws(BuilderError) {
            let dialog = try ContactDialog(conference, contact)
            dialog.onCall { [weak self] in self?.call($0) }
            dialog.onClose { [weak self] in self?.dialog = nil }
            self.dialog = dialog
            dialog.present(over: window)
        } catch { say("\(error)") }
    }

    private func add(_ item: CallItem) {
        openAdded { () throws(ContactProblem) in try conference.addContact(of: item.record) }
    }

    private func openAdded(_ add: () throws(ContactProblem) -> Contact) {
        do throws(ContactProblem) {
            open(try add())
        } catch { say(translated(error.description)) }
    }

    private func clear() {
        QuestionDialog.present(
            tr("Forget Every Call?"), tr("The list of calls will be empty. Your contacts stay."), button: tr("_Forget"),
            over: window
        ) { [conference] in conference.history.removeAll() }
    }

    // MARK: Files

    private static var filter: FileDialog.Filter { FileDialog.Filter(name: tr("Contacts (vCard)"), pattern: "*.vcf") }

    private func chooseImport() {
        FileDialog.open(tr("Import Contacts"), filter: Self.filter, over: window) { [weak self] path in
            self?.importContacts(from: path)
        }
    }

    private func importContacts(from path: String) {
        do {
            let result = try conference.contacts.importContacts(from: path)
            let left = result.known + result.withoutAddress
            say(
                tr(
                    "Contacts added: {added}, left out: {left}",
                    ["added": String(result.added), "left": String(left)]))
        } catch { say(translated("\(error)")) }
    }

    private func chooseExport() {
        FileDialog.save(
            tr("Export Contacts"), suggesting: tr("contacts.vcf"), filter: Self.filter, over: window
        ) { [weak self] path in
            guard let self else { return }
            let isWritten = (try? conference.contacts.exportContacts(to: path)) != nil
            say(isWritten ? tr("The contacts are exported.") : tr("The file cannot be written."))
        }
    }

    private func say(_ text: String) {
        // A toast's title is markup.
        guard let toast = adw_toast_new(escapeMarkup(text)) else { return }
        adw_toast_overlay_add_toast(toasts.opaque, toast)
    }
}

extension Contact {
    /// What calls this contact and nobody else: the name where that is enough, else the address.
    @MainActor package func callText(_ conference: Conference) -> String {
        conference.contact(calledBy: name)?.id == id ? name : address
    }
}
