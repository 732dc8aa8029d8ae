/// What all speakers together play, for the echo cancellers: one row of chunks, whatever the number of speakers.
///
/// The speaker with the least latency gives the beat. What the others play waits until it leaves them together with that,
/// so that no echo comes before its reference, and all lie in the canceller's reach. For one thread at a time; `hear`
/// does not allocate.
final class EchoReference {
    /// One speaker's chunks that wait for their time.
    private struct Speaker {
        var number: Int
        /// ms
        var latency: Int
        /// When it last gave a chunk, µs.
        var last: Int64
        var first = 0
        var count = 0
        /// Whether enough wait for it to be heard without a gap.
        var isFlowing = false
    }

    /// Further apart than this, no canceller finds both.
    private static let capacity = 40
    /// Speakers beyond these are not heard.
    private static let speakerLimit = 8
    /// A speaker that gave nothing for so long is away, µs.
    private static let patience: Int64 = 200_000
    /// Chunks more than there should be, before some are dropped: speakers ask for them unevenly.
    private static let slack = 3
    /// So much less latency, ms, makes another speaker give the beat.
    private static let advantage = 15

    private var speakers: [Speaker] = []
    private var leader: Int?
    private let waiting: UnsafeMutablePointer<Int16>
    private let sum: UnsafeMutablePointer<Int16>

    init() {
        speakers.reserveCapacity(Self.speakerLimit)
        let samples = Self.speakerLimit * Self.capacity * AudioProcessor.chunk
        waiting = .allocate(capacity: samples)
        waiting.initialize(repeating: 0, count: samples)
        sum = .allocate(capacity: AudioProcessor.chunk)
        sum.initialize(repeating: 0, count: AudioProcessor.chunk)
    }

    deinit {
        waiting.deallocate()
        sum.deallocate()
    }

    /// Latency of the speaker that gives the beat, ms; 0 while nothing plays.
    var latency: Int { leader.map { speakers[$0].latency } ?? 0 }

    /// 480 samples that a speaker plays.
    ///
    /// - Parameters:
    ///   - number: of the speaker.
    ///   - latency: until they leave it, ms.
    /// - Returns: 480 samples of all speakers, valid until the next call, when it was this one's turn.
    func hear(_ samples: UnsafePointer<Int16>, from number: Int, latency: Int, at now: Int64) -> UnsafePointer<Int16>? {
        dropSilent(at: now)
        guard let index = speaker(number, at: now) else { return nil }
        speakers[index].latency = latency
        speakers[index].last = now
        chooseLeader()
        guard index == leader else {
            push(samples, index)
            return nil
        }
        sum.update(from: samples, count: AudioProcessor.chunk)
        for other in speakers.indices where other != index { add(other, leading: latency) }
        return UnsafePointer(sum)
    }

    private func speaker(_ number: Int, at now: Int64) -> Int? {
        if let index = speakers.firstIndex(where: { $0.number == number }) { return index }
        guard speakers.count < Self.speakerLimit else { return nil }
        speakers.append(Speaker(number: number, latency: 0, last: now))
        return speakers.count - 1
    }

    /// A slot of `waiting` belongs to a place in the list: when one goes, what waits in those behind it is given up.
    private func dropSilent(at now: Int64) {
        guard let gone = speakers.firstIndex(where: { now - $0.last > Self.patience }) else { return }
        speakers.removeAll { now - $0.last > Self.patience }
        for index in speakers.indices where index >= gone {
            speakers[index].count = 0
            speakers[index].isFlowing = false
        }
        leader = nil
    }

    private func chooseLeader() {
        guard let least = speakers.indices.min(by: { speakers[$0].latency < speakers[$1].latency }) else { return }
        if let leader, speakers[leader].latency - speakers[least].latency < Self.advantage { return }
        leader = least
        speakers[least].count = 0
        speakers[least].isFlowing = false
    }

    private func push(_ samples: UnsafePointer<Int16>, _ index: Int) {
        if speakers[index].count == Self.capacity { drop(index) }
        let slot = (speakers[index].first + speakers[index].count) % Self.capacity
        place(index, slot).update(from: samples, count: AudioProcessor.chunk)
        speakers[index].count += 1
    }

    private func add(_ index: Int, leading latency: Int) {
        let wanted = min(max(speakers[index].latency - latency + 5, 0) / 10, Self.capacity - Self.slack - 1)
        while speakers[index].count > wanted + Self.slack { drop(index) }
        if speakers[index].count > wanted { speakers[index].isFlowing = true }
        if speakers[index].count == 0 { speakers[index].isFlowing = false }
        guard speakers[index].isFlowing else { return }
        let source = place(index, speakers[index].first)
        for sample in 0..<AudioProcessor.chunk {
            sum[sample] = Int16(clamping: Int32(sum[sample]) + Int32(source[sample]))
        }
        drop(index)
    }

    private func drop(_ index: Int) {
        speakers[index].first = (speakers[index].first + 1) % Self.capacity
        speakers[index].count -= 1
    }

    private func place(_ index: Int, _ slot: Int) -> UnsafeMutablePointer<Int16> {
        waiting + (index * Self.capacity + slot) * AudioProcessor.chunk
    }
}
