import Synchronization
import Testing

@testable import Media

@Suite("What each stream makes of one microphone") struct AudioTreatmentTests {
    /// What a stream sends.
    private final class Sent: Sendable {
        private let list = Mutex<[EncodedAudio]>([])
        var all: [EncodedAudio] { list.withLock { $0 } }

        func sink(_ settings: AudioSettings) -> AudioCapture.Sink {
            AudioCapture.Sink(
                settings: settings, isMuted: false, onFrame: { frame in self.list.withLock { $0.append(frame) } },
                onProblem: { _ in })
        }

        /// Whether no sample is missing, and none is there twice.
        var isGapless: Bool {
            zip(all, all.dropFirst()).allSatisfy { before, after in
                after.captureTime - before.captureTime == Int64(before.sampleCount) * 1000 / 48
            }
        }
    }

    private final class Microphone {
        private var seed: UInt32 = 1
        private var time: Int64 = 0

        /// Steady noise, 10 ms at a time.
        func speak(_ chunks: Int, to treatments: AudioTreatments) {
            let meter = AudioMeter()
            for _ in 0..<chunks {
                var samples = (0..<AudioProcessor.chunk).map { _ in
                    seed = seed &* 1_664_525 &+ 1_013_904_223
                    return Int16(truncatingIfNeeded: Int(seed >> 20) - 2_048)
                }
                samples.withUnsafeMutableBufferPointer { buffer in
                    guard let base = buffer.baseAddress else { return }
                    treatments.take(
                        PCMRing.Chunk(kind: .near, time: time, delayMilliseconds: 10, samples: base), meter: meter)
                }
                time += 10_000
            }
        }
    }

    private let speech = AudioSettings(echoCancellation: false, gainControl: false)

    @Test("streams with other settings hear it treated otherwise; equal ones share")
    func separate() throws {
        let treatments = AudioTreatments(isReal: true)
        let (quiet, music, plain, another) = (Sent(), Sent(), Sent(), Sent())
        var (raw, quietAndSmall) = (speech, speech)
        raw.noiseSuppression = false
        quietAndSmall.bitrate = 16_000
        treatments.reconcile(with: [
            (1, quiet.sink(speech)), (2, music.sink(AudioSettings(musicMode: true))), (3, plain.sink(raw)),
            (4, another.sink(quietAndSmall)),
        ])
        #expect(treatments.processorCount == 2, "none for music, one for each way to treat speech")
        Microphone().speak(400, to: treatments)
        let levels = try [quiet, music, plain, another].map { Int(try #require($0.all.last).level) }
        #expect(levels[0] > levels[2] + 3, "the noise is suppressed for the one \(levels)")
        #expect(abs(levels[1] - levels[2]) <= 1 && levels[3] == levels[0], "\(levels)")
    }

    @Test("music mode is taken in mid-stream, without losing a sample")
    func musicInMidStream() throws {
        let treatments = AudioTreatments(isReal: true)
        let microphone = Microphone()
        let sent = Sent()
        var settings = speech
        for isMusic in [false, true, false] {
            settings.musicMode = isMusic
            treatments.reconcile(with: [(1, sent.sink(settings))])
            // An odd number, so that half a packet waits while the encoder changes.
            microphone.speak(101, to: treatments)
            let packet = try #require(sent.all.last)
            // RFC 6716 §3.1: from 16 on CELT alone; below, what is made for speech.
            #expect((packet.bytes[0] >> 3 >= 16) == isMusic)
            #expect(treatments.processorCount == (isMusic ? 0 : 1))
        }
        #expect(sent.isGapless && sent.all.count == 151)
    }

    @Test("bitrate and length of packets change in mid-stream without losing a sample, alone and beside another stream")
    func settingsInMidStream() {
        let treatments = AudioTreatments(isReal: false)
        let microphone = Microphone()
        let (changing, steady) = (Sent(), Sent())
        var settings = speech
        for (bitrate, duration) in [(32_000, 20), (64_000, 20), (64_000, 60), (16_000, 10), (32_000, 20)] {
            settings.bitrate = bitrate
            settings.frameDuration = duration
            treatments.reconcile(with: [(1, steady.sink(speech)), (2, changing.sink(settings))])
            microphone.speak(53, to: treatments)
        }
        #expect(changing.isGapless && steady.isGapless)
        #expect(changing.all.first?.captureTime == 0 && changing.all.map(\.sampleCount).reduce(0, +) >= 480 * 264)
    }
}
