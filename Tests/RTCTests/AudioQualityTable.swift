import Foundation
import RTC
import TestSupport

/// What sound suffers on one path, in virtual time.
struct AudioQualityFigures: Sendable {
    /// What protects the sound.
    enum Protection: String, CaseIterable, Sendable {
        case none = "none", errorCorrection = "FEC", all = "FEC+RED"
    }

    var name: String
    var protection: Protection
    var statistics: AudioJitterBufferStatistics
    /// Sending to decoding, mean, ms.
    var delay: Double
    /// Concealments a minute.
    var gapRate: Double
    /// Kbit/s of RTP packets.
    var bitrate: Double
    var largestPacket: Int

    var concealedShare: Double {
        Double(statistics.concealedSamples) / Double(max(statistics.totalSamplesReceived, 1))
    }

    /// - Parameter frame: milliseconds a packet.
    init(
        _ name: String, _ path: AudioCallSimulation.Path, _ protection: Protection, frame: Int = 20, seconds: Int = 60,
        seed: UInt64 = 1
    ) {
        self.name = name
        self.protection = protection
        var call = AudioCallSimulation(path, frame: frame, usesRedundancy: protection == .all, seed: seed)
        let header: UInt8 = [10: 0x00, 20: 0x08, 40: 0x10, 60: 0x18][frame] ?? 0x08
        // The flag of error correction lies behind one bit of voice activity for each 20 ms.
        let flag = UInt8(0x40) >> UInt8(max(frame / 20, 1) - 1)
        // 32 kbit/s; with error correction as an encoder that has been told of the loss.
        let count = frame * 4 - 2
        var stretched = 0
        call.run(for: .seconds(seconds)) { number, loss in
            let isProtected = protection != .none && (loss ?? 0.05) > 0.005
            return [header, isProtected ? flag : 0]
                + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: count)
        } play: { decision, _, _ in
            // As a time-stretcher would: a period of 5 ms.
            guard decision.stretch != .none, decision.sampleCount >= 480 else { return decision.sampleCount }
            stretched += 1
            guard case .accelerate(let most) = decision.stretch else { return decision.sampleCount + 240 }
            return decision.sampleCount - (most < 120 ? 0 : min(240, most))
        }
        statistics = call.buffer.statistics
        delay =
            path.conditions.delay.inMilliseconds + statistics.jitterBufferDelay * 1000
            / Double(max(statistics.jitterBufferEmittedCount, 1))
        gapRate = Double(statistics.concealmentEvents) * 60 / Double(seconds)
        bitrate = Double(call.sentByteCount) * 8 / 1000 / Double(seconds)
        largestPacket = call.largestPacket
    }

    static let header =
        "path                                | protected | concealed | silent | gaps/min | delay ms | kbit/s"

    var line: String {
        let total = Double(max(statistics.totalSamplesReceived, 1))
        return [
            name.padding(toLength: 35, withPad: " ", startingAt: 0),
            protection.rawValue.padding(toLength: 9, withPad: " ", startingAt: 0),
            String(format: "%7.2f %%", concealedShare * 100),
            String(format: "%4.1f %%", Double(statistics.silentConcealedSamples) / total * 100),
            String(format: "%8.1f", gapRate), String(format: "%8.1f", delay), String(format: "%6.1f", bitrate),
        ].joined(separator: " | ")
    }

    /// Where `CAUSERIE_AUDIO_TABLE` names a file, tables of sound quality are made.
    static let tablePath = ProcessInfo.processInfo.environment["CAUSERIE_AUDIO_TABLE"]

    /// Writes all figures to the file that `CAUSERIE_AUDIO_TABLE` names, if it does.
    static func publish(_ figures: [AudioQualityFigures]) {
        guard let tablePath else { return }
        let text = ([header] + figures.map(\.line)).joined(separator: "\n") + "\n"
        try? Data(text.utf8).write(to: URL(filePath: tablePath))
    }
}
