import Wire

/// Packets of one stream between packetisation and the moment when nobody can ask for them again.
///
/// A packet waits here for the pacer, and afterwards for NACKs; the pacer's queues hold only sequence numbers.
struct SendHistory: Sendable {
    struct Packet: Sendable {
        /// Not wrapped to 16 bits.
        var sequenceNumber: Int64
        var timestamp: UInt32
        var marker: Bool
        /// Of the codec that the payload is of: a later one may take its place while this packet waits.
        var payloadType: UInt8
        var payload: [UInt8]
        var audioLevel: AudioLevel?
        /// The payload is of RFC 2198's form.
        var isRedundant = false
        /// Sent in RFC 2198's form, so that protection covers it.
        var isProtected = false
        /// It is protection of these (RFC 5109); its payload is made as it leaves.
        var protects: VideoProtection.Group?
        /// Its header named the section: protection must know.
        var hadMid = false
        /// Nil while it waits for the pacer.
        var lastSent: Instant?
        /// When it was last put into the pacer's queue for a NACK.
        var lastRequested: Instant?
        /// It is in the pacer's queue once more.
        var awaitsResend = false
    }

    /// Video that is older than this is of no use to the far side; three round trips are always kept.
    static let retention = Duration.seconds(1)
    static let maximumPacketCount = 4096

    private var packets = FIFO<Packet>(capacity: 64)

    /// Packets kept now.
    var count: Int { packets.count }

    /// Keeps the packet; sequence numbers must be contiguous. The oldest goes when the cap is reached.
    mutating func append(_ packet: Packet) {
        if packets.count >= Self.maximumPacketCount { _ = packets.popFirst() }
        packets.append(packet)
    }

    func packet(_ sequenceNumber: Int64) -> Packet? {
        guard let first = packets.first else { return nil }
        return packets[Int(clamping: sequenceNumber &- first.sequenceNumber)]
    }

    /// Of the newest packets that have left, the one nearest to a size.
    func paddingCandidate(byteCount: Int) -> Packet? {
        var best: Packet?
        for index in stride(from: packets.count - 1, through: max(packets.count - 16, 0), by: -1) {
            guard let packet = packets[index], packet.lastSent != nil, packet.protects == nil else { continue }
            guard let known = best else {
                best = packet
                continue
            }
            if abs(packet.payload.count - byteCount) < abs(known.payload.count - byteCount) { best = packet }
        }
        return best
    }

    mutating func markSent(_ sequenceNumber: Int64, withMid: Bool, at now: Instant) {
        guard let first = packets.first else { return }
        let index = Int(clamping: sequenceNumber &- first.sequenceNumber)
        if packets[index]?.lastSent == nil { packets[index]?.hadMid = withMid }
        packets[index]?.lastSent = now
        packets[index]?.awaitsResend = false
    }

    mutating func markRequested(_ sequenceNumber: Int64, at now: Instant) {
        guard let first = packets.first else { return }
        let index = Int(clamping: sequenceNumber &- first.sequenceNumber)
        packets[index]?.lastRequested = now
        packets[index]?.awaitsResend = true
    }

    /// The pacer did not take it, or gave it up.
    mutating func cancelResend(_ sequenceNumber: Int64) {
        guard let first = packets.first else { return }
        packets[Int(clamping: sequenceNumber &- first.sequenceNumber)]?.awaitsResend = false
    }

    /// Forgets packets sent before the retention time; those that still wait for the pacer stay.
    mutating func removeExpired(at now: Instant, roundTripTime: Duration?, keepsSent: Bool) {
        let kept = keepsSent ? max(Self.retention, (roundTripTime ?? .zero) * 3) : .zero
        while let sent = packets.first?.lastSent, now - sent >= kept { _ = packets.popFirst() }
    }

    /// What waits for the pacer will not leave any more: it counts as sent, so that it goes in its time.
    mutating func giveUpWaiting(at now: Instant) {
        for index in 0..<packets.count where packets[index]?.lastSent == nil { packets[index]?.lastSent = now }
    }

    /// The extended number that a 16-bit one from a NACK means: the newest at or below the last one kept.
    func extend(_ sequenceNumber: UInt16) -> Int64? {
        guard let first = packets.first else { return nil }
        let newest = first.sequenceNumber &+ Int64(packets.count - 1)
        let age = UInt16(truncatingIfNeeded: newest) &- sequenceNumber
        return newest &- Int64(age)
    }
}
