/// Where contacts are in a list, by everything that one is found by: thousands of them are imported, and looked up for
/// every line of a history.
struct ContactIndex: Sendable {
    private var ids: [String: Int] = [:]
    private var names: [String: Int] = [:]
    private var places: [CallAddress: Int] = [:]
    private var fingerprints: [String: Int] = [:]

    init(_ contacts: [Contact]) {
        for (place, contact) in contacts.enumerated() {
            ids[contact.id] = place
            names[ContactText.key(contact.name)] = place
            if let address = contact.place { places[address] = place }
            // Two contacts with one key: the first is who calls.
            if let fingerprint = contact.fingerprint, fingerprints[fingerprint] == nil {
                fingerprints[fingerprint] = place
            }
        }
    }

    subscript(id: String) -> Int? { ids[id] }
    subscript(name name: String) -> Int? { names[ContactText.key(name)] }
    subscript(place: CallAddress) -> Int? { places[place] }
    subscript(fingerprint fingerprint: String) -> Int? { fingerprints[fingerprint] }
}
