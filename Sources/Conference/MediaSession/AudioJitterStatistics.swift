import RTC
import Synchronization

/// The jitter buffer's figures on their way from the audio thread to whoever asks. No lock.
final class AudioJitterStatistics: Sendable {
    struct Snapshot: Sendable {
        /// Seconds, summed over samples.
        var jitterBufferDelay: Double
        var jitterBufferTargetDelay: Double
        var jitterBufferEmittedCount: Int
        var concealedSamples: Int
        var silentConcealedSamples: Int
        var concealmentEvents: Int
        var packetsDiscarded: Int
        /// Restored from in-band error correction.
        var packetsRecovered: Int
        /// What waits now, ms.
        var currentDelay: Double
    }

    private let delay = Atomic<UInt64>(0)
    private let targetDelay = Atomic<UInt64>(0)
    private let emitted = Atomic<Int>(0)
    private let concealed = Atomic<Int>(0)
    private let silent = Atomic<Int>(0)
    private let concealments = Atomic<Int>(0)
    private let discarded = Atomic<Int>(0)
    private let recovered = Atomic<Int>(0)
    private let current = Atomic<UInt64>(0)

    /// Audio thread.
    func publish(_ figures: AudioJitterBuffer.Statistics) {
        delay.store(figures.jitterBufferDelay.bitPattern, ordering: .relaxed)
        targetDelay.store(figures.jitterBufferTargetDelay.bitPattern, ordering: .relaxed)
        emitted.store(figures.jitterBufferEmittedCount, ordering: .relaxed)
        concealed.store(figures.concealedSamples, ordering: .relaxed)
        silent.store(figures.silentConcealedSamples, ordering: .relaxed)
        concealments.store(figures.concealmentEvents, ordering: .relaxed)
        discarded.store(figures.packetsDiscarded, ordering: .relaxed)
        recovered.store(figures.packetsRecovered, ordering: .relaxed)
        current.store(figures.currentDelay.bitPattern, ordering: .relaxed)
    }

    var snapshot: Snapshot {
        Snapshot(
            jitterBufferDelay: Double(bitPattern: delay.load(ordering: .relaxed)),
            jitterBufferTargetDelay: Double(bitPattern: targetDelay.load(ordering: .relaxed)),
            jitterBufferEmittedCount: emitted.load(ordering: .relaxed),
            concealedSamples: concealed.load(ordering: .relaxed),
            silentConcealedSamples: silent.load(ordering: .relaxed),
            concealmentEvents: concealments.load(ordering: .relaxed),
            packetsDiscarded: discarded.load(ordering: .relaxed), packetsRecovered: recovered.load(ordering: .relaxed),
            currentDelay: Double(bitPattern: current.load(ordering: .relaxed)))
    }
}
