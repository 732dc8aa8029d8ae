import RTC

/// Whom a script or a person means.
extension Chat {
    /// The conversation with whoever is at an address: the one whose key is known, or who answers there now.
    package func conversation(
        atAddress text: String, in conference: Conference
    ) async throws(ChatProblem) -> Conversation {
        guard let address = CallAddress(text) else { throw .unknownPerson }
        // Whose key is known there comes before whoever says that they are there.
        if let identity = conference.expectedIdentity(at: address) {
            return try open(fingerprint: identity.description, address: address.description)
        }
        if let known = known(at: address) { return known }
        do throws(DialFailure) {
            let connection = try await conference.dialConversation(address, expected: nil)
            let identity = connection.remoteIdentity
            conference.known.remember(identity, at: address)
            let origin: ConversationLinkOrigin = address.person == nil ? .dialed : .dialedThroughServer
            lines.adopt(DirectLink(connection, origin), address: address.description)
            return try found(identity)
        } catch { throw .neverReached(error.reason) }
    }

    /// The first who was ever met there.
    private func known(at address: CallAddress) -> Conversation? {
        known.values.filter { $0.isMet(at: address) }.min { $0.id < $1.id }
    }

    private func found(_ identity: DTLSFingerprint) throws(DialFailure) -> Conversation {
        guard let line = lines.line(with: identity) else {
            throw DialFailure(reason: .localError("no conversation"), presented: nil, detail: "no conversation")
        }
        return conversation(line)
    }

    /// The conversation with the correspondent of a stream: of its call, or at the address that it called last. Nil
    /// where there is none yet.
    package func conversation(of stream: Stream) -> Conversation? {
        if let identity = stream.remoteIdentity {
            return try? open(
                fingerprint: identity.fingerprint, name: stream.remoteIdentifier ?? "",
                address: stream.call?.destination?.description ?? "")
        }
        guard let address = CallAddress(stream.lastAddress) else { return nil }
        return known(at: address)
    }

    /// What scripts name: a stream, a contact, a fingerprint, a name, or an address.
    package func conversation(
        named who: String, in conference: Conference
    ) async throws(ChatProblem) -> Conversation {
        if let stream = conference.stream(named: who) {
            if let conversation = conversation(of: stream) { return conversation }
            guard !stream.lastAddress.isEmpty else { throw .unknownPerson }
            return try await conversation(atAddress: stream.lastAddress, in: conference)
        }
        // The user's own word for somebody comes before what others call themselves.
        if let contact = conference.contact(calledBy: who) {
            return try await conversation(with: contact, in: conference)
        }
        if let conversation = known(named: who) { return conversation }
        return try await conversation(atAddress: who, in: conference)
    }

    /// The conversation with a contact: with the key pinned, or whoever answers at the address for the first time.
    package func conversation(
        with contact: Contact, in conference: Conference
    ) async throws(ChatProblem) -> Conversation {
        guard let fingerprint = contact.fingerprint else {
            let conversation = try await conversation(atAddress: contact.address, in: conference)
            // As with a call: whoever is met at a contact's address for the first time is the contact.
            if conference.contacts[contact.id]?.fingerprint == nil {
                conference.contacts.pin(conversation.fingerprint, to: contact.id)
            }
            return conversation
        }
        return try open(fingerprint: fingerprint, name: contact.name, address: contact.place?.description ?? "")
    }

    /// The same among those that there are, without reaching for anybody.
    package func known(named who: String) -> Conversation? {
        if let conversation = conversation(withFingerprint: who) { return conversation }
        if let address = CallAddress(who), let conversation = known(at: address) { return conversation }
        // A name is what its owner says: it means somebody only while one alone has it.
        let named = known.values.filter { !$0.name.isEmpty && $0.name == who }
        return named.count == 1 ? named.first : nil
    }
}
