/// Carries out what a jitter buffer decides: decodes, makes up what is missing, joins what comes to what was made up, and
/// stretches. For the audio thread: nothing is allocated after `init`.
struct AudioPlayout: ~Copyable {
    /// Samples put in and taken out so far, as the buffer asked.
    private(set) var insertedSamples = 0
    private(set) var removedSamples = 0

    private let decoder: OpusDecoding
    private var block = SoundBlock(capacity: OpusDecoding.longestPacket + 2 * AudioProcessor.chunk)
    private let continuation: UnsafeMutablePointer<Int16>
    private var expansion = SoundExpansion()
    private var packetSamples = 960
    /// What comes next must be joined to nothing at all.
    private var isSilent = true

    init() throws(CodecError) {
        decoder = try OpusDecoding()
        continuation = .allocate(capacity: SoundMerge.fadeCount)
        continuation.initialize(repeating: 0, count: SoundMerge.fadeCount)
    }

    deinit { continuation.deallocate() }

    /// Samples made by the last `render`.
    var samples: UnsafeBufferPointer<Int16> { UnsafeBufferPointer(start: block.samples, count: block.count) }

    /// Makes the next samples; false when there is nothing to play. What was made before counts as played.
    mutating func render(_ pull: AudioPull) -> Bool {
        block.turn()
        switch pull.action {
        case .silence:
            isSilent = true
            expansion.end()
            return false
        case .decode(let packet):
            block.setCount(decoder.decode(packet, into: block.target))
            // No Opus after all: a gap is better than a click.
            guard block.count > 0 else { return makeUp(packetSamples) }
            packetSamples = block.count
            join()
            listen()
        case .recover(let packet):
            let wanted = wantedCount(pull)
            block.setCount(decoder.recover(from: packet, count: wanted, into: block.target))
            guard block.count > 0 else { return makeUp(wanted) }
            join()
        case .conceal(.pause):
            block.setCount(decoder.conceal(count: wantedCount(pull), into: block.target))
            join()
        // Opus' own concealment would do for what is lost, but not better (measured: equal for single packets, 1 dB less
        // for bursts), and it would leave the decoder off its way when the packet was only late.
        case .conceal(.late), .conceal(.lost): return makeUp(wantedCount(pull))
        }
        stretch(pull.stretch)
        return block.count > 0
    }

    private func wantedCount(_ pull: AudioPull) -> Int {
        pull.sampleCount > 0 ? min(pull.sampleCount, OpusDecoding.longestPacket) : packetSamples
    }

    private mutating func makeUp(_ count: Int) -> Bool {
        if !expansion.isRunning { expansion.begin(after: block.samples) }
        expansion.fill(block.samples, count: count)
        block.setCount(count)
        return true
    }

    /// What was made up, or silence, gives way to what came.
    private mutating func join() {
        if expansion.isRunning {
            expansion.fill(continuation, count: SoundMerge.fadeCount)
            SoundMerge.join(&block, to: continuation)
        } else if isSilent {
            continuation.update(repeating: 0, count: SoundMerge.fadeCount)
            SoundMerge.join(&block, to: continuation)
        }
        expansion.end()
        isSilent = false
    }

    private mutating func listen() { expansion.listen(before: block.samples + block.count) }

    private mutating func stretch(_ stretch: AudioPull.Stretch) {
        let before = block.count
        switch stretch {
        case .none: return
        case .accelerate(let most): TimeStretch.accelerate(&block, atMost: most)
        case .decelerate: TimeStretch.decelerate(&block)
        }
        insertedSamples += max(block.count - before, 0)
        removedSamples += max(before - block.count, 0)
    }
}
