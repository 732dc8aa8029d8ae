import RTC

/// Looks at each contact's address at the start and every minute or so, a few at a time.
@MainActor final class PresenceWatch {
    /// Connections at one time: a list of hundreds is no flood.
    private static let limit = 6

    private unowned let conference: Conference
    /// When each contact is looked at again, and where it was then.
    private var due: [String: (time: ContinuousClock.Instant, address: String)] = [:]
    private var asking: [String: Task<Void, Never>] = [:]
    private var timer: Task<Void, Never>?
    private var wasInvisible = false

    init(_ conference: Conference) { self.conference = conference }

    isolated deinit { stop() }

    func start() {
        guard timer == nil else { return }
        // Often enough that a contact just added is looked at soon.
        let pause = min(conference.options.timing.presence / 60, .seconds(1))
        timer = Task { [weak self] in
            repeat { self?.look() } while (try? await Task.sleep(for: pause)) != nil
        }
    }

    func stop() {
        timer?.cancel()
        timer = nil
        for task in asking.values { task.cancel() }
        asking = [:]
        due = [:]
    }

    /// Looks at everybody now.
    func lookAgain() {
        due = [:]
        if timer != nil { look() }
    }

    /// Another list of who is at our server has come: what it says counts at once, what each says of themselves soon.
    func lookAtServer() {
        guard timer != nil else { return }
        let book = conference.contacts
        for contact in book.contacts {
            guard let place = contact.place else { continue }
            if place.person == nil {
                // Who is not where they were may be at the server.
                if book.presences[contact.id]?.canBeCalled == false, conference.serverPlace(of: contact) != nil {
                    due[contact.id] = nil
                }
                continue
            }
            let listed = conference.listedPresence(place)
            let known = book.presences[contact.id]
            // Who was there and is there is as they were.
            if listed == .reachable, known?.canBeCalled == true, known != .unasked { continue }
            due[contact.id] = nil
            if known != listed { book.presences[contact.id] = listed }
        }
        look()
    }

    private func look() {
        let book = conference.contacts
        let isInvisible = conference.status == .invisible
        if isInvisible != wasInvisible {
            wasInvisible = isInvisible
            for task in asking.values { task.cancel() }
            (asking, due) = ([:], [:])
        }
        if isInvisible { return overhear() }
        // With relays only, nobody shall learn where this host is; a look would tell each of them, again and again.
        let isHidden = conference.networkSettings.relayOnly
        if isHidden {
            let seen = book.presences.filter { book[$0.key]?.place?.person != nil }
            if seen.count != book.presences.count { book.presences = seen }
        }
        let now = ContinuousClock.now
        for contact in book.contacts where asking.count < Self.limit && asking[contact.id] == nil {
            if let next = due[contact.id], next.address == contact.address, next.time > now { continue }
            if !isHidden || contact.place?.person != nil { ask(contact) }
        }
        if due.count > book.contacts.count {
            let ids = Set(book.contacts.map(\.id))
            due = due.filter { ids.contains($0.key) }
        }
    }

    /// Who is invisible asks nobody, as each question shows the own key to the one asked. What others announce on this
    /// network and what our server lists is heard all the same.
    private func overhear() {
        var heard: [String: Presence] = [:]
        let isAtServer = conference.rendezvous.state == .connected
        for contact in conference.contacts.contacts {
            if let place = contact.place, place.person != nil {
                heard[contact.id] = conference.listedPresence(place)
            } else if conference.peopleOnNetwork.address(of: contact) != nil
                || isAtServer && conference.serverPlace(of: contact).map(conference.listedPresence) == .reachable
            {
                heard[contact.id] = .reachable
            }
        }
        if conference.contacts.presences != heard { conference.contacts.presences = heard }
    }

    private func ask(_ contact: Contact) {
        // Not all in one moment, nor all instances of a network in step.
        let interval = conference.options.timing.presence * Double.random(in: 0.8...1.2)
        due[contact.id] = (.now + interval, contact.address)
        // Where a contact is on this network, that is where it is now.
        guard let address = conference.peopleOnNetwork.address(of: contact) ?? contact.place else { return }
        let expected = contact.fingerprint.flatMap { DTLSFingerprint(parsing: $0) }
        asking[contact.id] = Task { [weak self, conference] in
            var presence: Presence
            if address.person != nil {
                presence = await conference.presenceAtServer(address, of: contact)
            } else {
                presence = await conference.askPresence(address, expected: expected)
                if !presence.canBeCalled, let elsewhere = await conference.presenceElsewhere(contact) {
                    presence = elsewhere
                }
            }
            guard !Task.isCancelled, let self else { return }
            asking[contact.id] = nil
            let book = conference.contacts
            // It may be gone, or somewhere else, by now.
            guard book[contact.id]?.address == contact.address,
                address.person != nil || !conference.networkSettings.relayOnly
            else { return }
            if book.presences[contact.id] != presence { book.presences[contact.id] = presence }
        }
    }
}
