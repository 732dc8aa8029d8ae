/// What is done to a microphone's sound before it is encoded; nothing at all for music.
struct AudioTreatment: Hashable {
    var echoCancellation: Bool
    var noiseSuppression: Bool
    var gainControl: Bool

    init?(_ settings: AudioSettings) {
        if settings.musicMode { return nil }
        echoCancellation = settings.echoCancellation
        noiseSuppression = settings.noiseSuppression
        gainControl = settings.gainControl
    }
}

/// One microphone's sound on its way to the encoders: treated once for all streams that want it treated alike. Lives on
/// the capture's worker.
final class AudioTreatments {
    private struct Branch {
        var treatment: AudioTreatment?
        /// Nil where nothing is done.
        var processor: AudioProcessor?
        var encodings: [AudioEncoding]
    }

    private let isReal: Bool
    private var branches: [Branch] = []
    private let scratch: UnsafeMutablePointer<Int16>

    /// - Parameter isReal: whether this is a real microphone, whose sound wants echo cancellation and the like.
    init(isReal: Bool) {
        self.isReal = isReal
        scratch = .allocate(capacity: AudioProcessor.chunk)
    }

    deinit { scratch.deallocate() }

    /// - Parameter sinks: in the order of their identifiers; the first one's treatment is what the meter shows.
    func reconcile(with sinks: [(identifier: Int, sink: AudioCapture.Sink)]) {
        let treatments = sinks.map { isReal ? AudioTreatment($0.sink.settings) : nil }
        let encodings = AudioEncoding.reconcile(branches.flatMap(\.encodings), with: sinks)
        // What a processor has learnt of the room's echo is worth keeping when only its switches change.
        var spare = branches.filter { !treatments.contains($0.treatment) }.compactMap(\.processor)
        var new: [Branch] = []
        for treatment in treatments where !new.contains(where: { $0.treatment == treatment }) {
            let own = encodings.filter { (isReal ? AudioTreatment($0.settings) : nil) == treatment }
            var branch = Branch(treatment: treatment, encodings: own)
            if let treatment {
                let kept = branches.first { $0.treatment == treatment }?.processor
                branch.processor = kept ?? spare.popLast() ?? AudioProcessor()
                branch.processor?.configure(treatment)
            }
            new.append(branch)
        }
        branches = new
    }

    /// The sound goes to another speaker now, or comes from another microphone: what was learnt of the room is void.
    func realign() { for branch in branches { branch.processor?.realign() } }

    /// Of the first stream that wants its echo cancelled; nil while nothing is known.
    var echo: EchoFigures? { branches.lazy.compactMap { $0.processor?.echo }.first }

    /// For tests of treat-once.
    var processorCount: Int { branches.count { $0.processor != nil } }

    /// 480 samples that are about to be played.
    func hear(_ samples: UnsafePointer<Int16>) { for branch in branches { branch.processor?.reverse(samples) } }

    /// 480 samples of the microphone, which may be changed in place.
    func take(_ chunk: PCMRing.Chunk, meter: AudioMeter) {
        for (index, branch) in branches.enumerated() {
            let isLast = index == branches.count - 1
            // Each branch starts from what the microphone gave.
            let samples = isLast ? chunk.samples : scratch
            if !isLast { scratch.update(from: chunk.samples, count: AudioProcessor.chunk) }
            branch.processor?.process(samples, delayMilliseconds: chunk.delayMilliseconds)
            let treated = UnsafeBufferPointer(start: samples, count: AudioProcessor.chunk)
            let energy = index == 0 ? meter.record(treated) : AudioMeter.meanSquare(treated)
            for encoding in branch.encodings { encoding.take(treated, time: chunk.time, meanSquare: energy) }
        }
    }
}
