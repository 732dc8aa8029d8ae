import Glibc
import Testing
import Wire

@testable import Media

@Suite("Sound") struct AudioTests {
    private func tone(_ hertz: Double, count: Int, from start: Int = 0, amplitude: Double = 8000) -> [Int16] {
        (0..<count).map { Int16(amplitude * sin(2 * .pi * hertz * Double($0 + start) / 48_000)) }
    }

    /// By counting how often the sound crosses zero upwards.
    private func frequency(_ samples: ArraySlice<Int16>) -> Double {
        let crossings = zip(samples, samples.dropFirst()).filter { $0 < 0 && $1 >= 0 }.count
        return Double(crossings) * 48_000 / Double(samples.count)
    }

    @Test("Opus keeps a tone's pitch, and conceals and recovers what is lost")
    func opus() throws {
        let encoder = try OpusEncoding(settings: AudioSettings())
        let decoder = try OpusDecoding()
        var output = [Int16](repeating: 0, count: OpusDecoding.longestPacket)
        var heard: [Int16] = []
        for index in 0..<50 {
            let samples = tone(440, count: 960, from: index * 960)
            let packet = samples.withUnsafeBufferPointer { encoder.encode($0).map(Array.init) }
            let bytes = try #require(packet)
            let count = output.withUnsafeMutableBufferPointer { target in
                bytes.withUnsafeBytes { packet in
                    index == 25 ? decoder.conceal(count: 960, into: target) : decoder.decode(packet, into: target)
                }
            }
            #expect(count == 960)
            heard += output[..<count]
        }
        #expect(abs(frequency(heard[9600...]) - 440) < 5)
        let garbage = output.withUnsafeMutableBufferPointer { target in
            [UInt8](repeating: 0xFF, count: 3).withUnsafeBytes { decoder.decode($0, into: target) }
        }
        #expect(garbage >= 0)
    }

    @Test("the loss that Opus is told of rises at once, falls when it is well below, and stays within bounds")
    func expectedLoss() {
        var loss = ExpectedLoss()
        #expect(loss.percent == 7)
        let told = [0.04, 0.02, 0.014, 0.0, 0.009, 0.011, 0.007, 0.1, 0.07, 0.04, 0.9, -1].map { measured in
            _ = loss.record(measured)
            return loss.percent
        }
        #expect(told == [7, 7, 3, 0, 0, 3, 3, 10, 10, 7, 25, 0])
        let isChanged = loss.record(0.001)
        #expect(!isChanged)
    }

    @Test("error correction comes and goes with the expected loss, for the worst of an encoder's streams")
    func protects() throws {
        let encoder = try OpusEncoding(settings: AudioSettings())
        func carriesCorrection(_ percent: Int) throws -> Int {
            encoder.setExpectedLoss(percent)
            let speech = SpeechSignal(seconds: 2)
            return try stride(from: 0, to: 96_000, by: 960).count { start in
                let packet = speech.samples[start..<start + 960].withUnsafeBufferPointer {
                    encoder.encode($0).map(Array.init)
                }
                return try OpusPayload(parsing: try #require(packet)[...]).carriesForwardErrorCorrection
            }
        }
        #expect(try carriesCorrection(0) <= 1)
        #expect(try carriesCorrection(ExpectedLoss().percent) > 20)
        #expect(try carriesCorrection(0) <= 1)
        encoder.apply(AudioSettings(forwardErrorCorrection: false))
        #expect(try carriesCorrection(20) <= 1)
    }

    @Test("the echo of what is played is taken out of what is recorded")
    func cancelsEcho() throws {
        let processor = try #require(AudioProcessor())
        let settings = AudioSettings(noiseSuppression: false, gainControl: false)
        processor.configure(try #require(AudioTreatment(settings)))
        var seed: UInt32 = 1
        var far: [Int16] = []
        for _ in 0..<480 * 800 {
            seed = seed &* 1_664_525 &+ 1_013_904_223
            far.append(Int16(truncatingIfNeeded: Int(seed >> 18) - 8192))
        }
        var (before, after) = (0.0, 0.0)
        for chunk in 10..<800 {
            let played = Array(far[chunk * 480..<(chunk + 1) * 480])
            // 40 ms later and half as loud.
            var recorded = far[(chunk - 4) * 480..<(chunk - 3) * 480].map { $0 / 2 }
            processor.reverse(played)
            let energy = recorded.reduce(0.0) { $0 + Double($1) * Double($1) }
            recorded.withUnsafeMutableBufferPointer { buffer in
                if let base = buffer.baseAddress { processor.process(base, delayMilliseconds: 40) }
            }
            guard chunk > 600 else { continue }
            before += energy
            after += recorded.reduce(0.0) { $0 + Double($1) * Double($1) }
        }
        #expect(after < before / 10, "at least 10 dB less")
    }

    @Test("levels follow RFC 6464: 0 is full scale, 127 silence")
    func levels() {
        #expect(AudioMeter.decibels(meanSquare: 1) == 0)
        #expect(AudioMeter.decibels(meanSquare: 0) == 127)
        #expect((19...21).contains(AudioMeter.decibels(meanSquare: 0.01)))
    }
}
