import Devices
import Foundation
import Programs

/// Speech that went through a call, beside what was said.
struct SpeechFigures: CustomStringConvertible {
    /// Mean over pieces of 20 ms in which somebody speaks, each -10...35 dB.
    private(set) var segmentalRatio = 0.0
    /// Pieces of which nothing was heard, and all in which somebody speaks.
    private(set) var gaps = 0
    private(set) var pieces = 0

    private static let piece = 960
    /// No call delays by more, samples.
    private static let longestDelay = 14_400

    /// A machine reads, 48 kHz.
    static func speech() throws -> [Int16] {
        let folder = try TemporaryFolder()
        let file = folder.url.appendingPathComponent("speech.wav")
        let text = """
            A conversation on the telephone is made of short sentences. Somebody asks, somebody answers, and now and then
            both of them laugh. Nobody should have to wait for a word, or to ask for it again, because a machine has lost it.
            """
        let outcome = try Program.run(
            Program.system("espeak-ng"), ["-a", "60", "-w", file.path, text], environment: [:])
        guard outcome.status == 0 else { throw MouthBench.NotHeard(count: 0) }
        let bytes = [UInt8](try Data(contentsOf: file).dropFirst(44))
        let samples = stride(from: 0, to: bytes.count - 1, by: 2).map {
            Double(Int16(truncatingIfNeeded: Int(bytes[$0]) | Int(bytes[$0 + 1]) << 8))
        }
        // From 22,050 Hz.
        return (0..<Int(Double(samples.count - 1) * 48_000 / 22_050)).map { index in
            let place = Double(index) * 22_050 / 48_000
            let (whole, part) = (Int(place), place - place.rounded(.down))
            return Int16(clamping: Int(samples[whole] * (1 - part) + samples[min(whole + 1, samples.count - 1)] * part))
        }
    }

    /// - Parameter room: what was said and what was heard, by turns.
    init(_ room: [Int16]) {
        let said = stride(from: 0, to: room.count - 1, by: 2).map { Double(room[$0]) }
        let heard = stride(from: 1, to: room.count, by: 2).map { Double(room[$0]) }
        var lag = Self.lag(
            said, heard, start: said.firstIndex { abs($0) > 1_000 } ?? 0, length: 96_000, lags: 0...Self.longestDelay,
            step: 8)
        var sum = 0.0
        for start in stride(from: 0, to: said.count - Self.piece - Self.longestDelay - 500, by: Self.piece) {
            let energy = said[start..<start + Self.piece].reduce(0) { $0 + $1 * $1 }
            guard energy / Double(Self.piece) > 40_000 else { continue }
            // Where sound was stretched, or a clock goes on, the delay is another one.
            lag = Self.lag(said, heard, start: start, length: Self.piece, lags: max(0, lag - 48)...lag + 48, step: 1)
            var (rest, power) = (0.0, 0.0)
            for index in start..<start + Self.piece {
                let other = index + lag < heard.count ? heard[index + lag] : 0
                rest += (said[index] - other) * (said[index] - other)
                power += other * other
            }
            pieces += 1
            if power < energy / 100 { gaps += 1 }
            sum += min(35, max(-10, 10 * log10(energy / max(rest, 1))))
        }
        segmentalRatio = sum / Double(max(pieces, 1))
    }

    /// The delay at which both are most alike.
    private static func lag(
        _ said: [Double], _ heard: [Double], start: Int, length: Int, lags: ClosedRange<Int>, step: Int
    ) -> Int {
        var best = (lag: lags.lowerBound, likeness: -Double.infinity)
        for lag in lags {
            let end = min(start + length, said.count, heard.count - lag)
            var likeness = 0.0
            for index in stride(from: start, to: end, by: step) { likeness += said[index] * heard[index + lag] }
            if likeness > best.likeness { best = (lag, likeness) }
        }
        return best.lag
    }

    var description: String {
        String(format: "segmental SNR %.1f dB, %d of %d pieces not heard", segmentalRatio, gaps, pieces)
    }
}
