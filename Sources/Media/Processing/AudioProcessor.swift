import CAudioProcessing

/// Echo cancellation, noise suppression and gain control, each with its own switch. For one thread at a time.
final class AudioProcessor {
    /// Samples a call: 10 ms at 48 kHz.
    static let chunk = 480

    private let processor: OpaquePointer

    /// Nil when the library refuses.
    init?() {
        guard let processor = CAudioProcessor_create() else { return nil }
        self.processor = processor
    }

    deinit { CAudioProcessor_destroy(processor) }

    func configure(_ treatment: AudioTreatment) {
        CAudioProcessor_configure(
            processor, treatment.echoCancellation ? 1 : 0, treatment.noiseSuppression ? 1 : 0,
            treatment.gainControl ? 1 : 0)
    }

    /// 480 samples that are about to be played.
    func reverse(_ samples: UnsafePointer<Int16>) { CAudioProcessor_reverse(processor, samples) }

    /// 480 samples of the microphone, changed in place.
    func process(_ samples: UnsafeMutablePointer<Int16>, delayMilliseconds: Int) {
        CAudioProcessor_process(processor, samples, Int32(delayMilliseconds))
    }
}
