/// What the audio thread should do for its next piece of sound.
package struct AudioDecision: Hashable, Sendable {
    package enum Action: Hashable, Sendable {
        /// Decode the packet in this slot.
        case decode(slot: Int)
        /// The packet before the one in this slot is lost: recover it from that one's in-band error correction
        /// (`opus_decode` with `decode_fec = 1`). The same slot comes up for `decode` next.
        case forwardErrorCorrection(slot: Int)
        /// Nothing came in time: let the decoder continue by itself (`opus_decode` without data). It makes comfort
        /// noise while the sender is in discontinuous transmission.
        case conceal
        /// Playout has not started, or the sender stopped long ago: plain silence.
        case silence
    }

    /// What to do, apart from decoding, to come closer to the wanted delay: take out or put in about one pitch period.
    package enum Stretch: Hashable, Sendable {
        case none, accelerate, decelerate
    }

    package var action: Action
    /// Samples a channel at 48 kHz that the action must yield, before stretching.
    package var sampleCount: Int
    package var stretch: Stretch
}
