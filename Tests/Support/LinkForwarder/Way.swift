import LinkSupport
import RTC
import TestSupport

/// One direction of the link: a bottleneck, and behind it the way itself, which takes its time and loses some.
struct Way {
    /// No network that a test drives is as fast: there, nothing waits.
    private static let unlimited = 1e11
    /// More than a queue holds whose packets anybody still waits for.
    private static let packetLimit = 50_000

    private let direction: TunnelledLink.Direction
    private var conditions = TunnelledLink.Conditions.perfect
    private var bottleneck = BottleneckQueue(bitsPerSecond: unlimited, depth: .milliseconds(300))
    private var queued: [Int: [UInt8]] = [:]
    private var travelling = DelayQueue<[UInt8]>()
    private var nextIdentifier = 0
    private var lastArrival = Instant.zero
    private var random = RandomSource.system
    private var queueDelays: [Double] = []

    init(_ direction: TunnelledLink.Direction) { self.direction = direction }

    mutating func set(_ conditions: TunnelledLink.Conditions, at now: Instant) {
        serve(to: now)
        self.conditions = conditions
        bottleneck.setRate(max(conditions.bitsPerSecond ?? Self.unlimited, 1), at: now)
        bottleneck.depth = .microseconds(Int64(max(conditions.queue, 0) * 1_000_000))
        bottleneck.loss = conditions.loss
        bottleneck.lossBurst = conditions.lossBurst
    }

    /// Takes a whole IP packet on its way.
    mutating func send(_ packet: [UInt8], at now: Instant) {
        guard queued.count + travelling.count < Self.packetLimit else { return }
        nextIdentifier += 1
        let payload = packet.count - BottleneckQueue.headerByteCount
        guard bottleneck.offer(nextIdentifier, byteCount: payload, at: now) else { return }
        queued[nextIdentifier] = packet
    }

    /// The next packet that has arrived by `now`. Call until nil.
    mutating func arrive(at now: Instant) -> [UInt8]? {
        serve(to: now)
        return travelling.release(at: now)
    }

    /// When something will happen by itself.
    var nextTimeout: Instant? { earliest(bottleneck.nextDeparture, travelling.nextRelease) }

    /// However late this is called, a packet leaves the bottleneck when its last bit does.
    private mutating func serve(to now: Instant) {
        while let time = bottleneck.nextDeparture, time <= now {
            guard let (identifier, isLost) = bottleneck.depart(at: time, random: &random) else { continue }
            guard let packet = queued.removeValue(forKey: identifier), !isLost else { continue }
            // A shorter delay from now on lets nothing overtake.
            lastArrival = max(lastArrival, time + .microseconds(Int64(max(conditions.delay, 0) * 1_000_000)))
            travelling.insert(packet, until: lastArrival)
        }
    }

    // MARK: Report

    mutating func sample(at now: Instant) {
        bottleneck.setRate(bottleneck.rate, at: now)
        queueDelays.append(bottleneck.delay.inMilliseconds)
    }

    /// What has been sampled since the last time.
    mutating func takeReport() -> LinkReport {
        defer { queueDelays = [] }
        return LinkReport(
            direction: direction, queueDelays: queueDelays, bitsPerSecond: conditions.bitsPerSecond,
            carriedBits: bottleneck.carriedBits, droppedCount: bottleneck.droppedCount)
    }
}
