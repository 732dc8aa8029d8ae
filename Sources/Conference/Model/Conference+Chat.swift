import Logging
import NIOCore
import NIOPosix
import RTC

/// How the chat reaches others, and is reached.
extension Conference {
    func makeChat() -> Chat {
        let lines = ConversationLines(
            database, identity: identity?.fingerprint, logger: logger,
            ConversationLines.Surroundings(
                introduce: { [weak self] in self?.introduction ?? ConversationLines.Introduction() },
                places: { [weak self] record in self?.places(of: record) ?? record.places },
                isAtOurServer: { [weak self] in self?.rendezvous.isAtHome($0) ?? false }),
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
            name: SignalingText.name(streams.first?.identifier ?? ""), port: listeningPort,
            server: rendezvous.ownAddress?.description)
    }

    /// Where a correspondent may be: where they were met, and where the user's contact says that they are; on the network
    /// first, then through a server.
    private func places(of record: ConversationRecord) -> [CallAddress] {
        var seen: Set<CallAddress> = []
        let known = [contacts.contact(withFingerprint: record.fingerprint)?.place].compactMap(\.self) + record.places
        let places = known.filter { seen.insert($0).inserted }
        return places.filter { $0.person == nil } + places.filter { $0.person != nil }
    }

    // MARK: Reaching others

    /// Connects for a conversation, directly or through a server.
    ///
    /// - Parameter expected: the key that must be there; nil takes any.
    func dialConversation(
        _ address: CallAddress, expected: DTLSFingerprint?
    ) async throws(DialFailure) -> ConversationConnection {
        do throws(DialFailure) {
            return try await address.person == nil
                ? dialDirectly(address, expected) : dialThroughServer(address, expected)
        } catch {
            if let presented = error.presented { refused(address, presented) }
            throw error
        }
    }

    private func dialDirectly(
        _ address: CallAddress, _ expected: DTLSFingerprint?
    ) async throws(DialFailure) -> ConversationConnection {
        let timing = options.timing
        return try await dialer(timing).dial(
            address, expected: expected, subprotocol: ConversationHandler.subprotocol
        ) { channel, identity in
            try ConversationConnection(channel: channel, isServer: false, identity: identity, timing: timing)
        }
    }

    private func dialThroughServer(
        _ address: CallAddress, _ expected: DTLSFingerprint?
    ) async throws(DialFailure) -> ConversationConnection {
        let timing = options.timing.throughServer
        let dialer = try dialer(timing)
        let tunnel = try await rendezvous.openTunnel(to: address, as: streams.first?.identifier ?? "")
        let socket: CInt
        do {
            socket = try await tunnel.socket(on: eventLoop)
        } catch {
            tunnel.abandon()
            throw DialFailure(reason: .localError("\(error)"), presented: nil, detail: "\(error)")
        }
        return try await dialer.dial(
            address, through: socket, expected: expected, subprotocol: ConversationHandler.subprotocol
        ) { channel, identity in
            try ConversationConnection(channel: channel, isServer: false, identity: identity, timing: timing)
        }
    }

    private func dialer(_ timing: SignalingTiming) throws(DialFailure) -> SignalingDialer {
        guard let identity else {
            throw DialFailure(reason: .localError("no identity key"), presented: nil, detail: "no identity key")
        }
        return SignalingDialer(identity: identity, timing: timing, eventLoop: eventLoop, boundary: boundary)
    }

    // MARK: Being reached

    /// Somebody at a server wants to talk; who it is, the handshake tells.
    func admit(_ tunnel: ServerTunnel) {
        guard isRunning, let identity else { return tunnel.abandon() }
        let place = rendezvous.address(of: tunnel.peer, at: tunnel.client)
        let timing = options.timing.throughServer
        let onConnection: @Sendable (IncomingConnection) -> Void = { [weak self] connection in
            Task { @MainActor in
                if let self { self.admit(connection, from: place) } else { connection.close() }
            }
        }
        Task { [eventLoop, logger] in
            do {
                let context = try identity.serverContext()
                let socket = try await tunnel.socket(on: eventLoop)
                try await ClientBootstrap(group: eventLoop).withConnectedSocket(socket) { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let handshake = IncomingHandshake(
                            channel: channel, timing: timing, logger: logger, onConnection: onConnection)
                        try handshake.start(context)
                    }
                }
            } catch {
                logger.notice("a conversation through a server does not begin: \(error)")
                tunnel.abandon()
            }
        }
    }

    private func admit(_ connection: IncomingConnection, from place: CallAddress?) {
        // Calls through a server have messages of their own.
        guard isRunning, case .conversation(let connection) = connection else { return connection.close() }
        chat.lines.adopt(DirectLink(connection, .acceptedThroughServer), address: place?.description)
    }

    /// Others have come to our server, among them perhaps somebody for whom something waits.
    func cameToServer(_ people: Set<CallAddress>) {
        for line in chat.lines.all where line.hasPending && !line.isLinked {
            if !people.isDisjoint(with: places(of: line.record)) { line.reach() }
        }
    }
}

extension Chat {
    /// Somebody is connected to talk.
    func admit(_ connection: ConversationConnection) { lines.adopt(DirectLink(connection, .accepted)) }
}

extension SignalingTiming {
    /// The connection to the server has signs of life of its own: those of each conversation would use up its allowance.
    fileprivate var throughServer: SignalingTiming {
        var timing = self
        timing.ping *= 6
        timing.silence *= 6
        return timing
    }
}
