/// One direction of a real path that is made worse on purpose: datagrams are lost, held back and repeated on their way.
package struct EmulatedPath<Datagram: Sendable>: Sendable {
    /// More than any link that can be chosen holds at once; what comes then is lost, as at a full queue.
    private static var limit: Int { 16_384 }

    /// For datagrams that come from now on; nil when they pass untouched behind those held.
    package var conditions: LinkConditions?
    private var link = EmulatedLink()
    private var random: RandomSource
    private var held = DelayQueue<Datagram>()
    private var latest = Instant.zero

    package init(random: RandomSource = .system) { self.random = random }

    /// Whether nothing is held and nothing will be.
    package var isIdle: Bool { conditions == nil && held.count == 0 }

    /// When the next datagram is due; nil while none is held.
    package var nextRelease: Instant? { held.nextRelease }

    /// Takes a datagram of `byteCount` bytes on its way; `release` gives it out, if it arrives.
    package mutating func send(_ datagram: Datagram, byteCount: Int, at now: Instant) {
        guard held.count < Self.limit else { return }
        guard let conditions else {
            // No datagram overtakes another because the switch was turned.
            return held.insert(datagram, until: max(now, latest))
        }
        guard case .arrives(let arrivals) = link.carry(byteCount, conditions, at: now, random: &random) else { return }
        for arrival in arrivals {
            held.insert(datagram, until: arrival)
            latest = max(latest, arrival)
        }
    }

    /// The next datagram that has arrived by `now`. Call until nil.
    package mutating func release(at now: Instant) -> Datagram? { held.release(at: now) }
}
