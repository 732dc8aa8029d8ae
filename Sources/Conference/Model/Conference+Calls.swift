import RTC
import Wire

/// Who calls whom: finding a stream for each call that comes in, and knowing people again.
extension Conference {
    /// Connects to an address, and to the one that was met there before, or to `expected`.
    func dial(_ address: CallAddress, expected: DTLSFingerprint? = nil) async throws(DialFailure) -> SignalingConnection
    {
        guard let identity else {
            throw DialFailure(reason: .localError("no identity key"), presented: nil, detail: "no identity key")
        }
        let dialer = SignalingDialer(
            identity: identity, timing: options.timing, eventLoop: eventLoop, boundary: boundary)
        return try await dialer.dial(address, expected: expected ?? expectedIdentity(at: address))
    }

    /// A way for the messages of a call of ours, directly or through a server.
    ///
    /// - Parameter name: by which a server should know us where we are not registered.
    func openCarrier(to address: CallAddress, as name: String) async throws(DialFailure) -> NetworkCarrier {
        if address.person != nil { return try await rendezvous.openCarrier(to: address, as: name) }
        let connection: SignalingConnection
        do throws(DialFailure) {
            connection = try await dial(address)
        } catch {
            guard let carrier = try await openCarrierElsewhere(address, as: name, after: error) else { throw error }
            return carrier
        }
        let identity = connection.remoteIdentity
        let carrier = NetworkCarrier(
            DirectPath(connection), call: SignalingEnvelope.newCall(), timing: options.timing, identity: identity)
        carrier.ends = ends(with: identity)
        carrier.remake = { [weak self] in
            guard let self, let connection = try? await dial(address, expected: identity) else { return nil }
            return DirectPath(connection)
        }
        follow(carrier, isCaller: true)
        return carrier
    }

    /// To a contact who is not where they were, by the name at our server that they told once. Nil where there is none.
    private func openCarrierElsewhere(
        _ address: CallAddress, as name: String, after failure: DialFailure
    ) async throws(DialFailure) -> NetworkCarrier? {
        guard [.unreachable, .connectionRefused, .unknownHost].contains(failure.reason),
            let contact = contacts.contact(at: address), let place = serverPlace(of: contact),
            listedPresence(place) == .reachable
        else { return nil }
        let key = contact.fingerprint.flatMap { DTLSFingerprint(parsing: $0) }
        return try await rendezvous.openCarrier(to: place, as: name, expected: key)
    }

    func ends(with theirs: DTLSFingerprint) -> CarrierEnds? {
        identity.map { CarrierEnds(ours: $0.fingerprint.description, theirs: theirs.description) }
    }

    // MARK: Knowing people again

    /// Somebody answered at an address; from now on it has to be the same one.
    func met(_ address: CallAddress, _ identity: DTLSFingerprint, by call: Call) {
        let isKnown = expectedIdentity(at: address) == identity
        known.remember(identity, at: address)
        let contact = contacts.contact(at: address) ?? contacts.contact(withFingerprint: identity.description)
        if let contact {
            contacts.pin(identity.description, to: contact.id)
            call.stream?.contactID = contact.id
        }
        call.stream?.remoteIdentity = RemoteIdentity(
            fingerprint: identity.description, standing: isKnown ? .known : .firstContact)
    }

    /// Somebody answered through a server, where the key comes with the answer; a browser has none.
    func metAnswerer(of call: Call) {
        guard let stream = call.stream, stream.call === call, let address = call.carrier?.remotePerson else { return }
        if let identity = call.carrier?.remoteIdentity {
            met(address, identity, by: call)
        } else {
            stream.remoteIdentity = RemoteIdentity(fingerprint: "", standing: .unproven)
        }
    }

    /// The person has answered a caller, and so knows the name by this key from now on.
    func metCaller(of stream: Stream) {
        guard let carrier = stream.call?.carrier, let identity = carrier.remoteIdentity else { return }
        if let address = carrier.remotePerson {
            known.remember(identity, at: address)
        } else if let name = stream.remoteIdentifier {
            known.remember(identity, of: name)
        }
    }

    /// The user has found out that a changed key is right; the next call to this address expects it.
    package func trust(_ refused: RefusedIdentity) {
        guard let address = CallAddress(refused.address) else { return }
        if let identity = DTLSFingerprint(parsing: refused.fingerprint) {
            known.remember(identity, at: address)
            if let contact = contacts.contact(at: address) {
                contacts.pin(refused.fingerprint, to: contact.id)
                known.note(.accepted, refused.fingerprint, of: .contact(contact.id))
                refreshPresences()
            }
        } else if refused.fingerprint.isEmpty {
            // Who has no key now is taken as they are.
            known.forget(address)
        }
        for stream in streams where stream.refusedIdentity == refused { stream.refusedIdentity = nil }
    }

    /// The key that has to be there: the contact's, wherever it was pinned, before the address's.
    func expectedIdentity(at address: CallAddress) -> DTLSFingerprint? {
        let pinned = contacts.contact(at: address)?.fingerprint.flatMap { DTLSFingerprint(parsing: $0) }
        return pinned ?? known.identity(at: address) ?? peopleOnNetwork.expectedIdentity(at: address)
    }

    /// Another key than the expected one was shown, and the call is not made.
    func refused(_ address: CallAddress, _ identity: DTLSFingerprint) {
        let subject = contacts.contact(at: address).map { IdentitySubject.contact($0.id) } ?? .address(address)
        known.note(.changed, identity.description, of: subject)
    }

    /// Of a caller: through a server by the address there, which the server vouches for, else by the name.
    private func remoteIdentity(of incoming: IncomingCall) -> RemoteIdentity? {
        let carrier = incoming.carrier
        guard let shown = carrier.remoteIdentity else {
            guard let person = carrier.remotePerson else { return nil }
            let standing: RemoteIdentity.Standing = expectedIdentity(at: person) == nil ? .unproven : .changed
            return RemoteIdentity(fingerprint: "", standing: standing)
        }
        let standing = self.standing(of: incoming.name, at: carrier.remotePerson, shown)
        return RemoteIdentity(fingerprint: shown.description, standing: standing)
    }

    private func standing(
        of name: String, at person: CallAddress?, _ identity: DTLSFingerprint
    ) -> RemoteIdentity.Standing {
        if contacts.contact(withFingerprint: identity.description) != nil { return .known }
        // Somebody calls under a contact's name, and is not that contact.
        let contact = person.flatMap { contacts.contact(at: $0) } ?? contacts.contact(named: name)
        if let contact, let pinned = contact.fingerprint, pinned != identity.description {
            known.note(.changed, identity.description, of: .contact(contact.id))
            return .changed
        }
        let expected = person.map { known.identity(at: $0) } ?? known.identity(of: name)
        return expected.map { $0 == identity ? .known : .changed } ?? .firstContact
    }

    // MARK: Calls that come in

    /// Calls of others that may wait for ours to the same person.
    private static let heldLimit = 4

    /// Finds a stream for a call: by the other one of two that cross, by a free stream that waits for calls, or none.
    func consider(_ incoming: IncomingCall) {
        guard !incoming.isGone, isRunning, !doNotDisturb else { return turnAway(incoming) }
        let calling = streams.compactMap(\.call).filter { $0.isCaller && $0.machine.streamState == .calling }
        if let ends = incoming.carrier.ends, ends.ours != ends.theirs,
            let crossing = calling.first(where: { $0.carrier?.ends == ends })
        {
            // Both know both ends, so both choose the same one of the two calls.
            if ends.ours.utf8.lexicographicallyPrecedes(ends.theirs.utf8) {
                hold(incoming, behind: crossing)
            } else {
                yield(crossing, to: incoming)
            }
        } else if let free = streams.first(where: { $0.detection && !$0.state.isBusy }) {
            ring(free, incoming)
        } else if let undecided = calling.first(where: { $0.carrier == nil }) {
            // It may be the very person who is being called; that is known when they are reached.
            hold(incoming, behind: undecided)
        } else {
            turnAway(incoming)
        }
    }

    private func turnAway(_ incoming: IncomingCall) {
        if isRunning, !incoming.isGone { rememberTurnedAway(incoming) }
        incoming.reject(.busy)
    }

    private func hold(_ incoming: IncomingCall, behind call: Call) {
        guard call.heldCalls.count < Self.heldLimit else { return turnAway(incoming) }
        call.heldCalls.append(incoming)
    }

    /// What held other calls back is decided: the call has reached its person, or is over.
    func reconsiderHeldCalls(of call: Call) {
        let held = call.heldCalls
        call.heldCalls = []
        for incoming in held where !incoming.isGone { consider(incoming) }
    }

    /// Both called each other: ours is given up for theirs, which the person wants as much.
    private func yield(_ call: Call, to incoming: IncomingCall) {
        guard let stream = call.stream else { return incoming.reject(.busy) }
        stream.call = nil
        call.handle(.yielded)
        ring(stream, incoming, isWanted: true)
        reconsiderHeldCalls(of: call)
    }

    private func ring(_ stream: Stream, _ incoming: IncomingCall, isWanted: Bool = false) {
        stream.prepareForCall()
        stream.remoteIdentifier = incoming.name
        stream.remoteAddress =
            incoming.carrier.remotePerson?.description ?? incoming.carrier.remoteAddress?.description
        stream.remoteIdentity = remoteIdentity(of: incoming)
        if let identity = incoming.carrier.remoteIdentity {
            stream.contactID = contacts.contact(withFingerprint: identity.description)?.id
        }
        let call = Call(stream: stream, conference: self, isCaller: false)
        stream.call = call
        call.start(incoming)
        // Whether somebody with a new key is who the name says, only a person can decide.
        if isWanted || (options.autoAccept && stream.remoteIdentity?.standing != .changed) { call.accept() }
    }
}
