import Media
import RTC
import Synchronization

/// A call's received sound as the audio thread wants it: the jitter buffer, fed through a ring from the network thread.
final class ReceivedAudioSource: AudioPacketSource, @unchecked Sendable {
    // Unchecked: `jitterBuffer` and `slot` belong to the audio thread alone; the ring and the atomics are made for two.

    private let ring = AudioPacketRing()
    private var jitterBuffer = AudioJitterBuffer()
    private let statistics = AudioJitterStatistics()
    private var pullsUntilReport = 0
    /// Microseconds.
    private let minimumDelay = Atomic<Int64>(0)

    /// Network thread.
    func receive(_ audio: ReceivedAudio) {
        ring.push(
            sequenceNumber: audio.sequenceNumber, timestamp: audio.timestamp, arrival: audio.arrival,
            isRedundant: audio.isRedundant, payload: audio.payload)
    }

    /// Any thread: how long packets wait at least.
    func setMinimumDelay(_ delay: Duration) { minimumDelay.store(delay.wholeMicroseconds, ordering: .relaxed) }

    /// Audio thread: what to play next.
    func next(at microseconds: Int64, wanted: Int) -> AudioPull {
        while ring.pop({ header, payload in
            jitterBuffer.insert(
                sequenceNumber: header.sequenceNumber, timestamp: header.timestamp, payload: payload,
                arrival: header.arrival, isRedundant: header.isRedundant)
        }) {}
        jitterBuffer.minimumDelay = max(
            .microseconds(minimumDelay.load(ordering: .relaxed)), AudioJitterBuffer.leastDelay)
        let decision = jitterBuffer.next(at: Instant(microseconds: microseconds), wanted: wanted)
        pullsUntilReport -= 1
        if pullsUntilReport <= 0 {
            pullsUntilReport = 10
            statistics.publish(jitterBuffer.statistics)
        }
        return pull(for: decision)
    }

    private func pull(for decision: AudioDecision) -> AudioPull {
        let stretch: AudioPull.Stretch =
            switch decision.stretch {
            case .none: .none
            case .accelerate(let most): .accelerate(atMost: most)
            case .decelerate: .decelerate
            }
        let action: AudioPull.Action =
            switch decision.action {
            case .decode(let slot): .decode(jitterBuffer.payload(at: slot))
            case .forwardErrorCorrection(let slot): .recover(jitterBuffer.payload(at: slot))
            case .conceal(.late): .conceal(.late)
            case .conceal(.lost): .conceal(.lost)
            case .conceal(.pause): .conceal(.pause)
            case .silence: .silence
            }
        return AudioPull(action: action, stretch: stretch, sampleCount: decision.sampleCount)
    }

    /// Any thread: the buffer's figures as of the last 100 ms or so.
    var snapshot: AudioJitterStatistics.Snapshot { statistics.snapshot }
}
