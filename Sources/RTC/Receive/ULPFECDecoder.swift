import Wire

/// Restores lost packets of a video stream from protection packets (RFC 5109 §9.2).
struct ULPFECDecoder: Sendable {
    /// Numbers back from the newest that are kept: as far as protection reaches, and as late as one may come.
    private static let maximumAge: Int64 = 192
    private static let maximumWaitingCount = 24
    /// Without protection for so long, packets are not kept for it any more.
    private static let idleTime = Duration.seconds(10)

    private struct Protection: Sendable {
        var numbers: [Int64]
        var string: ProtectionString
    }

    private var sources: [Int64: RTPPacket] = [:]
    private var waiting: [Protection] = []
    private var newest = Int64.min
    private var lastProtection: Instant?
    /// Protection packets that were of no use: nothing was missing, or too much until it was too late.
    private(set) var discardedCount: Int64 = 0

    /// Keeps a packet that may help to restore others. The first protection finds nothing kept.
    mutating func insert(_ packet: RTPPacket, number: Int64, at now: Instant) {
        guard let lastProtection, now - lastProtection < Self.idleTime else {
            if !sources.isEmpty || !waiting.isEmpty { forget() }
            return
        }
        sources[number] = packet
        advance(to: number)
    }

    /// Takes a protection packet with its own number; those protected lie before it.
    mutating func insert(_ packet: ULPFECPacket, number: Int64, at now: Instant) {
        lastProtection = now
        let age = UInt16(truncatingIfNeeded: number) &- packet.base
        guard age < Self.maximumAge else {
            discardedCount += 1
            return
        }
        if waiting.count >= Self.maximumWaitingCount {
            waiting.removeFirst()
            discardedCount += 1
        }
        waiting.append(
            Protection(numbers: packet.offsets.map { number - Int64(age) + Int64($0) }, string: packet.string))
        advance(to: number)
    }

    /// The next packet that can be restored, with its number; call until nil. It counts as kept from then on.
    mutating func nextRecovered(changing: [UInt8]) -> (number: Int64, packet: RTPPacket)? {
        var index = 0
        while index < waiting.count {
            let missing = waiting[index].numbers.filter { sources[$0] == nil }
            guard missing.count <= 1 else {
                index += 1
                continue
            }
            let protection = waiting.remove(at: index)
            guard let number = missing.first,
                let packet = recovered(number, from: protection, changing: changing)
            else {
                discardedCount += 1
                continue
            }
            sources[number] = packet
            return (number, packet)
        }
        return nil
    }

    private func recovered(_ number: Int64, from protection: Protection, changing: [UInt8]) -> RTPPacket? {
        var string = protection.string
        var ssrc: UInt32?
        for other in protection.numbers where other != number {
            guard let packet = sources[other], let part = packet.protectionString(changing: changing) else {
                return nil
            }
            string.combine(part)
            ssrc = packet.ssrc
        }
        let bytes = string.packet(sequenceNumber: UInt16(truncatingIfNeeded: number), ssrc: ssrc ?? 0)
        return bytes.flatMap { try? RTPPacket(parsing: $0) }
    }

    private mutating func advance(to number: Int64) {
        guard number > newest else { return }
        newest = number
        guard sources.count > Int(Self.maximumAge) || !waiting.isEmpty else { return }
        let oldest = number - Self.maximumAge
        if sources.count > Int(Self.maximumAge) { sources = sources.filter { $0.key >= oldest } }
        let count = waiting.count
        waiting.removeAll { ($0.numbers.first ?? .min) < oldest }
        discardedCount += Int64(count - waiting.count)
    }

    private mutating func forget() {
        sources = [:]
        waiting = []
    }
}
