import RTC
import Wire

/// A datagram as the receiving socket sees it.
package struct SimulatedDatagram: Sendable {
    package var bytes: [UInt8]
    /// After any NAT on the way.
    package var source: TransportAddress
    package var destination: TransportAddress
    package var arrival: Instant
}

/// An IP network in virtual time: every datagram's fate follows from the seed, so that a test repeats exactly.
///
/// Hosts are just addresses. Each ordered couple of IP addresses is a link of its own; all have `conditions` unless set
/// otherwise. Use: `send`, then let time pass to `nextArrival` (or a time-out of the parts tested), then `receive` until
/// nil.
package struct SimulatedNetwork: Sendable {
    /// Of every link that has no conditions of its own; a change applies to datagrams sent from then on.
    package var conditions: LinkConditions
    /// Translators; a private address behind none is simply public.
    package var translators: [SimulatedNAT] = []
    /// Addresses that are unplugged: nothing from or to them arrives.
    package var unplugged: Set<IPAddress> = []

    package private(set) var sentCount = 0
    package private(set) var sentBytes = 0
    package private(set) var deliveredCount = 0
    /// Lost by the link's loss, its queue, a filter, or for want of a way.
    package private(set) var lostCount = 0

    private struct LinkKey: Hashable {
        var source: IPAddress
        var destination: IPAddress
    }

    private var random: RandomSource
    private var links: [LinkKey: EmulatedLink] = [:]
    private var ownConditions: [LinkKey: LinkConditions] = [:]
    private var inFlight = DelayQueue<SimulatedDatagram>()

    package init(seed: UInt64, conditions: LinkConditions = .perfect) {
        random = .seeded(seed)
        self.conditions = conditions
    }

    /// Gives the direction from `source` to `destination` its own conditions; nil returns to the common ones.
    package mutating func setConditions(
        _ conditions: LinkConditions?, from source: IPAddress, to destination: IPAddress
    ) {
        ownConditions[LinkKey(source: source, destination: destination)] = conditions
    }

    /// Puts a datagram on the wire. It may be lost, or arrive once or twice, from `nextArrival` on.
    package mutating func send(
        _ bytes: [UInt8], from source: TransportAddress, to destination: TransportAddress, at now: Instant
    ) {
        sentCount += 1
        sentBytes += bytes.count
        let key = LinkKey(source: source.ip, destination: destination.ip)
        let outcome = links[key, default: EmulatedLink()].carry(
            bytes.count, ownConditions[key] ?? conditions, at: now, random: &random)
        guard case .arrives(let arrivals) = outcome, !unplugged.contains(source.ip),
            let seen = leave(source, to: destination)
        else {
            lostCount += 1
            return
        }
        for arrival in arrivals {
            let datagram = SimulatedDatagram(bytes: bytes, source: seen, destination: destination, arrival: arrival)
            inFlight.insert(datagram, until: arrival)
        }
    }

    /// When the next datagram arrives; nil while none is on its way.
    package var nextArrival: Instant? { inFlight.nextRelease }

    /// The next datagram that has arrived by `now`; nil when there is none. Call until nil.
    package mutating func receive(at now: Instant) -> SimulatedDatagram? {
        while let arrived = inFlight.release(at: now) {
            if let datagram = enter(arrived) {
                deliveredCount += 1
                return datagram
            }
            lostCount += 1
        }
        return nil
    }

    /// The source seen outside the sender's translator; nil if there is no way from there to `destination`.
    private mutating func leave(_ source: TransportAddress, to destination: TransportAddress) -> TransportAddress? {
        let mine = translators.firstIndex { $0.inside.contains(source.ip) }
        if let realm = translators.firstIndex(where: { $0.inside.contains(destination.ip) }) {
            return realm == mine ? source : nil
        }
        guard let mine else { return source }
        if destination.ip == translators[mine].publicAddress, !translators[mine].hairpins { return nil }
        return translators[mine].translateOutbound(source, to: destination)
    }

    /// The datagram behind the receiver's translator; nil if it is dropped there.
    private func enter(_ datagram: SimulatedDatagram) -> SimulatedDatagram? {
        var datagram = datagram
        if let translator = translators.first(where: { $0.publicAddress == datagram.destination.ip }) {
            let inner = translator.translateInbound(to: datagram.destination.port, from: datagram.source)
            guard let inner else { return nil }
            datagram.destination = inner
        }
        return unplugged.contains(datagram.destination.ip) ? nil : datagram
    }
}
