import FoundationEssentials
import Logging
import Observation
import RTC
import Transport

/// Who else is on this network, and what others on it are told of us.
///
/// Nothing of it is proved before a call: anybody on the network can announce anything. So nobody is trusted for it, and a
/// contact's key has to be shown all the same.
@MainActor @Observable package final class PeopleOnNetwork {
    /// More than anybody chooses from.
    package nonisolated static let limit = 64

    /// Whether anybody is looked for.
    package private(set) var isLooking = false
    private var sightings: [ServiceSighting] = []

    @ObservationIgnored private unowned let conference: Conference
    @ObservationIgnored private let own: MulticastDNSFinder?
    @ObservationIgnored private let other: (any ServiceFinding)?
    /// The one that looks now.
    @ObservationIgnored private var finder: (any ServiceFinding)?
    @ObservationIgnored private var interfaces: [String]?
    @ObservationIgnored private var isBounded = false
    @ObservationIgnored private var following: [Task<Void, Never>] = []
    @ObservationIgnored private var work: Task<Void, Never>?

    init(_ conference: Conference) {
        self.conference = conference
        let options = conference.options.discovery
        other = options?.finder
        own = options.map {
            MulticastDNSFinder(
                port: $0.port, interfaces: conference.interfaces,
                traffic: { [weak conference] in conference?.boundary?.traffic },
                on: conference.eventLoop, logger: conference.logger)
        }
    }

    // MARK: Who is there

    /// Everybody but ourselves, by name.
    package var people: [PersonOnNetwork] {
        guard !sightings.isEmpty else { return [] }
        let ourselves = conference.keyIdentifier
        let contacts = Dictionary(
            conference.contacts.contacts.compactMap { contact in
                contact.fingerprint.flatMap { DTLSFingerprint(parsing: $0)?.keyIdentifier }.map { ($0, contact) }
            }, uniquingKeysWith: { first, _ in first })
        var seen: Set<String> = []
        var people: [PersonOnNetwork] = []
        for sighting in sightings where sighting.keyIdentifier != ourselves && people.count < Self.limit {
            guard let address = sighting.place, seen.insert(sighting.keyIdentifier).inserted else { continue }
            let contact = contacts[sighting.keyIdentifier] ?? conference.contacts.contact(at: address)
            let name = contact?.name ?? SignalingText.name(sighting.name)
            people.append(
                PersonOnNetwork(
                    id: sighting.keyIdentifier, name: name.isEmpty ? address.description : name,
                    address: address.description, contactID: contact?.id))
        }
        return people.sorted { ($0.name.lowercased(), $0.id) < ($1.name.lowercased(), $1.id) }
    }

    package subscript(id: String) -> PersonOnNetwork? { people.first { $0.id == id } }

    /// Where a contact is on this network; nil when it is not seen there.
    func address(of contact: Contact) -> CallAddress? {
        guard !sightings.isEmpty else { return nil }
        let key = contact.fingerprint.flatMap { DTLSFingerprint(parsing: $0)?.keyIdentifier }
        guard let key else { return nil }
        return sightings.first { $0.keyIdentifier == key }?.place
    }

    /// The key of the contact that is announced at an address: whoever answers there has to be that contact.
    func expectedIdentity(at address: CallAddress) -> DTLSFingerprint? {
        guard let sighting = sightings.first(where: { $0.place == address }) else { return nil }
        let keys = conference.contacts.contacts.lazy.compactMap(\.fingerprint).compactMap {
            DTLSFingerprint(parsing: $0)
        }
        return keys.first { $0.keyIdentifier == sighting.keyIdentifier }
    }

    /// Somebody looks at the list.
    package func refresh() { finder?.refresh() }

    // MARK: Life

    func start() {
        guard own != nil, following.isEmpty else { return }
        let wanted = Observations { [weak conference] in conference?.ownService }
        let interfaces = Observations { [weak conference] in
            conference.map { ($0.networkSettings.interfaces, $0.networkSettings.lanOnly) } ?? ([], false)
        }
        let seen = Observations { [weak self] in self?.people.compactMap(\.contactID) ?? [] }
        following = [
            Task { [weak self] in for await service in wanted { self?.finder?.announce(service) } },
            Task { [weak self] in for await (names, isBounded) in interfaces { self?.look(by: names, isBounded) } },
            Task { [weak self] in for await ids in seen { self?.conference.seenOnNetwork(ids) } },
        ]
    }

    /// Looks by these interfaces, or all; anew where sends are to be counted, or not any more.
    private func look(by names: [String], _ isBounded: Bool) {
        guard names != interfaces || isBounded != self.isBounded else { return }
        (interfaces, self.isBounded) = (names, isBounded)
        if let other {
            // It tells at once whether it can.
            finder = nil
            after {
                await other.stop()
            } then: { [weak self] in
                other.start(interfaces: names) { self?.changed($0, by: other) }
            }
        } else {
            useOwn()
        }
    }

    private func changed(_ found: [ServiceSighting]?, by source: any ServiceFinding) {
        guard interfaces != nil else { return }
        if let found {
            if finder !== source {
                let old = finder
                finder = source
                source.announce(conference.ownService)
                if let old, old === own {
                    after {
                        await old.stop()
                    } then: {
                    }
                }
            }
            isLooking = true
            take(found)
        } else if finder !== own || finder == nil {
            useOwn()
        }
    }

    /// Multicast DNS of our own takes the place of whoever cannot look.
    private func useOwn() {
        guard let own else { return }
        finder = own
        isLooking = true
        after {
            await own.stop()
        } then: { [weak self] in
            guard let self, finder === own, let interfaces else { return }
            own.start(interfaces: interfaces) { [weak self] found in
                guard let self, finder === own else { return }
                take(found ?? [])
            }
            own.announce(conference.ownService)
        }
    }

    private func take(_ found: [ServiceSighting]) {
        let networks = conference.localNetworks
        // What lies behind a router was not found on this network, whoever says so.
        let near = found.filter { sighting in
            (1...65535).contains(sighting.port)
                && sighting.place?.literal.map { networks.interface(for: $0) != nil } == true
        }
        if near != sightings { sightings = near }
    }

    /// One thing after the other.
    private func after(_ first: @escaping @MainActor () async -> Void, then: @escaping @MainActor () -> Void) {
        let earlier = work
        work = Task {
            await earlier?.value
            await first()
            then()
        }
    }

    func stop() async {
        for task in following { task.cancel() }
        following = []
        interfaces = nil
        finder = nil
        isLooking = false
        await work?.value
        await other?.stop()
        await own?.stop()
        sightings = []
    }
}

extension ServiceSighting {
    /// Where a call goes; nil where the address is none.
    var place: CallAddress? {
        CallAddress(address.contains(":") ? "[\(address)]:\(port)" : "\(address):\(port)").flatMap {
            $0.isLiteral ? $0 : nil
        }
    }
}

extension DTLSFingerprint {
    /// The first 64 bits, as they are announced; nil for another digest than SHA-256.
    var keyIdentifier: String? {
        guard algorithm == .sha256, bytes.count == 32 else { return nil }
        return bytes.prefix(8).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
