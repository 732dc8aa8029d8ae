/// What arrives at the far side, bit/s: the recent packets over the time they took, robust against a single gap.
///
/// A stall of a radio link shows as one long gap in the arrivals, after which everything comes at once; divided by the
/// whole time the rate would look halved. So the longest gap counts only as long as the second longest, and since the
/// burst behind it would then look too fast, no more is believed than was sent.
struct AcknowledgedBitrate: Sendable {
    /// The window spans this, and longer while it holds too few packets.
    private static let window: Int64 = 300_000
    private static let maximumWindow: Int64 = 1_500_000
    private static let minimumPacketCount = 12
    private static let capacity = 512

    private struct Packet: Sendable {
        var sent: Int64
        var arrival: Int64
        var bits: Double
    }

    /// In order of sending.
    private var packets = FIFO<Packet>(capacity: capacity)

    /// Bit/s; nil until enough arrived.
    private(set) var bitrate: Double?

    /// Takes one packet that arrived; call `update` after the last of a feedback.
    mutating func add(byteCount: Int, sent: Instant, arrival: Int64) {
        if packets.count >= Self.capacity { _ = packets.popFirst() }
        packets.append(Packet(sent: sent.microseconds, arrival: arrival, bits: Double(byteCount * 8)))
    }

    /// There was a pause: what comes is measured by itself, and the last measurement holds until then.
    mutating func forgetPackets() { packets.removeAll() }

    mutating func update() {
        guard let newest = packets[packets.count - 1]?.arrival else { return }
        while let first = packets.first {
            let age = newest - first.arrival
            guard age > Self.maximumWindow || (age > Self.window && packets.count > Self.minimumPacketCount) else {
                break
            }
            _ = packets.popFirst()
        }
        guard packets.count >= Self.minimumPacketCount / 2 else { return }
        if let measured = measure() { bitrate = measured }
    }

    private func measure() -> Double? {
        guard let first = packets.first else { return nil }
        var bits = 0.0
        var (firstSent, lastSent) = (first.sent, first.sent)
        var (firstArrival, lastArrival) = (first.arrival, first.arrival)
        var (longest, second): (Int64, Int64) = (0, 0)
        for index in 0..<packets.count {
            guard let packet = packets[index] else { continue }
            bits += packet.bits
            let gap = packet.arrival - lastArrival
            if gap > longest { (longest, second) = (gap, longest) } else { second = max(second, gap) }
            firstSent = min(firstSent, packet.sent)
            lastSent = max(lastSent, packet.sent)
            firstArrival = min(firstArrival, packet.arrival)
            lastArrival = max(lastArrival, packet.arrival)
        }
        // The first packet only marks the beginning: its own transmission lies before the window.
        bits -= first.bits
        let arrivalSpan = lastArrival - firstArrival - longest + second
        let sendSpan = lastSent - firstSent
        guard arrivalSpan > 0, sendSpan > 0, lastArrival - firstArrival > Self.window / 4 else { return nil }
        let received = bits * 1_000_000 / Double(arrivalSpan)
        let sent = bits * 1_000_000 / Double(sendSpan)
        return min(received, sent)
    }
}
