/// Deciding what to play.
extension AudioJitterBuffer {
    /// One step of silence, and of concealment while the buffer is empty: 10 ms at 48 kHz. Short, so that a packet that
    /// is only a little late is played soon, and the one behind a lost packet has time to come and repair it.
    private static let step = 480
    /// After so long without a packet playout stops, and starts anew with the next: 1 s, or 5 s when the sender said
    /// that there is nothing to hear.
    private static let maximumConcealment = 48_000
    private static let maximumDiscontinuity = 240_000
    /// Further behind the target than this, packets are dropped: stretching would take seconds.
    private static let maximumExcess: Int64 = 300_000
    /// So far behind the target, microseconds, every packet is shortened.
    private static let hurry = 100_000.0
    /// Microseconds between the limits at which sound is shortened and made longer.
    private static let hysteresis = 15_000.0
    private static let calmHysteresis = 5_000.0

    /// What to play next. Call it when the last decision's samples have been used up.
    ///
    /// - Parameter wanted: samples that the speaker wants altogether now.
    package mutating func next(at now: Instant, wanted: Int = 480) -> AudioDecision {
        reserve.record(wanted: wanted)
        guard isStarted || start(at: now) else {
            return AudioDecision(action: .silence, sampleCount: Self.step, stretch: .none)
        }
        dropExcess(at: now)
        guard let index = firstWaitingSlot else { return concealEmpty() }
        let slot = slots[index]
        let missing = (slot.sequenceNumber ?? 0) - (nextSequenceNumber ?? 0)
        let gap = slot.timestamp - expectedTimestamp
        let remaining = gap - Int64(concealedRun)
        let hasWaited = now - slot.arrival >= targetDelay
        if remaining <= 0 || (hasWaited && (missing == 0 || gap > Int64(Self.maximumConcealment))) {
            return decode(index, at: now)
        }
        if missing == 0 {
            // The sender paused: its time has not come yet.
            return conceal(min(Int(clamping: remaining), Self.step), .pause)
        }
        let duration = slot.sampleCount
        if slot.carriesForwardErrorCorrection, remaining <= Int64(duration), remaining * 2 >= Int64(duration) {
            return recover(index)
        }
        return conceal(min(Int(clamping: remaining), Self.step), .lost)
    }

    /// Back to the state before the first packet was played.
    mutating func stopPlayout() {
        isStarted = false
        isConcealing = false
        concealedRun = 0
        lastWasDiscontinuous = false
        reserve.forget()
    }

    /// The oldest packet at or behind `nextSequenceNumber`.
    private var firstWaitingSlot: Int? {
        guard let next = nextSequenceNumber, let highest = highestSequenceNumber, highest >= next else { return nil }
        for number in next...min(highest, next + Int64(Self.capacity) - 1) {
            let index = Self.index(of: number)
            if slots[index].sequenceNumber == number { return index }
        }
        return nil
    }

    /// Playout starts when the first packet is as old as the target wants.
    private mutating func start(at now: Instant) -> Bool {
        guard let index = firstWaitingSlot else { return false }
        let slot = slots[index]
        let delay = playoutDelay(slot, at: now)
        guard delay >= targetDelay || now - slot.arrival >= targetDelay else { return false }
        isStarted = true
        nextSequenceNumber = slot.sequenceNumber
        expectedTimestamp = slot.timestamp
        concealedRun = 0
        return true
    }

    private func playoutDelay(_ slot: Slot, at now: Instant) -> Duration {
        let mediaTime = Self.microseconds(of: slot.timestamp)
        return .microseconds(estimator.playoutDelay(mediaTime: mediaTime, at: now.microseconds) ?? 0)
    }

    private mutating func decode(_ index: Int, at now: Instant) -> AudioDecision {
        let slot = slots[index]
        let wait = now - slot.arrival
        let delay = Double(playoutDelay(slot, at: now).wholeMicroseconds)
        reserve.record(delay: delay, at: now)
        averageWait =
            averageWait.map { $0 + (Double(wait.wholeMicroseconds) - $0) / 32 }
            ?? Double(wait.wholeMicroseconds)
        statistics.currentDelay = (averageWait ?? 0) / 1000
        let samples = slot.sampleCount
        statistics.jitterBufferDelay += wait.inSeconds * Double(samples)
        statistics.jitterBufferTargetDelay += targetDelay.inSeconds * Double(samples)
        statistics.jitterBufferEmittedCount += samples
        statistics.totalSamplesReceived += samples
        advance(past: slot)
        lastWasDiscontinuous = slot.isDiscontinuous
        slots[index].sequenceNumber = nil
        return AudioDecision(action: .decode(slot: index), sampleCount: samples, stretch: stretch(at: now))
    }

    private mutating func advance(past slot: Slot) {
        nextSequenceNumber = (slot.sequenceNumber ?? 0) + 1
        expectedTimestamp = slot.timestamp + Int64(slot.sampleCount)
        concealedRun = 0
        isConcealing = false
    }

    /// Plays the error correction that the packet in `index` carries for the one before it.
    private mutating func recover(_ index: Int) -> AudioDecision {
        let slot = slots[index]
        nextSequenceNumber = slot.sequenceNumber
        expectedTimestamp = slot.timestamp
        concealedRun = 0
        isConcealing = false
        statistics.packetsRecovered += 1
        statistics.totalSamplesReceived += slot.sampleCount
        return AudioDecision(
            action: .forwardErrorCorrection(slot: index), sampleCount: slot.sampleCount, stretch: .none)
    }

    private mutating func concealEmpty() -> AudioDecision {
        let limit = lastWasDiscontinuous ? Self.maximumDiscontinuity : Self.maximumConcealment
        guard concealedRun < limit else {
            stopPlayout()
            return AudioDecision(action: .silence, sampleCount: Self.step, stretch: .none)
        }
        return conceal(Self.step, lastWasDiscontinuous ? .pause : .late)
    }

    /// Where the sender chose to send nothing, nothing is counted as concealed.
    private mutating func conceal(_ count: Int, _ reason: AudioDecision.Concealment) -> AudioDecision {
        // Opus continues in steps of 2.5 ms.
        let samples = max(count / 120 * 120, 120)
        statistics.totalSamplesReceived += samples
        if reason != .pause {
            statistics.concealedSamples += samples
            if concealedRun >= AudioDecision.audibleConcealment { statistics.silentConcealedSamples += samples }
            if !isConcealing { statistics.concealmentEvents += 1 }
            isConcealing = true
        }
        concealedRun += samples
        return AudioDecision(action: .conceal(reason), sampleCount: samples, stretch: .none)
    }

    /// After an outage that delayed packets instead of losing them, the oldest are skipped.
    private mutating func dropExcess(at now: Instant) {
        while let index = firstWaitingSlot, slots[index].sequenceNumber != highestSequenceNumber,
            playoutDelay(slots[index], at: now) > targetDelay + .microseconds(Self.maximumExcess)
        {
            advance(past: slots[index])
            slots[index].sequenceNumber = nil
            statistics.packetsDiscarded += 1
            reserve.forget()
        }
    }

    /// NetEq's limits, only closer: from three quarters of the target, over at least 15 ms, which is more than the longest
    /// period that can be taken out. Where it is calm for long, a third of that is enough.
    private mutating func stretch(at now: Instant) -> AudioDecision.Stretch {
        let target = Double(targetDelay.wholeMicroseconds)
        let low = max(target * 3 / 4, target - 85_000)
        return reserve.stretch(
            low...max(target, low + Self.hysteresis), calm: estimator.isCalm ? Self.calmHysteresis : nil,
            hurry: target + Self.hurry, at: now)
    }
}
