import RTC
import Transport

/// Being found on the network, and what follows of others being there.
extension Conference {
    var keyIdentifier: String? { identity?.fingerprint.keyIdentifier }

    /// What others on the network are told; nil for nothing: while no stream waits for calls, while the user is invisible,
    /// and while nobody shall learn where this host is.
    var ownService: OwnService? {
        guard isOpen, status != .invisible, !networkSettings.relayOnly, let port = listeningPort,
            streams.contains(where: \.detection), let keyIdentifier
        else { return nil }
        let name = SignalingText.name(streams.first?.identifier ?? "")
        return OwnService(name: name.isEmpty ? "Causerie" : name, keyIdentifier: keyIdentifier, port: port)
    }

    /// The networks that this computer is on, as far as calls may use them.
    var localNetworks: LocalNetworks {
        let names = networkSettings.interfaces
        return LocalNetworks.present(allowed: names.isEmpty ? nil : Set(names))
    }

    /// Contacts are on this network: they can be called, until a look at them says more.
    func seenOnNetwork(_ ids: [String]) {
        for id in ids where contacts.presences[id].map({ !$0.canBeCalled || $0 == .unasked }) ?? true {
            contacts.presences[id] = .reachable
        }
    }

    /// Makes somebody who is on this network a contact. The key is pinned by the first call.
    @discardableResult package func addContact(of person: PersonOnNetwork) throws(ContactProblem) -> Contact {
        if let contact = person.contactID.flatMap({ contacts[$0] }) { return contact }
        guard let draft = draft(name: person.name, address: person.address) else { throw .addressMissing }
        return try contacts.add(draft)
    }
}
