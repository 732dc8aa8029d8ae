import Foundation
import Testing

@testable import Media

/// A room in which a speaker is heard by the microphone: the direct way and two walls.
struct Room {
    /// Samples from being played to being heard.
    var delay: Int
    private static let ways: [(delay: Int, gain: Double)] = [(0, 0.35), (731, 0.15), (2_113, 0.08)]

    func echo(of far: [Int16], at index: Int) -> Double {
        Self.ways.reduce(0) { sum, way in
            let source = index - delay - way.delay
            return source >= 0 && source < far.count ? sum + way.gain * Double(far[source]) : sum
        }
    }
}

@Suite("Echo") struct EchoTests {
    private static let speech = SpeechSignal(seconds: 16).samples
    private let settings = AudioSettings(echoCancellation: true, noiseSuppression: false, gainControl: false)

    /// The microphone of a room in which something is played, and what is left of it after the treatment.
    private final class Scene {
        let treatments = AudioTreatments(isReal: true)
        var room: Room
        private(set) var echo: [Double] = []
        private(set) var treated: [Double] = []
        private let meter = AudioMeter()
        private var chunk = 0

        init(_ settings: AudioSettings, room: Room) {
            self.room = room
            let sink = AudioCapture.Sink(settings: settings, isMuted: false, onFrame: { _ in }, onProblem: { _ in })
            treatments.reconcile(with: [(1, sink)])
        }

        /// - Parameter near: who speaks in the room.
        func run(seconds: Int, playing far: [Int16], near: (Int) -> Double = { _ in 0 }) {
            for _ in 0..<(seconds * 100) {
                let start = chunk * AudioProcessor.chunk
                chunk += 1
                far[start..<(start + AudioProcessor.chunk)].withUnsafeBufferPointer {
                    if let base = $0.baseAddress { treatments.hear(base) }
                }
                let heard = (start..<(start + AudioProcessor.chunk)).map { room.echo(of: far, at: $0) }
                echo += heard
                var samples = heard.enumerated().map { Int16(clamping: Int($1 + near(start + $0))) }
                samples.withUnsafeMutableBufferPointer { buffer in
                    guard let base = buffer.baseAddress else { return }
                    treatments.take(
                        PCMRing.Chunk(
                            kind: .near, time: Int64(start) * 1000 / 48, delayMilliseconds: room.delay / 48,
                            samples: base), meter: meter)
                }
                treated += samples.map { Double($0) }
            }
        }

        /// How much weaker the echo of the last seconds has become, dB.
        func reduction(ofLast seconds: Int) -> Double {
            EchoTests.level(echo.suffix(seconds * 48_000)) - EchoTests.level(treated.suffix(seconds * 48_000))
        }
    }

    /// Mean power, dB of one step.
    static func level(_ samples: some Collection<Double>) -> Double {
        10 * log10(samples.reduce(1e-6) { $0 + $1 * $1 } / Double(max(samples.count, 1)))
    }

    @Test("a room's echo is gone after some seconds, and the figures say how far")
    func converges() throws {
        let scene = Scene(settings, room: Room(delay: 2_880))
        scene.run(seconds: 8, playing: Self.speech)
        #expect(scene.reduction(ofLast: 3) > 20, "\(scene.reduction(ofLast: 3)) dB")
        let figures = try #require(scene.treatments.echo)
        #expect(figures.returnLossEnhancement > 5 && figures.returnLoss > 0, "\(figures)")
        // Without a canceller, nobody measures.
        let plain = Scene(
            AudioSettings(echoCancellation: false, noiseSuppression: false, gainControl: false),
            room: Room(delay: 2_880))
        plain.run(seconds: 2, playing: Self.speech)
        #expect(plain.treatments.echo == nil && abs(plain.reduction(ofLast: 1)) < 6)
    }

    @Test("who speaks while the far side speaks is heard")
    func doubleTalk() {
        let scene = Scene(settings, room: Room(delay: 2_880))
        scene.run(seconds: 6, playing: Self.speech)
        let near = { (index: Int) in Double(Self.speech[(index + 5 * 48_000) % Self.speech.count]) * 0.7 }
        scene.run(seconds: 4, playing: Self.speech, near: near)
        let spoken = ((6 * 48_000)..<(10 * 48_000)).map(near)
        let loss = Self.level(spoken) - Self.level(scene.treated.suffix(4 * 48_000))
        #expect(loss < 9, "\(loss) dB of the near voice are lost")
    }

    @Test("after another device took over, the echo is found again")
    func realigns() {
        let reductions = [true, false].map { isTold in
            let scene = Scene(settings, room: Room(delay: 1_920))
            scene.run(seconds: 6, playing: Self.speech)
            // Further than the canceller would look by itself.
            scene.room.delay = 12_000
            if isTold { scene.treatments.realign() }
            scene.run(seconds: 8, playing: Self.speech)
            return scene.reduction(ofLast: 3)
        }
        #expect(reductions[0] > 15 && reductions[0] > reductions[1] + 5, "\(reductions) dB")
    }
}
