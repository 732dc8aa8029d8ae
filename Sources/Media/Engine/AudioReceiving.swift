import Dispatch
import Synchronization

/// Figures of played sound, by W3C names.
package struct AudioReceiveStatistics: Sendable {
    package var totalAudioEnergy: Double
    /// Seconds.
    package var totalSamplesDuration: Double
    package var totalSamplesReceived: Int
    package var insertedSamplesForDeceleration: Int
    package var removedSamplesForAcceleration: Int
    /// Root mean square of full scale, 0...1.
    package var audioLevel: Double
    /// Pieces that were decoded or made up, and the seconds that took.
    package var packetsDecoded: Int
    package var totalDecodeTime: Double
}

/// One stream's received sound: decoder and volume. `add` belongs to the audio thread.
package final class AudioReceiving: AudioVoice, @unchecked Sendable {
    // Unchecked: `playout` and `position` belong to the audio thread alone.

    private let engine: MediaEngine
    private let packets: any AudioPacketSource
    private var playout: AudioPlayout?
    /// Samples of the playout's block that have been handed on.
    private var position = 0
    private let meter = AudioMeter()
    private let volume = Atomic<Int>(1000)
    private let isMuted = Atomic<Bool>(false)
    private let energy = Atomic<Int>(0)
    private let played = Atomic<Int>(0)
    private let inserted = Atomic<Int>(0)
    private let removed = Atomic<Int>(0)
    private let pending = Atomic<Int>(0)
    private let decoded = Atomic<Int>(0)
    /// µs
    private let decodeTime = Atomic<Int64>(0)
    private let route = Mutex(Route())
    /// The number of the output that this stream is heard on. While it changes, both have it, and one of them gets it.
    private let heardOn = Atomic<Int>(0)
    private let isPulled = Atomic<Bool>(false)
    private let problems: ProblemTeller

    init(
        engine: MediaEngine, packets: any AudioPacketSource, onProblem: @escaping @Sendable (MediaProblem?) -> Void
    ) {
        self.engine = engine
        problems = ProblemTeller(onProblem)
        self.packets = packets
        playout = try? AudioPlayout()
    }

    private struct Route {
        var output: AudioOutput?
        /// Goes on until the new speaker plays.
        var former: AudioOutput?
    }

    /// How long a new speaker may take before the former one is let go all the same.
    private static let patience = DispatchTimeInterval.seconds(2)

    func join(_ new: AudioOutput) {
        let (old, unused) = route.withLock { route -> (AudioOutput?, AudioOutput?) in
            guard route.output !== new else { return (new, nil) }
            defer { (route.former, route.output) = (route.output, new) }
            return (route.output, route.former)
        }
        if old === new { return new.allow(self, isReserved: true) }
        // Back to the speaker that was just about to be left: leaving it would close it.
        if unused !== new { unused?.remove(self) }
        let takeOver: @Sendable () -> Void = { [weak self, number = new.number] in self?.takeOver(number) }
        if old == nil { heardOn.store(new.number, ordering: .sequentiallyConsistent) }
        new.add(self, onProblem: problems.begin(), onReady: takeOver)
        guard old != nil else { return }
        DispatchQueue.global(qos: .utility).asyncAfter(deadline: .now() + Self.patience, execute: takeOver)
    }

    /// From now on the new speaker plays this stream.
    private func takeOver(_ number: Int) {
        let isWanted = route.withLock { $0.output?.number == number }
        guard isWanted else { return }
        heardOn.store(number, ordering: .sequentiallyConsistent)
        // Away from the threads of sound: letting a device go takes its time.
        DispatchQueue.global(qos: .userInitiated).async { [self] in
            let former = route.withLock { route -> AudioOutput? in
                guard route.output?.number == number else { return nil }
                defer { route.former = nil }
                return route.former
            }
            former?.remove(self)
        }
    }

    /// 0 (silent) ... 2 (twice as loud).
    package func setVolume(_ value: Double) { volume.store(Int(min(max(value, 0), 2) * 1000), ordering: .relaxed) }

    /// While muted it is received, but not heard.
    package func setMuted(_ value: Bool) { isMuted.store(value, ordering: .relaxed) }

    /// The user has chosen a speaker.
    package func change(to speaker: SpeakerSource) { join(engine.output(speaker)) }

    /// The user has chosen the speaker of now once more: the sound is not held back there.
    package func allowAloud() { route.withLock { $0.output }?.allow(self) }

    /// From the decoder to the ear, ms: what the speaker says of itself, and what is decoded and not played yet.
    package var playoutDelay: Double {
        let latency = route.withLock { $0.output }?.latency.load(ordering: .relaxed) ?? 0
        return Double(latency) + Double(pending.load(ordering: .relaxed)) / 48
    }

    /// 0...1
    package var level: Double { meter.level }

    package func close() {
        let old = route.withLock { route in
            defer { route = Route() }
            return route
        }
        old.former?.remove(self)
        old.output?.remove(self)
    }

    package var statistics: AudioReceiveStatistics {
        let samples = played.load(ordering: .relaxed)
        return AudioReceiveStatistics(
            totalAudioEnergy: Double(energy.load(ordering: .relaxed)) / 1e12,
            totalSamplesDuration: Double(samples) / 48_000, totalSamplesReceived: samples,
            insertedSamplesForDeceleration: inserted.load(ordering: .relaxed),
            removedSamplesForAcceleration: removed.load(ordering: .relaxed), audioLevel: meter.level,
            packetsDecoded: decoded.load(ordering: .relaxed),
            totalDecodeTime: Double(decodeTime.load(ordering: .relaxed)) / 1_000_000)
    }

    /// Audio thread: adds the next samples, by this stream's volume, to `mix`.
    func add(to mix: UnsafeMutablePointer<Int32>, _ piece: AudioMixPiece) {
        guard heardOn.load(ordering: .sequentiallyConsistent) == piece.output else { return }
        // On its way from one speaker's thread to another's, it belongs to whoever was first.
        guard !isPulled.exchange(true, ordering: .acquiring) else { return }
        defer { isPulled.store(false, ordering: .releasing) }
        let scale = isMuted.load(ordering: .relaxed) ? 0 : Int32(volume.load(ordering: .relaxed))
        // Taken out for the time of this call, and put back: nothing is copied.
        guard var playout = self.playout.take() else { return }
        fill(mix, piece, from: &playout, scale: scale)
        pending.store(playout.samples.count - position, ordering: .relaxed)
        self.playout = consume playout
    }

    private func fill(
        _ mix: UnsafeMutablePointer<Int32>, _ piece: AudioMixPiece, from playout: inout AudioPlayout, scale: Int32
    ) {
        var filled = 0
        while filled < piece.count {
            if position >= playout.samples.count, !render(&playout, piece) { return }
            let take = min(playout.samples.count - position, piece.count - filled)
            let part = UnsafeBufferPointer(rebasing: playout.samples[position..<position + take])
            let meanSquare = meter.record(part)
            energy.add(Int(meanSquare * Double(take) / 48_000 * 1e12), ordering: .relaxed)
            for index in 0..<take { mix[filled + index] &+= Int32(part[index]) &* scale / 1000 }
            played.add(take, ordering: .relaxed)
            position += take
            filled += take
        }
    }

    /// False when there is nothing to play.
    private func render(_ playout: inout AudioPlayout, _ piece: AudioMixPiece) -> Bool {
        position = 0
        let pull = packets.next(at: piece.now, wanted: piece.wanted)
        let began = MediaClock.now
        guard playout.render(pull) else {
            meter.reset()
            return false
        }
        decoded.add(1, ordering: .relaxed)
        decodeTime.add(MediaClock.now - began, ordering: .relaxed)
        inserted.store(playout.insertedSamples, ordering: .relaxed)
        removed.store(playout.removedSamples, ordering: .relaxed)
        return true
    }
}
