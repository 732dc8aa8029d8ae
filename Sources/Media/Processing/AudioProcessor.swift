import CAudioProcessing

/// What the echo canceller has measured, dB (ITU-T G.168).
package struct EchoFigures: Hashable, Sendable {
    /// How much weaker the room's echo is than what was played.
    package var returnLoss: Int
    /// How much of that echo is taken away.
    package var returnLossEnhancement: Int
}

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

    /// Forgets the room: the sound goes, or comes, another way now.
    func realign() { CAudioProcessor_realign(processor) }

    /// Nil while there was no echo to measure.
    var echo: EchoFigures? {
        var (returnLoss, enhancement): (Int32, Int32) = (0, 0)
        guard CAudioProcessor_echo(processor, &returnLoss, &enhancement) != 0 else { return nil }
        return EchoFigures(returnLoss: Int(returnLoss), returnLossEnhancement: Int(enhancement))
    }

    /// 480 samples of the microphone, changed in place.
    func process(_ samples: UnsafeMutablePointer<Int16>, delayMilliseconds: Int) {
        CAudioProcessor_process(processor, samples, Int32(delayMilliseconds))
    }
}
