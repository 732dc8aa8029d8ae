import Wire

/// Brings packets of Opus into order and time for one received stream (webrtc.md §3.4).
///
/// It belongs to the audio thread: all memory is allocated by `init`, and neither `insert` nor `next` allocates, locks
/// or waits. Playout keeps a target delay behind the fastest packets; a packet that is late stretches the delay instead
/// of being lost, and `AudioDecision.stretch` brings it back.
package struct AudioJitterBuffer: ~Copyable, Sendable {
    package typealias Statistics = AudioJitterBufferStatistics

    /// Packets that have a place; later ones start playout anew.
    package static let capacity = 200
    /// The largest packet that has a place.
    package static let maximumPacketByteCount = 1500

    /// The floor of the target delay where nothing else asks for more.
    package static let leastDelay = Duration.microseconds(AudioDelayEstimator.calmDelay)

    struct Slot: Sendable {
        /// Nil when free.
        var sequenceNumber: Int64?
        /// Unwrapped, 48 kHz.
        var timestamp: Int64 = 0
        var byteCount = 0
        var arrival = Instant.zero
        var sampleCount = 0
        var isDiscontinuous = false
        var carriesForwardErrorCorrection = false
    }

    /// Floor of the target delay; raise it to hold sound back for its picture.
    package var minimumDelay = leastDelay
    /// Ceiling of the target delay.
    package var maximumDelay = Duration.seconds(1)
    package internal(set) var statistics = AudioJitterBufferStatistics()

    /// Packet bytes, one stretch a slot.
    private let storage: AudioPacketStorage
    var slots: [Slot]
    private var timestamps = TimestampUnwrapper()
    private(set) var estimator = AudioDelayEstimator()
    private(set) var highestSequenceNumber: Int64?

    // State of playout, changed by `next` (AudioJitterBuffer+Playout.swift).
    var isStarted = false
    /// The sequence number behind the last one played or given up.
    var nextSequenceNumber: Int64?
    /// The timestamp behind the last sample decoded.
    var expectedTimestamp: Int64 = 0
    /// Samples made up since `expectedTimestamp`.
    var concealedRun = 0
    var isConcealing = false
    var lastWasDiscontinuous = false
    var reserve = PlayoutReserve()
    /// Mean time that packets wait, microseconds.
    var averageWait: Double?

    package init() {
        storage = AudioPacketStorage(byteCount: Self.capacity * Self.maximumPacketByteCount)
        slots = Array(repeating: Slot(), count: Self.capacity)
    }

    /// Packets that wait now.
    package var packetCount: Int { slots.reduce(0) { $0 + ($1.sequenceNumber == nil ? 0 : 1) } }

    /// The delay that playout aims at, behind the fastest packets.
    package var targetDelay: Duration {
        min(max(.microseconds(estimator.target), minimumDelay), maximumDelay)
    }

    /// Mean time from a packet's arrival to its decoding: together with the sound device's latency this is what
    /// `RTPSession.setAudioPlayoutDelay` wants.
    package var averageDelay: Duration { .microseconds(Int64(averageWait ?? 0)) }

    /// Adds a packet. One that is late, doubled, too large or no Opus is counted and dropped.
    ///
    /// - Parameters:
    ///   - sequenceNumber: extended, as `ReceivedAudio` has it.
    ///   - timestamp: RTP timestamp at 48 kHz; wraps.
    ///   - isRedundant: it is a copy that came with a later packet.
    package mutating func insert(
        sequenceNumber: Int64, timestamp: UInt32, payload: UnsafeRawBufferPointer, arrival: Instant,
        isRedundant: Bool = false
    ) {
        guard payload.count <= Self.maximumPacketByteCount, let opus = try? OpusPayload(parsing: payload) else {
            if !isRedundant { statistics.packetsDiscarded += 1 }
            return
        }
        restartIfFarOff(sequenceNumber, timestamp: timestamp)
        let unwrapped = timestamps.unwrap(timestamp)
        guard !isHere(sequenceNumber) else {
            if !isRedundant { statistics.packetsDuplicated += 1 }
            return
        }
        learn(of: sequenceNumber, timestamp: unwrapped, opus: opus, arrival: arrival, isRedundant: isRedundant)
        highestSequenceNumber = max(highestSequenceNumber ?? sequenceNumber, sequenceNumber)
        if let nextSequenceNumber, sequenceNumber < nextSequenceNumber {
            if isStarted {
                if !isRedundant { statistics.packetsDiscarded += 1 }
                return
            }
            // Not started yet: an overtaken first packet may still take its place.
            self.nextSequenceNumber = sequenceNumber
        } else if nextSequenceNumber == nil {
            nextSequenceNumber = sequenceNumber
        }
        store(payload, as: sequenceNumber, timestamp: unwrapped, opus: opus, arrival: arrival)
    }

    /// Forgets all packets and the source's clock, as for a new source; what is known of the path's jitter stays.
    package mutating func reset() {
        for index in slots.indices { slots[index].sequenceNumber = nil }
        timestamps = TimestampUnwrapper()
        estimator.forgetTransit()
        highestSequenceNumber = nil
        nextSequenceNumber = nil
        stopPlayout()
    }

    /// The bytes of a slot out of the last decision; valid until the next `insert`. Empty for a slot that is none.
    package func payload(at slot: Int) -> UnsafeRawBufferPointer {
        guard slots.indices.contains(slot) else { return UnsafeRawBufferPointer(start: nil, count: 0) }
        let start = slot * Self.maximumPacketByteCount
        return UnsafeRawBufferPointer(rebasing: storage.bytes[start..<start + slots[slot].byteCount])
    }

    /// Tells how a stretch hint was carried out: samples put in (positive) or taken out (negative).
    package mutating func recordStretch(sampleCount: Int) {
        if sampleCount > 0 {
            statistics.insertedSamplesForDeceleration += sampleCount
        } else {
            statistics.removedSamplesForAcceleration -= max(sampleCount, -48_000)
        }
    }

    // MARK: Storage

    static func index(of sequenceNumber: Int64) -> Int {
        let rest = Int(sequenceNumber % Int64(capacity))
        return rest < 0 ? rest + capacity : rest
    }

    static func microseconds(of timestamp: Int64) -> Int64 { timestamp * 125 / 6 }

    private func isHere(_ sequenceNumber: Int64) -> Bool {
        slots[Self.index(of: sequenceNumber)].sequenceNumber == sequenceNumber
    }

    /// Tells the estimator when this packet came, and the one before it, which it may make good.
    private mutating func learn(
        of sequenceNumber: Int64, timestamp: Int64, opus: OpusPayload, arrival: Instant, isRedundant: Bool
    ) {
        let isOvertaken = highestSequenceNumber.map { sequenceNumber < $0 } ?? false
        estimator.record(
            mediaTime: Self.microseconds(of: timestamp), arrival: arrival.microseconds,
            isRedundant ? .repaired : isOvertaken ? .overtaken : .inOrder)
        // Copies come before the packet that brings them, so what is missing here has none.
        guard opus.carriesForwardErrorCorrection, let highest = highestSequenceNumber, highest < sequenceNumber - 1
        else { return }
        estimator.record(
            mediaTime: Self.microseconds(of: timestamp - Int64(opus.sampleCount)), arrival: arrival.microseconds,
            .repaired)
    }

    /// A packet beyond the buffer's reach, or a clock that jumps back, belongs to a new beginning.
    private mutating func restartIfFarOff(_ sequenceNumber: Int64, timestamp: UInt32) {
        guard let next = nextSequenceNumber, let highest = highestSequenceNumber else { return }
        let isTooNew = sequenceNumber >= next + Int64(Self.capacity)
        let isTooOld = sequenceNumber < highest - 1000
        let newestTimestamp = timestamps.highest ?? 0
        let jumpsBack = sequenceNumber > highest && timestamps.peek(timestamp) < newestTimestamp - 48_000
        guard isTooNew || isTooOld || jumpsBack else { return }
        statistics.packetsDiscarded += packetCount
        reset()
    }

    private mutating func store(
        _ payload: UnsafeRawBufferPointer, as sequenceNumber: Int64, timestamp: Int64, opus: OpusPayload,
        arrival: Instant
    ) {
        let index = Self.index(of: sequenceNumber)
        let start = index * Self.maximumPacketByteCount
        UnsafeMutableRawBufferPointer(rebasing: storage.bytes[start..<start + payload.count]).copyMemory(from: payload)
        slots[index] = Slot(
            sequenceNumber: sequenceNumber, timestamp: timestamp, byteCount: payload.count, arrival: arrival,
            sampleCount: opus.sampleCount, isDiscontinuous: opus.isDiscontinuous,
            carriesForwardErrorCorrection: opus.carriesForwardErrorCorrection)
    }
}
