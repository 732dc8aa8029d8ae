/// Contacts in calls: calling them by name, knowing them, and making one of whoever is there.
extension Conference {
    /// The contact that a text calls; nil when it calls an address of no contact, or nobody.
    ///
    /// A contact's name comes before a host of that name: it is the user's own word. What can only be an address is one: a
    /// caller who is called `bank.example.org` and was made a contact must not stand in for that host.
    package func contact(calledBy text: String) -> Contact? {
        if let address = CallAddress(text), address.isLiteral || text.contains(where: { $0 == "." || $0 == ":" }) {
            return nil
        }
        let name = text.drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed()
        return contacts.contact(named: String(name))
    }

    /// Whether a text is an address or a contact's name.
    package func canCall(_ text: String) -> Bool { contact(calledBy: text) != nil || CallAddress(text) != nil }

    /// The contact that a call of before was with; nil for a stranger.
    package func contact(of record: CallRecord) -> Contact? {
        if let contact = record.contact.flatMap({ contacts[$0] }) { return contact }
        return record.fingerprint.flatMap { contacts.contact(withFingerprint: $0) }
    }

    /// Whether whoever is at the other end can be made a contact.
    package func canAddContact(of stream: Stream) -> Bool {
        stream.contact == nil && !stream.isTestCall && draft(of: stream) != nil
    }

    fileprivate func draft(of stream: Stream) -> ContactDraft? {
        draft(name: stream.remoteIdentifier ?? "", address: stream.remoteAddress ?? "")
    }

    /// Nil without an address.
    func draft(name: String, address: String) -> ContactDraft? {
        guard CallAddress(address) != nil else { return nil }
        let name = SignalingText.name(name.isEmpty ? address : name)
        var free = name
        var number = 2
        while contacts.contact(named: free) != nil {
            free = "\(name) \(number)"
            number += 1
        }
        return ContactDraft(name: free, address: address)
    }

    /// Makes whoever is at the other end of a stream a contact, with the key that was shown.
    @discardableResult package func addContact(of stream: Stream) throws(ContactProblem) -> Contact {
        if let contact = stream.contact { return contact }
        guard let draft = draft(of: stream) else { throw .addressMissing }
        let contact = try contacts.add(draft, fingerprint: stream.remoteIdentity?.fingerprint)
        stream.contactID = contact.id
        history.assign(contact)
        return contact
    }

    /// Makes whoever a call of before was with a contact, with the key that was shown then.
    @discardableResult package func addContact(of record: CallRecord) throws(ContactProblem) -> Contact {
        if let contact = contact(of: record) { return contact }
        guard let draft = draft(name: record.name, address: record.address) else { throw .addressMissing }
        let contact = try contacts.add(draft, fingerprint: record.fingerprint)
        history.assign(contact)
        return contact
    }

    /// The user has compared the digits with the person at the other end: a contact from now on, if not before.
    package func verify(_ stream: Stream) throws(ContactProblem) {
        guard stream.verification != nil, let fingerprint = stream.remoteIdentity?.fingerprint else { throw .noKey }
        let contact = try addContact(of: stream)
        contacts.pin(fingerprint, to: contact.id)
        try contacts.setVerified(true, contact.id)
    }
}

extension Stream {
    /// Whether whoever is at the other end, or was in the last call, can be made a contact.
    package var canAddContact: Bool { conference?.canAddContact(of: self) ?? false }
}

extension Conference {
    /// Contacts that a person may want first: those of the last calls, then the others by name. Who can be reached makes no
    /// difference, so that nobody moves under the pointer.
    package func contactsAtHand(_ count: Int) -> [Contact] {
        var seen: Set<String> = []
        let recent = history.recent.compactMap(\.contact).compactMap { contacts[$0] }
        return Array((recent + contacts.contacts).lazy.filter { seen.insert($0.id).inserted }.prefix(count))
    }
}
