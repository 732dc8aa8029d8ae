/// What the audio thread should do for the next packet's worth of sound.
package struct AudioDecision: Sendable {
    package enum Action: Sendable {
        /// Decode the packet in this slot.
        case decode(slot: Int)
        /// The packet is lost; the one in this slot is the next and may carry a copy of it.
        case forwardErrorCorrection(slot: Int)
        case conceal
        /// Nothing to play: not started, or the sender is quiet.
        case silence
    }

    package enum Stretch: Sendable { case none, accelerate, decelerate }

    package var action: Action
    package var stretch: Stretch
}

/// Smooths the arrival of sound: waits as long as the network's jitter asks for, and no longer (webrtc.md §3.4).
///
/// For the audio thread: slots are made once, nothing is allocated afterwards.
package struct AudioJitterBuffer {
    /// Figures by W3C names, times in seconds.
    package struct Statistics: Sendable {
        package var jitterBufferDelay = 0.0
        package var jitterBufferTargetDelay = 0.0
        /// Samples.
        package var jitterBufferEmittedCount = 0
        package var concealmentEvents = 0
        package var packetsDiscarded = 0
        package var fecPacketsUsed = 0
        /// What waits now, ms.
        package var currentDelay = 0.0
    }

    private struct Slot {
        var number: Int64 = -1
        var timestamp: UInt32 = 0
        var arrival = Instant.zero
        var count = 0
    }

    private static let slotCount = 128
    private static let slotSize = 1500
    private static let clockRate = 48_000.0
    /// Relative delays are sorted into buckets of 20 ms, as many as make 2 s.
    private static let bucketWidth = 0.020
    private static let bucketCount = 100
    private static let forgetting = 0.983
    private static let quantile = 0.95
    /// Concealments in a row before the stream counts as silent: 1 s.
    private static let patience = 50

    private var slots: [Slot]
    private let storage: UnsafeMutableRawBufferPointer
    private let owner: StorageOwner
    /// The packet to be played next; nil before the first.
    private var next: Int64?
    private var newest: Int64 = 0
    private var packetDuration = 0.020
    private var lastTimestamp: UInt32?
    private var isBuffering = true
    private var concealments = 0
    private var histogram: [Double]
    /// The smallest "arrival less send time" of the last while, for relative delays.
    private var baseDelay: Double?
    private var baseReset = Instant.zero
    private var sinceStretch = 0
    package private(set) var statistics = Statistics()

    private final class StorageOwner {
        let bytes: UnsafeMutableRawBufferPointer
        init(_ count: Int) { bytes = .allocate(byteCount: count, alignment: 64) }
        deinit { bytes.deallocate() }
    }

    package init() {
        slots = Array(repeating: Slot(), count: Self.slotCount)
        owner = StorageOwner(Self.slotCount * Self.slotSize)
        storage = owner.bytes
        histogram = Array(repeating: 0, count: Self.bucketCount)
        histogram[0] = 1
    }

    /// How long packets should wait, seconds: the 95 % quantile of their relative delays, and one packet.
    package var targetDelay: Double {
        var sum = 0.0
        for (index, weight) in histogram.enumerated() {
            sum += weight
            if sum >= Self.quantile { return Double(index) * Self.bucketWidth + packetDuration }
        }
        return 2
    }

    /// A packet has arrived. Late, repeated and oversized ones are counted and forgotten.
    package mutating func insert(
        sequenceNumber: Int64, timestamp: UInt32, payload: UnsafeRawBufferPointer, arrival: Instant
    ) {
        if let next, abs(sequenceNumber - next) > 3000 { restart() }
        if let next, sequenceNumber < next {
            statistics.packetsDiscarded += 1
            updateHistogram(timestamp, arrival)
            return
        }
        let index = Int(truncatingIfNeeded: sequenceNumber & Int64(Self.slotCount - 1))
        guard payload.count <= Self.slotSize, slots[index].number != sequenceNumber else {
            statistics.packetsDiscarded += 1
            return
        }
        // A packet a whole round of slots ahead means that nobody plays: go on from there.
        if let next, sequenceNumber - next >= Int64(Self.slotCount) { self.next = nil }
        slots[index] = Slot(number: sequenceNumber, timestamp: timestamp, arrival: arrival, count: payload.count)
        UnsafeMutableRawBufferPointer(rebasing: storage[(index * Self.slotSize)...]).copyMemory(from: payload)
        if sequenceNumber > newest || next == nil { newest = max(newest, sequenceNumber) }
        if next == nil {
            next = sequenceNumber
            newest = sequenceNumber
            isBuffering = true
        } else if isBuffering, let next, sequenceNumber < next {
            self.next = sequenceNumber
        }
        updateHistogram(timestamp, arrival)
    }

    private mutating func updateHistogram(_ timestamp: UInt32, _ arrival: Instant) {
        if let lastTimestamp {
            let step = Double(timestamp &- lastTimestamp) / Self.clockRate
            if step >= 0.0025, step <= 0.120 { packetDuration = step }
        }
        lastTimestamp = timestamp
        let sent = Double(timestamp) / Self.clockRate
        let delay = Double(arrival.microseconds) / 1_000_000 - sent
        // The base creeps up so that clock drift and a changed route are forgotten after some seconds.
        if baseDelay.map({ delay < $0 || abs(delay - $0) > 5 }) ?? true {
            baseDelay = delay
        } else if let base = baseDelay {
            baseDelay = base + 0.000_02
        }
        let relative = max(0, delay - (baseDelay ?? delay))
        let bucket = min(Int(relative / Self.bucketWidth), Self.bucketCount - 1)
        for index in histogram.indices { histogram[index] *= Self.forgetting }
        histogram[bucket] += 1 - Self.forgetting
    }

    /// What to play next; each call stands for one packet.
    package mutating func next(at now: Instant) -> AudioDecision {
        guard let wanted = next else { return AudioDecision(action: .silence, stretch: .none) }
        let waiting = waitingTime(from: wanted)
        statistics.currentDelay = waiting * 1000
        if isBuffering {
            let first = slots[index(of: wanted)]
            let waited = first.number == wanted ? (now - first.arrival).inSeconds : 0
            guard waiting >= targetDelay - packetDuration / 2 || waited >= targetDelay else {
                return AudioDecision(action: .silence, stretch: .none)
            }
            isBuffering = false
        }
        let slot = index(of: wanted)
        if slots[slot].number == wanted { return play(slot, number: wanted, waiting: waiting, at: now) }
        return fillGap(wanted)
    }

    private mutating func play(_ slot: Int, number: Int64, waiting: Double, at now: Instant) -> AudioDecision {
        concealments = 0
        next = number + 1
        slots[slot].number = -1
        let samples = Int(packetDuration * Self.clockRate)
        statistics.jitterBufferEmittedCount += samples
        statistics.jitterBufferDelay += max(0, (now - slots[slot].arrival).inSeconds) * Double(samples)
        statistics.jitterBufferTargetDelay += targetDelay * Double(samples)
        return AudioDecision(action: .decode(slot: slot), stretch: stretch(waiting))
    }

    /// Too much waits: play faster. Too little: slower. Not more often than every third packet.
    private mutating func stretch(_ waiting: Double) -> AudioDecision.Stretch {
        sinceStretch += 1
        guard sinceStretch >= 3 else { return .none }
        let target = targetDelay
        if waiting > target + max(packetDuration, 0.020) {
            sinceStretch = 0
            return .accelerate
        }
        if waiting < target * 0.5, waiting < target - packetDuration {
            sinceStretch = 0
            return .decelerate
        }
        return .none
    }

    private mutating func fillGap(_ wanted: Int64) -> AudioDecision {
        if newest > wanted {
            // Something later is here, so this one is lost: a packet may be late by a step, not more.
            let following = index(of: wanted + 1)
            next = wanted + 1
            if concealments == 0 { statistics.concealmentEvents += 1 }
            concealments += 1
            if slots[following].number == wanted + 1 {
                statistics.fecPacketsUsed += 1
                return AudioDecision(action: .forwardErrorCorrection(slot: following), stretch: .none)
            }
            return AudioDecision(action: .conceal, stretch: .none)
        }
        concealments += 1
        if concealments == 1 { statistics.concealmentEvents += 1 }
        if concealments > Self.patience {
            next = nil
            concealments = 0
            return AudioDecision(action: .silence, stretch: .none)
        }
        return AudioDecision(action: .conceal, stretch: .none)
    }

    /// Seconds of sound that wait, the wanted packet included.
    private func waitingTime(from wanted: Int64) -> Double {
        newest < wanted ? 0 : Double(newest - wanted + 1) * packetDuration
    }

    private func index(of number: Int64) -> Int { Int(truncatingIfNeeded: number & Int64(Self.slotCount - 1)) }

    /// The bytes of a slot that the last decision named; valid until the next `insert`.
    package func payload(at slot: Int) -> UnsafeRawBufferPointer {
        guard slots.indices.contains(slot) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let start = slot * Self.slotSize
        return UnsafeRawBufferPointer(rebasing: storage[start..<start + slots[slot].count])
    }

    private mutating func restart() {
        for index in slots.indices { slots[index].number = -1 }
        next = nil
        newest = 0
        lastTimestamp = nil
        baseDelay = nil
        isBuffering = true
        concealments = 0
    }
}
