import RTC

/// How the chat reaches others, and is reached.
extension Conference {
    func makeChat() -> Chat {
        let lines = ConversationLines(
            database, identity: identity?.fingerprint, logger: logger,
            introduce: { [weak self] in self?.introduction ?? ConversationLines.Introduction() },
            dial: { [weak self] (address, identity) async throws(DialFailure) in
                guard let self else {
                    throw DialFailure(reason: .localError("no conference"), presented: nil, detail: "no conference")
                }
                return try await dialConversation(address, expected: identity)
            })
        return Chat(lines: lines, contacts: contacts, logger: logger)
    }

    private var introduction: ConversationLines.Introduction {
        ConversationLines.Introduction(
            name: SignalingText.name(streams.first?.identifier ?? ""), port: listeningPort)
    }

    /// Connects for a conversation.
    ///
    /// - Parameter expected: the key that must be there; nil takes any.
    func dialConversation(
        _ address: CallAddress, expected: DTLSFingerprint?
    ) async throws(DialFailure) -> ConversationConnection {
        guard let identity else {
            throw DialFailure(reason: .localError("no identity key"), presented: nil, detail: "no identity key")
        }
        let timing = options.timing
        let dialer = SignalingDialer(identity: identity, timing: timing, eventLoop: eventLoop, boundary: boundary)
        return try await dialer.dial(
            address, expected: expected, subprotocol: ConversationHandler.subprotocol
        ) { channel, identity in
            try ConversationConnection(channel: channel, isServer: false, identity: identity, timing: timing)
        }
    }
}

extension Chat {
    /// Somebody is connected to talk.
    func admit(_ connection: ConversationConnection) { lines.adopt(DirectLink(connection, .accepted)) }
}
