import Foundation
import Testing

@testable import Media

/// A tone must stay one tone, without clicks, whatever is cut out of it, put in or made up.
@Suite("Sound without seams") struct SoundContinuityTests {
    private static let amplitude = 8000.0

    private static func tone(_ hertz: Double, from start: Int, count: Int) -> [Int16] {
        (start..<start + count).map { Int16(amplitude * sin(2 * .pi * hertz * Double($0) / 48_000)) }
    }

    private static func load(_ samples: [Int16], into block: inout SoundBlock) {
        for (index, sample) in samples.enumerated() { block.samples[index] = sample }
        block.setCount(samples.count)
    }

    private static func unload(_ block: inout SoundBlock) -> [Int16] {
        let samples = (0..<block.count).map { block.samples[$0] }
        block.turn()
        return samples
    }

    /// The largest step between samples, of the largest that the tone itself has.
    private func roughness(_ samples: [Int16], _ hertz: Double) -> Double {
        let steps = zip(samples, samples.dropFirst()).map { abs(Int($1) - Int($0)) }
        return Double(steps.max() ?? 0) / (2 * .pi * hertz / 48_000 * Self.amplitude)
    }

    /// Share of the energy that is farther than 60 Hz from the tone, in the worst 50 ms; -dB.
    private func purity(_ samples: [Int16], _ hertz: Double) -> Double {
        var worst = 100.0
        for start in stride(from: 0, through: samples.count - 2400, by: 1200) {
            let window = (0..<2400).map { 0.5 - 0.5 * cos(2 * .pi * Double($0) / 2400) }
            let part = (0..<2400).map { Double(samples[start + $0]) * window[$0] }
            let all = part.reduce(0) { $0 + $1 * $1 }
            var near = 0.0
            // Whole multiples of 20 Hz are orthogonal over 50 ms.
            for offset in -3...3 {
                let rate = 2 * .pi * (hertz + Double(offset) * 20) / 48_000
                var (real, imaginary) = (0.0, 0.0)
                for (index, value) in part.enumerated() {
                    real += value * cos(rate * Double(index))
                    imaginary += value * sin(rate * Double(index))
                }
                near += (real * real + imaginary * imaginary) * 2 / 2400
            }
            worst = min(worst, -10 * log10(max(all - near, 1e-9) / max(all, 1)))
        }
        return worst
    }

    @Test(
        "stretching keeps the pitch and leaves no seam", arguments: [110.0, 220, 440, 997], [480, 960, 1920, 2880])
    func stretches(hertz: Double, count: Int) {
        var block = SoundBlock(capacity: 4000)
        var heard: [Int16] = []
        var lengths: Set<Int> = []
        for index in 0..<12 {
            Self.load(Self.tone(hertz, from: index * count, count: count), into: &block)
            if index > 5, index.isMultiple(of: 2) { TimeStretch.accelerate(&block) }
            if index > 5, !index.isMultiple(of: 2) { TimeStretch.decelerate(&block) }
            lengths.insert(block.count)
            heard += Self.unload(&block)
        }
        #expect(lengths.count > 1 || hertz == 110 && count == 480, "nothing was stretched")
        #expect(roughness(heard, hertz) < 1.3)
        #expect(purity(heard, hertz) > 22)
    }

    @Test(
        "what is made up goes on with the tone, and what comes then joins it at any phase",
        arguments: [110.0, 220, 440, 997], [480, 960, 1920])
    func expands(hertz: Double, gap: Int) {
        for offset in [0, 37, 91, 200] {
            var block = SoundBlock(capacity: 4000)
            var expansion = SoundExpansion()
            var heard: [Int16] = []
            for index in 0..<5 {
                Self.load(Self.tone(hertz, from: index * 960, count: 960), into: &block)
                heard += Self.unload(&block)
            }
            expansion.begin(after: block.samples)
            for _ in 0..<(gap / 480) {
                expansion.fill(block.samples, count: 480)
                block.setCount(480)
                heard += Self.unload(&block)
            }
            let start = 4800 + gap + offset
            Self.load(Self.tone(hertz, from: start, count: 960), into: &block)
            var continuation = [Int16](repeating: 0, count: SoundMerge.fadeCount)
            continuation.withUnsafeMutableBufferPointer { buffer in
                if let base = buffer.baseAddress { expansion.fill(base, count: buffer.count) }
                if let base = buffer.baseAddress { SoundMerge.join(&block, to: base) }
            }
            heard += Self.unload(&block)
            for index in 0..<4 {
                Self.load(Self.tone(hertz, from: start + 960 + index * 960, count: 960), into: &block)
                heard += Self.unload(&block)
            }
            #expect(roughness(heard, hertz) < 1.4, "phase \(offset)")
            #expect(purity(heard, hertz) > 20, "phase \(offset)")
        }
    }

    @Test("a long gap fades to the noise of the place within 150 ms, not to silence and not to a drone")
    func fades() {
        var block = SoundBlock(capacity: 4000)
        var expansion = SoundExpansion()
        var seed: UInt32 = 7
        func noise(_ level: Double) -> Int16 {
            seed = seed &* 1_664_525 &+ 1_013_904_223
            return Int16((Double(seed >> 8) / Double(1 << 23) - 1) * level)
        }
        // The place is heard first, then a voice in it.
        for index in 0..<40 {
            let voice = index < 30 ? [Int16](repeating: 0, count: 960) : Self.tone(150, from: index * 960, count: 960)
            Self.load(voice.map { $0 &+ noise(120) }, into: &block)
            expansion.listen(before: block.samples + block.count)
            _ = Self.unload(&block)
        }
        expansion.begin(after: block.samples)
        var heard: [Int16] = []
        for _ in 0..<60 {
            expansion.fill(block.samples, count: 480)
            block.setCount(480)
            heard += Self.unload(&block)
        }
        func level(_ range: Range<Int>) -> Double {
            (heard[range].reduce(0.0) { $0 + Double($1) * Double($1) } / Double(range.count)).squareRoot()
        }
        #expect(level(0..<960) > 4000, "as loud as before at first")
        #expect(level(4800..<5760) < 3000)
        // 120 even is 69 root mean square.
        #expect((20...200).contains(level(9600..<28_800)), "\(level(9600..<28_800))")
    }

    @Test("sound that nothing was before begins softly")
    func begins() throws {
        let encoder = try OpusEncoding(settings: AudioSettings(musicMode: true))
        var playout = try AudioPlayout()
        var heard: [Int16] = []
        for index in 0..<20 {
            let packet = Self.tone(440, from: index * 960 + 27, count: 960).withUnsafeBufferPointer {
                encoder.encode($0).map(Array.init)
            }
            // The first are missed: the rest begins in the middle of the tone.
            guard index >= 10 else { continue }
            try #require(packet).withUnsafeBytes { bytes in
                _ = playout.render(AudioPull(action: .decode(bytes), stretch: .none))
            }
            heard += playout.samples
        }
        #expect(abs(Int(heard[0])) < 200)
        #expect(roughness(heard, 440) < 1.5)
    }

    @Test("what is no Opus is made up for, and nothing is made for silence")
    func nonsense() throws {
        var playout = try AudioPlayout()
        let garbage: [UInt8] = [0xFF, 0xFF, 0xFF]
        let isPlayed = garbage.withUnsafeBytes { playout.render(AudioPull(action: .decode($0), stretch: .none)) }
        let count = playout.samples.count
        #expect(isPlayed && count > 0)
        let isRecovered = garbage.withUnsafeBytes {
            playout.render(AudioPull(action: .recover($0), stretch: .accelerate(atMost: 480), sampleCount: 960))
        }
        let recovered = playout.samples.count
        #expect(isRecovered && recovered > 0)
        let isSilenceHeard = playout.render(AudioPull(action: .silence, stretch: .none))
        #expect(!isSilenceHeard)
        _ = playout.render(AudioPull(action: .conceal(.late), stretch: .none, sampleCount: 99_999))
        let longest = playout.samples.count
        #expect((1...OpusDecoding.longestPacket).contains(longest))
    }
}
