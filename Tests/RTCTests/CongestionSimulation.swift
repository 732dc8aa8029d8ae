import RTC
import TestSupport
import Wire

/// Media and TCP flows over one bottleneck in each direction, in virtual time (the topology of RFC 8867 §4).
final class CongestionSimulation {
    enum Direction: Int { case forward, backward }

    private enum Event {
        case media(flow: Int, isFeedback: Bool, OutgoingPacket)
        case segment(flow: Int, number: Int)
        case acknowledgement(flow: Int, number: Int)
    }

    private struct Scheduled {
        var time: Instant
        var order: Int
        var event: Event
    }

    private struct InQueue {
        var event: Event
        var delay: Duration
    }

    private(set) var now = Instant.zero
    var links: [BottleneckQueue]
    var flows: [MediaFlow] = []
    var transfers: [TransferFlow] = []
    /// Largest additional delay behind the bottleneck; never reorders.
    var jitter = Duration.zero
    var random: RandomSource
    /// Capacity of a direction from a time on.
    private var schedule: [(time: Instant, direction: Direction, rate: Double)] = []
    /// Queue delay of the forward link each 10 ms, milliseconds.
    private(set) var queueDelays: [Double] = []
    /// The same of the backward link.
    private(set) var backwardQueueDelays: [Double] = []
    /// What the forward link could have carried, and what media brought over it, bits, at each of those moments.
    private var capacity: [Double] = []
    private var capacityBits = 0.0

    private var events: [Scheduled] = []
    private var order = 0
    private var queued: [Int: InQueue] = [:]
    private var nextIdentifier = 0
    private var lastArrival: [Instant] = [.zero, .zero]
    private var nextSample = Instant.zero

    init(
        seed: UInt64, forward: Double, backward: Double = 100_000_000, depth: Duration = .milliseconds(300)
    ) {
        random = .seeded(seed)
        links = [
            BottleneckQueue(bitsPerSecond: forward, depth: depth),
            BottleneckQueue(bitsPerSecond: backward, depth: depth),
        ]
    }

    @discardableResult
    func addFlow(
        _ direction: Direction = .forward, delay: Duration, start: Duration = .zero,
        configuration: CongestionConfiguration = CongestionConfiguration()
    ) -> MediaFlow {
        let flow = MediaFlow(
            number: flows.count, direction: direction, delay: delay, start: .zero + start, configuration: configuration)
        flows.append(flow)
        return flow
    }

    @discardableResult
    func addTransfer(delay: Duration, start: Duration = .zero, bytes: Int? = nil) -> TransferFlow {
        let flow = TransferFlow(delay: delay, start: .zero + start, byteCount: bytes)
        transfers.append(flow)
        return flow
    }

    func setRate(_ rate: Double, _ direction: Direction = .forward, at time: Duration) {
        schedule.append((.zero + time, direction, rate))
        schedule.sort { $0.time < $1.time }
    }

    /// Share of the forward capacity that all flows used between two times in seconds.
    func utilization(from: Double, to: Double) -> Double {
        let media = flows.filter { $0.direction == .forward }.reduce(0) { $0 + $1.throughput(from: from, to: to) }
        let all = transfers.reduce(media) { $0 + $1.throughput(from: from, to: to) }
        return all / max(capacity(from: from, to: to), 1)
    }

    /// What the forward link could have carried between two times in seconds, bit/s.
    func capacity(from: Double, to: Double) -> Double {
        let (first, last) = (min(Int(from * 100), capacity.count - 1), min(Int(to * 100), capacity.count) - 1)
        return (capacity[last] - capacity[first]) / (Double(last - first) / 100)
    }

    // MARK: Time

    func run(for duration: Duration) {
        let end = now + duration
        while true {
            var next = min(nextSample, schedule.first?.time ?? nextSample)
            if let first = events.first { next = min(next, first.time) }
            for link in links { next = earliest(next, link.nextDeparture) ?? next }
            for flow in flows { next = min(next, flow.nextTimeout(at: now)) }
            for transfer in transfers { next = min(next, transfer.nextTimeout) }
            guard next <= end else { break }
            now = max(now, next)
            step()
        }
        now = end
    }

    private func step() {
        while let change = schedule.first, change.time <= now {
            links[change.direction.rawValue].setRate(change.rate, at: now)
            schedule.removeFirst()
        }
        if nextSample <= now {
            queueDelays.append(links[0].delay.inMilliseconds)
            backwardQueueDelays.append(links[1].delay.inMilliseconds)
            capacityBits += links[0].rate / 100
            capacity.append(capacityBits)
            nextSample = nextSample + .milliseconds(10)
        }
        for direction in links.indices { serve(direction) }
        while let first = events.first, first.time <= now {
            popEvent()
            deliver(first.event)
        }
        for flow in flows where flow.nextTimeout(at: now) <= now { flow.handleTimeout(at: now, random: &random) }
        for flow in flows { drain(flow) }
        for index in transfers.indices { drain(index) }
    }

    private func serve(_ direction: Int) {
        while let (identifier, isLost) = links[direction].depart(at: now, random: &random) {
            guard let packet = queued.removeValue(forKey: identifier), !isLost else { continue }
            var arrival = now + packet.delay
            if jitter > .zero {
                arrival = arrival + .microseconds(Int64(random.fraction() * Double(jitter.wholeMicroseconds)))
                arrival = max(arrival, lastArrival[direction])
                lastArrival[direction] = arrival
            }
            push(packet.event, at: arrival)
        }
    }

    private func deliver(_ event: Event) {
        switch event {
        case .media(let number, let isFeedback, let packet):
            flows[number].deliver(packet, isFeedback: isFeedback, at: now)
        case .segment(let number, let segment):
            let acknowledged = transfers[number].receive(segment, at: now)
            // Acknowledgements are small and have the way back to themselves.
            push(.acknowledgement(flow: number, number: acknowledged), at: now + transfers[number].delay)
        case .acknowledgement(let number, let acknowledged):
            transfers[number].acknowledge(acknowledged, at: now)
        }
    }

    private func drain(_ flow: MediaFlow) {
        let back: Direction = flow.direction == .forward ? .backward : .forward
        // SRTP's tag, which these sessions do not have, counts as well.
        while let packet = flow.sender.pollPacket(at: now) {
            offer(
                .media(flow: flow.number, isFeedback: false, packet), packet.bytes.count + 10, delay: flow.delay,
                flow.direction)
        }
        while let packet = flow.receiver.pollPacket(at: now) {
            offer(
                .media(flow: flow.number, isFeedback: true, packet), packet.bytes.count + 10, delay: flow.delay, back)
        }
        flow.takeEvents(at: now)
    }

    private func drain(_ index: Int) {
        while let segment = transfers[index].pollSegment(at: now) {
            offer(
                .segment(flow: index, number: segment), TransferFlow.segmentByteCount, delay: transfers[index].delay,
                .forward)
        }
    }

    private func offer(_ event: Event, _ byteCount: Int, delay: Duration, _ direction: Direction) {
        nextIdentifier += 1
        guard links[direction.rawValue].offer(nextIdentifier, byteCount: byteCount, at: now) else { return }
        queued[nextIdentifier] = InQueue(event: event, delay: delay)
    }

    // MARK: Binary heap

    private func push(_ event: Event, at time: Instant) {
        order += 1
        events.append(Scheduled(time: time, order: order, event: event))
        var child = events.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard isBefore(child, parent) else { break }
            events.swapAt(child, parent)
            child = parent
        }
    }

    private func popEvent() {
        events.swapAt(0, events.count - 1)
        events.removeLast()
        var parent = 0
        while true {
            let left = 2 * parent + 1
            guard left < events.count else { return }
            let child = left + 1 < events.count && isBefore(left + 1, left) ? left + 1 : left
            guard isBefore(child, parent) else { return }
            events.swapAt(child, parent)
            parent = child
        }
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        (events[left].time, events[left].order) < (events[right].time, events[right].order)
    }
}
