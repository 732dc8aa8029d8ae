import BusClient
import Conference
import FoundationEssentials
import GLibKit

/// The address book on the bus.
extension PeopleObject {
    func contactMethod(
        _ method: String, _ words: [String], _ arguments: [Variant]
    ) throws(BusFailure) -> BusReply? {
        switch method {
        case "ListContacts":
            let found = book.search(words[0]).map { JSONValue($0, book.presences[$0.id]) }
            return .values([.string(JSONValue.array(found).text())])
        case "ListServerUsers":
            return .values([.string(JSONValue.array(conference.serverUsers.map { JSONValue($0) }).text())])
        case "DescribeContact": return .values([.string(description(of: try findContact(words[0])).text())])
        case "AddContact": return .values([.string(try add(words))])
        case "AddContactOfStream":
            let stream = try conference.findStream(words[0])
            return .values([
                .string(try checked { () throws(ContactProblem) in try conference.addContact(of: stream) }.id)
            ])
        case "AddContactOfCall": return .values([.string(try addContact(ofCall: arguments[0].intValue ?? 0))])
        case "EditContact": try edit(words[0], arguments[1].dictionaryValue ?? [:])
        case "RemoveContact":
            let id = try findContact(words[0]).id
            try checked { () throws(ContactProblem) in try book.remove(id) }
        case "VerifyContact":
            let id = try findContact(words[0]).id
            let isVerified = arguments[1].boolValue ?? false
            try checked { () throws(ContactProblem) in try book.setVerified(isVerified, id) }
        case "ImportContacts": return .values([.string(try importContacts(from: words[0]).text())])
        case "ExportContacts": try exportContacts(to: words[0], version: words[1])
        default: return nil
        }
        return .nothing
    }

    /// By name or id.
    func findContact(_ text: String) throws(BusFailure) -> Contact {
        guard let contact = book[text] ?? book.contact(named: text) else { throw .notFound("contact", text) }
        return contact
    }

    private func checked<Value>(_ change: () throws(ContactProblem) -> Value) throws(BusFailure) -> Value {
        do throws(ContactProblem) {
            return try change()
        } catch { throw BusFailure(error) }
    }

    private func add(_ words: [String]) throws(BusFailure) -> String {
        let photo: ContactDraft.Photo = words[3].isEmpty ? .keep : .replace(try photo(at: words[3]))
        let draft = ContactDraft(name: words[0], address: words[1], note: words[2], photo: photo)
        return try checked { () throws(ContactProblem) in try book.add(draft).id }
    }

    private func addContact(ofCall id: Int) throws(BusFailure) -> String {
        let records = conference.history.records(CallHistory.limit)
        guard let record = records.first(where: { $0.id == id }) else { throw .notFound("call", "\(id)") }
        return try checked { () throws(ContactProblem) in try conference.addContact(of: record).id }
    }

    private func edit(_ name: String, _ changes: [String: Variant]) throws(BusFailure) {
        let contact = try findContact(name)
        var draft = ContactDraft(contact)
        for (key, value) in changes {
            guard let text = value.stringValue else { throw .invalidValue("\(key) must be a text.") }
            switch key {
            case "Name": draft.name = text
            case "Address": draft.address = text
            case "Note": draft.note = text
            case "Photo": draft.photo = text.isEmpty ? .remove : .replace(try photo(at: text))
            default: throw .invalidValue("What can be changed is Name, Address, Note and Photo.")
            }
        }
        try checked { () throws(ContactProblem) in try book.update(contact.id, draft) }
    }

    private func photo(at path: String) throws(BusFailure) -> [UInt8] {
        try RootObject.check(path: path)
        do throws(ContactProblem) {
            return try ContactPhoto.read(path)
        } catch { throw BusFailure(name: BusErrors.file, message: error.description) }
    }

    private func description(of contact: Contact) -> JSONValue {
        JSONValue(contact, book.presences[contact.id], trust: book.trustHistory(of: contact))
    }

    // MARK: Files

    private func importContacts(from path: String) throws(BusFailure) -> JSONValue {
        try RootObject.check(path: path)
        do {
            let result = try book.importContacts(from: path)
            return .object([
                JSONValue.Member("added", .integer(Int64(result.added))),
                JSONValue.Member("known", .integer(Int64(result.known))),
                JSONValue.Member("withoutAddress", .integer(Int64(result.withoutAddress))),
                JSONValue.Member("withoutPhoto", .integer(Int64(result.withoutPhoto))),
            ])
        } catch let problem as ContactProblem {
            throw BusFailure(problem)
        } catch { throw BusFailure(name: BusErrors.file, message: "\(error)") }
    }

    private func exportContacts(to path: String, version: String) throws(BusFailure) {
        try RootObject.check(path: path)
        guard let version = version.isEmpty ? .four : VCardWriter.Version(rawValue: version) else {
            throw .invalidValue("A version of vCard is 3.0 or 4.0.")
        }
        do {
            try book.exportContacts(to: path, version)
        } catch { throw BusFailure(name: BusErrors.file, message: "The file cannot be written.") }
    }
}

extension BusFailure {
    init(_ problem: ContactProblem) {
        let name =
            switch problem {
            case .tooMany: BusErrors.full
            case .notFound: BusErrors.notFound
            case .noKey, .notKept: BusErrors.failed
            default: BusErrors.invalidValue
            }
        self.init(name: name, message: problem.description)
    }
}
