/// What to play next, from a jitter buffer that the engine does not know.
package struct AudioPull {
    /// Where the next sound comes from.
    package enum Action {
        /// A packet, valid until the next call.
        case decode(UnsafeRawBufferPointer)
        /// The packet was lost, but the one after it is here and carries a copy (in-band FEC).
        case recover(UnsafeRawBufferPointer)
        /// There is nothing to decode.
        case conceal(Concealment)
        /// Nothing has been sent yet, or any more.
        case silence
    }

    /// Why there is nothing to decode.
    package enum Concealment {
        /// It may still come.
        case late
        /// It will not come any more.
        case lost
        /// The far side has nothing to say (discontinuous transmission).
        case pause
    }

    /// Whether the sound is to be made shorter or longer.
    package enum Stretch {
        case none
        /// - Parameter atMost: samples to leave out.
        case accelerate(atMost: Int)
        case decelerate
    }

    package var action: Action
    package var stretch: Stretch
    /// Samples that concealment must make, up to 120 ms; 0 stands for as many as the last packet had.
    package var sampleCount: Int

    package init(action: Action, stretch: Stretch, sampleCount: Int = 0) {
        self.action = action
        self.stretch = stretch
        self.sampleCount = sampleCount
    }
}

/// Where received packets come from. Called on the audio thread: no lock, no allocation.
package protocol AudioPacketSource: AnyObject, Sendable {
    /// - Parameters:
    ///   - microseconds: now, on `CLOCK_MONOTONIC`.
    ///   - wanted: samples that the speaker wants altogether at this moment.
    func next(at microseconds: Int64, wanted: Int) -> AudioPull
}
