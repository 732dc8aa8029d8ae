import BusClient
import Conference
import GLibKit
import Observation

/// `/org/causerie/Causerie/people`: contacts, the user's own status, and the calls that were.
final class PeopleObject: BusInterface {
    let conference: Conference
    private let connection: BusConnection
    private var last: [String: Variant] = [:]
    private var observations: [Task<Void, Never>] = []

    init(_ conference: Conference, connection: BusConnection) {
        self.conference = conference
        self.connection = connection
        last = allProperties
        observe()
    }

    isolated deinit {
        for observation in observations { observation.cancel() }
    }

    var introspection: String { Introspection.people }
    var book: ContactBook { conference.contacts }

    func call(_ method: String, _ arguments: [Variant]) throws(BusFailure) -> BusReply {
        // The bus has checked how many there are, and their types.
        let words = arguments.map { $0.stringValue ?? "" }
        var reply = try contactMethod(method, words, arguments)
        if reply == nil { reply = try callMethod(method, arguments) }
        if reply == nil { reply = try networkMethod(method, words) }
        guard let reply else { throw .unknownMethod(method) }
        return reply
    }

    private func callMethod(_ method: String, _ arguments: [Variant]) throws(BusFailure) -> BusReply? {
        switch method {
        case "ListCalls":
            let name = arguments[1].stringValue ?? ""
            let contact = name.isEmpty ? nil : try findContact(name).id
            let records = conference.history.records(
                arguments[0].intValue ?? 0, contact: contact, missedOnly: arguments[2].boolValue ?? false)
            let calls = records.map { JSONValue($0, contact: conference.contact(of: $0)) }
            return .values([.string(JSONValue.array(calls).text())])
        case "RemoveCall":
            guard conference.history.remove(Int64(arguments[0].intValue ?? 0)) else {
                throw .notFound("call", arguments[0].text)
            }
        case "ClearCalls": conference.history.removeAll()
        case "MarkCallsSeen": conference.history.markSeen()
        default: return nil
        }
        return .nothing
    }

    private func networkMethod(_ method: String, _ words: [String]) throws(BusFailure) -> BusReply? {
        let people = conference.peopleOnNetwork.people
        switch method {
        case "ListPeopleOnNetwork":
            conference.peopleOnNetwork.refresh()
            let found = people.map { JSONValue($0, $0.contactID.flatMap { book[$0] }) }
            return .values([.string(JSONValue.array(found).text())])
        case "AddContactOnNetwork":
            let named = people.filter { $0.id == words[0] || $0.name == words[0] }
            guard let person = named.first, named.count == 1 else { throw .notFound("person", words[0]) }
            do throws(ContactProblem) {
                return .values([.string(try conference.addContact(of: person).id)])
            } catch { throw BusFailure(error) }
        default: return nil
        }
    }

    // MARK: Properties

    var allProperties: [String: Variant] {
        [
            "Status": .string(conference.status.rawValue),
            "MissedCalls": .uint32(UInt32(clamping: conference.history.missedCount)),
        ]
    }

    func property(_ name: String) throws(BusFailure) -> Variant {
        guard let value = allProperties[name] else { throw .unknownProperty(name) }
        return value
    }

    func setProperty(_ name: String, to value: Variant) throws(BusFailure) {
        guard name == "Status" else { throw .unknownProperty(name) }
        guard let status = UserStatus(rawValue: value.stringValue ?? "") else {
            let words = UserStatus.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalidValue("A status is one of \(words).")
        }
        conference.status = status
    }

    // MARK: Signals

    private func observe() {
        let properties = Observations { [weak self] in self?.allProperties ?? [:] }
        let contacts = Observations { [conference] in
            [
                conference.contacts.contacts.hashValue, conference.contacts.presences.hashValue,
                conference.rendezvous.users.hashValue,
            ]
        }
        let people = Observations { [conference] in conference.peopleOnNetwork.people }
        let calls = Observations { [conference] in conference.history.recent.map(\.id) }
        observations = [
            Task { [weak self] in
                for await now in properties { self?.tell(now) }
            },
            // What is there at the beginning is no change.
            Task { [weak self] in
                for await _ in contacts.dropFirst() { self?.tell("ContactsChanged") }
            },
            Task { [weak self] in
                for await _ in people.dropFirst() { self?.tell("PeopleOnNetworkChanged") }
            },
            Task { [weak self] in
                for await _ in calls.dropFirst() { self?.tell("CallsChanged") }
            },
        ]
    }

    private func tell(_ signal: String) {
        connection.emit(BusAddress.peoplePath, BusAddress.peopleInterface, signal, [])
    }

    private func tell(_ now: [String: Variant]) {
        let changed = now.filter { last[$0.key] != $0.value }
        last = now
        guard !changed.isEmpty else { return }
        connection.emit(
            BusAddress.peoplePath, "org.freedesktop.DBus.Properties", "PropertiesChanged",
            [.string(BusAddress.peopleInterface), .dictionary(changed), .strings([])])
    }
}
