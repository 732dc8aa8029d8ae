import Foundation
import RTC
import TestSupport

@testable import Media

/// Speech through a real Opus encoder, a bad path in virtual time, the jitter buffer and the real playout; and how much of
/// it is left, against what the decoder makes of the same packets when none is lost.
struct SpeechCall {
    private(set) var statistics = AudioJitterBufferStatistics()
    /// Segmental signal-to-noise ratio over 20 ms of speech, each -10...35 dB.
    private(set) var segmentalRatio = 0.0
    /// Kbit/s of RTP.
    private(set) var bitrate = 0.0
    /// Sending to decoding, mean, ms.
    private(set) var delay = 0.0
    private(set) var played: [Int16] = []

    private struct Piece {
        var start: Int
        var count: Int
        /// Where in the original it belongs.
        var origin: Int
    }

    private var packets: [[UInt8]] = []
    private var pieces: [Piece] = []

    var concealedShare: Double {
        Double(statistics.concealedSamples) / Double(max(statistics.totalSamplesReceived, 1))
    }

    /// - Parameters:
    ///   - correctsErrors: Opus' own error correction, as the measured loss asks for.
    ///   - usesRedundancy: RFC 2198, as the measured loss asks for.
    init(
        _ speech: SpeechSignal, over path: AudioCallSimulation.Path, correctsErrors: Bool, usesRedundancy: Bool,
        seed: UInt64 = 1
    ) throws {
        let encoder = try OpusEncoding(settings: AudioSettings(forwardErrorCorrection: correctsErrors))
        var playout = try AudioPlayout()
        var call = AudioCallSimulation(path, usesRedundancy: usesRedundancy, seed: seed)
        var expected = ExpectedLoss()
        let frames = speech.samples.count / 960
        var numbers: [[UInt8]: Int] = [:]
        var (packets, pieces, played): ([[UInt8]], [Piece], [Int16]) = ([], [], [])
        var position = 0
        call.run(for: .milliseconds(20 * frames)) { number, loss in
            if let loss, expected.record(loss) { encoder.setExpectedLoss(expected.percent) }
            let packet = speech.samples[(number * 960)..<((number + 1) * 960)].withUnsafeBufferPointer {
                encoder.encode($0).map(Array.init)
            }
            numbers[packet ?? []] = number
            packets.append(packet ?? [])
            return packet
        } play: { decision, payload, _ in
            let pull = Self.pull(decision, payload)
            guard playout.render(pull) else { return decision.sampleCount }
            if case .decode = decision.action, let number = numbers[Array(payload)] { position = number * 960 }
            if case .forwardErrorCorrection = decision.action, let number = numbers[Array(payload)] {
                position = (number - 1) * 960
            }
            pieces.append(Piece(start: played.count, count: playout.samples.count, origin: position))
            position += playout.samples.count
            played += playout.samples
            return playout.samples.count
        }
        (self.packets, self.pieces, self.played) = (packets, pieces, played)
        statistics = call.buffer.statistics
        bitrate = Double(call.sentByteCount) * 8 / Double(frames * 20)
        delay =
            path.conditions.delay.inMilliseconds + statistics.jitterBufferDelay * 1000
            / Double(max(statistics.jitterBufferEmittedCount, 1))
        segmentalRatio = compare(with: try reference(), speech)
    }

    private static func pull(_ decision: AudioDecision, _ payload: UnsafeRawBufferPointer) -> AudioPull {
        let action: AudioPull.Action =
            switch decision.action {
            case .decode: .decode(payload)
            case .forwardErrorCorrection: .recover(payload)
            case .conceal(.late): .conceal(.late)
            case .conceal(.lost): .conceal(.lost)
            case .conceal(.pause): .conceal(.pause)
            case .silence: .silence
            }
        let stretch: AudioPull.Stretch =
            switch decision.stretch {
            case .none: .none
            case .accelerate(let most): .accelerate(atMost: most)
            case .decelerate: .decelerate
            }
        return AudioPull(action: action, stretch: stretch, sampleCount: decision.sampleCount)
    }

    /// What is heard when nothing is lost.
    private func reference() throws -> [Int16] {
        let decoder = try OpusDecoding()
        let target = UnsafeMutableBufferPointer<Int16>.allocate(capacity: OpusDecoding.longestPacket)
        defer { target.deallocate() }
        var samples: [Int16] = []
        for packet in packets {
            let count = packet.withUnsafeBytes { decoder.decode($0, into: target) }
            samples += target[..<count]
        }
        return samples
    }

    private func compare(with reference: [Int16], _ speech: SpeechSignal) -> Double {
        var (sum, count) = (0.0, 0)
        for piece in pieces where piece.count >= 240 {
            let frame = (piece.origin + piece.count / 2) / 960
            guard frame < speech.isActive.count, speech.isActive[frame] else { continue }
            sum += ratio(piece, reference) * Double(piece.count)
            count += piece.count
        }
        return sum / Double(max(count, 1))
    }

    /// At the shift at which it is best: joining and stretching move the sound by less than a period.
    private func ratio(_ piece: Piece, _ reference: [Int16]) -> Double {
        let exact = ratio(piece, reference, shift: 0, step: 1)
        if exact > 25 { return exact }
        var best = (shift: 0, ratio: exact)
        for shift in stride(from: -480, through: 480, by: 6) {
            let ratio = ratio(piece, reference, shift: shift, step: 5)
            if ratio > best.ratio { best = (shift, ratio) }
        }
        for shift in (best.shift - 5)...(best.shift + 5) {
            best.ratio = max(best.ratio, ratio(piece, reference, shift: shift, step: 2))
        }
        return best.ratio
    }

    private func ratio(_ piece: Piece, _ reference: [Int16], shift: Int, step: Int) -> Double {
        let origin = piece.origin + shift
        guard origin >= 0, origin + piece.count <= reference.count else { return -10 }
        var (signal, noise) = (1.0, 1.0)
        played.withUnsafeBufferPointer { played in
            reference.withUnsafeBufferPointer { reference in
                for index in stride(from: 0, to: piece.count, by: step) {
                    let wanted = Double(reference[origin + index])
                    let difference = Double(played[piece.start + index]) - wanted
                    signal += wanted * wanted
                    noise += difference * difference
                }
            }
        }
        return min(max(10 * log10(signal / noise), -10), 35)
    }

    func line(_ name: String) -> String {
        [
            name.padding(toLength: 40, withPad: " ", startingAt: 0), String(format: "%5.1f dB", segmentalRatio),
            String(format: "%6.2f %%", concealedShare * 100), String(format: "%5d", statistics.concealmentEvents),
            String(format: "%6.1f", delay), String(format: "%6.1f", bitrate),
        ].joined(separator: " | ")
    }

    static let header =
        "speech over                              |  seg. SNR | concealed |  gaps | delay ms | kbit/s"
}
