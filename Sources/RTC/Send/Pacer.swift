import Wire

/// Spreads packets over time: sound at once, then retransmissions, then pictures (a leaky bucket).
struct Pacer: Sendable {
    enum Priority: Int, Sendable { case audio, retransmission, video }

    /// Never slower than this, so that a key frame on a fast network takes milliseconds.
    private static let floor = 10_000_000
    private static let burst = Duration.milliseconds(5)
    /// Older pictures are sent at once rather than later still.
    private static let longestQueue = Duration.milliseconds(500)
    private static let queueCap = 4096

    private var queues: [[QueuedPacket]] = [[], [], []]
    private var heads = [0, 0, 0]
    /// When the bucket will be empty.
    private var emptyAt = Instant.zero
    /// bit/s
    var rate = floor { didSet { rate = max(rate, Self.floor) } }

    mutating func enqueue(_ packet: RTPPacket, _ priority: Priority, at now: Instant) {
        guard queues[priority.rawValue].count - heads[priority.rawValue] < Self.queueCap else { return }
        queues[priority.rawValue].append(QueuedPacket(packet: packet, queued: now))
    }

    /// The next packet that may leave now.
    mutating func next(at now: Instant) -> (packet: RTPPacket, priority: Priority)? {
        for priority in [Priority.audio, .retransmission, .video] {
            let queue = priority.rawValue
            guard heads[queue] < queues[queue].count else { continue }
            let entry = queues[queue][heads[queue]]
            let isFree = priority == .audio || now + Self.burst >= emptyAt || now - entry.queued > Self.longestQueue
            guard isFree else { return nil }
            heads[queue] += 1
            if heads[queue] == queues[queue].count {
                queues[queue].removeAll(keepingCapacity: true)
                heads[queue] = 0
            }
            let bits = (entry.packet.payload.count + 40) * 8
            emptyAt = max(emptyAt, now) + .microseconds(bits * 1_000_000 / rate)
            return (entry.packet, priority)
        }
        return nil
    }

    /// When a packet that must wait may leave; nil when none waits.
    var nextTime: Instant? {
        let isWaiting = (0..<3).contains { heads[$0] < queues[$0].count }
        return isWaiting ? emptyAt - Self.burst : nil
    }
}
