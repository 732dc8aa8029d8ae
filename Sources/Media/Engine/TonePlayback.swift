import Synchronization

/// A tone on a speaker, mixed with whatever else plays there, until it is over, stopped or let go.
package final class TonePlayback: Sendable {
    private let voice: ToneVoice
    private let output: AudioOutput
    private let isStopped = Atomic<Bool>(false)

    init(_ tone: CallTone, on output: AudioOutput) {
        voice = ToneVoice(tone.samples(), repeats: tone.repeats)
        self.output = output
        output.add(voice)
    }

    deinit { stop() }

    /// Whether a tone that does not repeat has been played to its end.
    package var isOver: Bool { voice.isOver.load(ordering: .relaxed) }

    /// Later calls do nothing.
    package func stop() {
        if !isStopped.exchange(true, ordering: .relaxed) { output.remove(voice) }
    }
}

/// A tone's samples on their way to the mix.
private final class ToneVoice: AudioVoice {
    private let samples: [Int16]
    private let repeats: Bool
    private let position = Atomic<Int>(0)
    let isOver = Atomic<Bool>(false)

    init(_ samples: [Int16], repeats: Bool) {
        self.samples = samples
        self.repeats = repeats
    }

    func add(to mix: UnsafeMutablePointer<Int32>, _ piece: AudioMixPiece) {
        var place = position.load(ordering: .relaxed)
        for index in 0..<piece.count {
            if place >= samples.count {
                guard repeats else {
                    isOver.store(true, ordering: .relaxed)
                    break
                }
                place = 0
            }
            mix[index] &+= Int32(samples[place])
            place += 1
        }
        position.store(place, ordering: .relaxed)
    }
}
