import Foundation
import RTC
import TestSupport
import Testing

@testable import Media

@Suite("Speech over bad paths") struct SpeechQualityTests {
    @Test("what is measured of the loss protects the speech")
    func protection() throws {
        let speech = SpeechSignal(seconds: 12)
        let path = AudioCallSimulation.Path(LinkConditions(loss: 0.1, delay: .milliseconds(25)))
        let bare = try SpeechCall(speech, over: path, correctsErrors: false, usesRedundancy: false)
        let corrected = try SpeechCall(speech, over: path, correctsErrors: true, usesRedundancy: false)
        let repeated = try SpeechCall(speech, over: path, correctsErrors: true, usesRedundancy: true)
        let figures = Comment(rawValue: [bare, corrected, repeated].map { $0.line("") }.joined(separator: "\n"))
        #expect(corrected.segmentalRatio > bare.segmentalRatio, figures)
        #expect(repeated.segmentalRatio > corrected.segmentalRatio, figures)
        #expect(repeated.concealedShare < 0.02, figures)
    }

    @Test("the table of speech", .enabled(if: Self.tablePath != nil))
    func table() throws {
        let speech = SpeechSignal(seconds: 30)
        var lines = [SpeechCall.header]
        for (loss, burst) in [(0, 1.0), (1, 1), (2, 1), (5, 1), (10, 1), (10, 3), (20, 1), (20, 3), (30, 1)] {
            let conditions = LinkConditions(loss: Double(loss) / 100, lossBurst: burst, delay: .milliseconds(25))
            for (name, corrects, repeats) in [("", false, false), (", FEC", true, false), (", FEC+RED", true, true)] {
                let call = try SpeechCall(
                    speech, over: AudioCallSimulation.Path(conditions), correctsErrors: corrects,
                    usesRedundancy: repeats)
                lines.append(call.line("loss \(loss) %\(burst > 1 ? " in bursts of \(Int(burst))" : "")\(name)"))
            }
        }
        for jitter in [30, 60, 100] {
            let conditions = LinkConditions(delay: .milliseconds(25 + jitter), jitter: .milliseconds(jitter))
            let call = try SpeechCall(
                speech, over: AudioCallSimulation.Path(conditions), correctsErrors: true, usesRedundancy: true)
            lines.append(call.line("jitter +-\(jitter) ms"))
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: try #require(Self.tablePath)))
    }

    private static let tablePath = ProcessInfo.processInfo.environment["CAUSERIE_SPEECH_TABLE"]
}
