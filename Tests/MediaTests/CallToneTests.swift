import Devices
import Media
import Testing

@Suite("Sounds around a call") struct CallToneTests {
    @Test("each is heard, never clipped, and ends and begins in silence", arguments: CallTone.allCases)
    func shape(_ tone: CallTone) throws {
        let samples = tone.samples()
        let loudest = samples.map { Int($0.magnitude) }.max() ?? 0
        #expect(loudest > 1_000 && loudest < 32_000)
        #expect(samples.first == 0 && samples.suffix(48).allSatisfy { $0.magnitude < 64 })
        // No step between two samples that would be heard as a click.
        let steps = zip(samples, samples.dropFirst()).map { abs(Int($0) - Int($1)) }
        #expect(try #require(steps.max()) < loudest)
    }

    @Test("what rings at the other end is 425 Hz, one second in five") func ringback() {
        let samples = CallTone.ringback.samples()
        #expect(samples.count == 240_000)
        #expect(share(of: 425, in: Array(samples[4_800..<43_200])) > 0.95)
        #expect(samples[50_000...].allSatisfy { $0 == 0 })
    }
}
