/// What the audio thread should do for its next piece of sound.
package struct AudioDecision: Hashable, Sendable {
    /// Where the next sound comes from.
    package enum Action: Hashable, Sendable {
        /// Decode the packet in this slot.
        case decode(slot: Int)
        /// The packet before the one in this slot is lost: recover it from that one's in-band error correction
        /// (`opus_decode` with `decode_fec = 1`). The same slot comes up for `decode` next.
        case forwardErrorCorrection(slot: Int)
        /// There is nothing to decode: something must be made up.
        case conceal(Concealment)
        /// Playout has not started, or the sender stopped long ago: plain silence.
        case silence
    }

    /// Why there is nothing to decode.
    package enum Concealment: Hashable, Sendable {
        /// What comes next may only be late: whatever is played meanwhile, the decoder must not be told of a loss.
        case late
        /// Later packets are here, and nothing to make good the lost one with.
        case lost
        /// The sender is in discontinuous transmission: the decoder makes comfort noise by itself (`opus_decode` without
        /// data).
        case pause
    }

    /// After so many samples at 48 kHz (150 ms), what is made up is not the voice any more but background noise.
    package static let audibleConcealment = 7200

    /// What to do, apart from decoding, to come closer to the wanted delay: take out or put in about one pitch period.
    package enum Stretch: Hashable, Sendable {
        case none
        /// - Parameter atMost: samples that there are to spare, at 48 kHz.
        case accelerate(atMost: Int)
        case decelerate
    }

    package var action: Action
    /// Samples a channel at 48 kHz that the action must yield, before stretching.
    package var sampleCount: Int
    package var stretch: Stretch
}
