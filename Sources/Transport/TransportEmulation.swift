import RTC
import Wire

/// The bad network that a transport plays: its datagrams wait here, or get lost.
///
/// What a relay brings over TCP or TLS cannot be lost on its way, and is left alone; what goes there is treated as datagrams.
struct TransportEmulation {
    struct ReceivedDatagram: Sendable {
        var bytes: [UInt8]
        var remote: TransportAddress
        var local: TransportAddress
    }

    var network = NetworkEmulation.off {
        didSet {
            outward.conditions = network.sent
            inward.conditions = network.received
        }
    }

    private var outward = EmulatedPath<Transmit>()
    private var inward = EmulatedPath<ReceivedDatagram>()

    /// True when the datagram is taken: then `nextSent` gives it out, or nobody.
    mutating func sent(_ transmit: Transmit, at now: Instant) -> Bool {
        if outward.isIdle { return false }
        outward.send(transmit, byteCount: transmit.bytes.count, at: now)
        return true
    }

    /// True when the datagram is taken: then `nextReceived` gives it out, or nobody.
    mutating func received(
        _ bytes: [UInt8], from remote: TransportAddress, to local: TransportAddress, at now: Instant
    ) -> Bool {
        if inward.isIdle { return false }
        inward.send(ReceivedDatagram(bytes: bytes, remote: remote, local: local), byteCount: bytes.count, at: now)
        return true
    }

    mutating func nextSent(at now: Instant) -> Transmit? { outward.release(at: now) }

    mutating func nextReceived(at now: Instant) -> ReceivedDatagram? { inward.release(at: now) }

    /// When `nextSent` or `nextReceived` has something; nil while nothing waits.
    var nextRelease: Instant? { [outward.nextRelease, inward.nextRelease].compactMap { $0 }.min() }

    /// Whether this can go.
    var isIdle: Bool { outward.isIdle && inward.isIdle }
}
