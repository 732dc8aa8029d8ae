import RTC

/// Somebody at our server who is no contact.
package struct ServerUser: Hashable, Sendable {
    /// As the server says.
    package var name: String
    /// `name@host:port`
    package var address: String

    package init(name: String, address: String) { (self.name, self.address) = (name, address) }
}

/// Who is at our server, and how they are.
extension Conference {
    /// Those at our server who are no contacts, in the order in which they came.
    package var serverUsers: [ServerUser] {
        rendezvous.users.compactMap { name in
            guard let address = rendezvous.address(of: name), contacts.contact(at: address) == nil else { return nil }
            return ServerUser(name: name, address: address.description)
        }
    }

    /// Those of them in whose name a text is found, whatever case and marks.
    package func serverUsers(finding text: String) -> [ServerUser] {
        let text = ContactText.folded(String(text.prefix(256)))
        return serverUsers.filter { text.isEmpty || ContactText.folded($0.name).contains(text) }
    }

    /// Makes somebody at our server a contact, with the key that was shown there if ever.
    @discardableResult package func addContact(of user: ServerUser) throws(ContactProblem) -> Contact {
        guard let draft = draft(name: user.name, address: user.address) else { throw .addressInvalid }
        return try contacts.add(draft)
    }

    /// What the server's list says of a name there, without asking anybody.
    func listedPresence(_ address: CallAddress) -> Presence {
        guard rendezvous.isAtHome(address), rendezvous.state == .connected else {
            return .serverNotConnected(address.host)
        }
        guard let person = address.person, rendezvous.users.contains(person) else { return .notSignedIn(address.host) }
        return .reachable
    }

    /// How a contact is who is called by name.
    func presenceAtServer(_ address: CallAddress, of contact: Contact) async -> Presence {
        let listed = listedPresence(address)
        guard listed == .reachable, let person = address.person,
            let key = contact.fingerprint.flatMap({ DTLSFingerprint(parsing: $0) })
        else { return listed }
        let word = await rendezvous.askPresence(person, expected: key)
        // They may have gone meanwhile.
        return word.map { Presence($0) } ?? listedPresence(address)
    }

    /// How a contact is who was not reached directly, by the name at our server that they once told; nil when that tells
    /// nothing: a name alone is no person.
    func presenceElsewhere(_ contact: Contact) async -> Presence? {
        guard let place = serverPlace(of: contact), listedPresence(place) == .reachable, let person = place.person,
            let key = contact.fingerprint.flatMap({ DTLSFingerprint(parsing: $0) }),
            let word = await rendezvous.askPresence(person, expected: key)
        else { return nil }
        return Presence(word)
    }

    /// The name at our server that a contact with another address has told us.
    func serverPlace(of contact: Contact) -> CallAddress? {
        guard let key = contact.fingerprint.flatMap({ DTLSFingerprint(parsing: $0) }),
            let place = chat.lines.line(with: key).flatMap({ CallAddress($0.record.server) }),
            rendezvous.isAtHome(place)
        else { return nil }
        return place
    }
}
