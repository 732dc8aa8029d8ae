import FoundationEssentials
import Logging
import Testing

@testable import Conference

@MainActor @Suite("Call history") struct CallHistoryTests {
    private static let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

    private func record(_ number: Int, missed: Bool = false) -> CallRecord {
        var record = CallRecord(
            name: "n\(number)", address: "desk", isOutgoing: !missed, date: Date(timeIntervalSince1970: Double(number)),
            reason: missed ? "missed" : "local-hang-up", isMissed: missed)
        record.duration = Double(number)
        record.localPath = "host"
        record.remotePath = "relay"
        record.audioCodec = "audio/opus"
        record.loss = 0.25
        record.roundTripTime = 12
        return record
    }

    @Test("is there at the next start, the newest first, and bounded")
    func bounded() throws {
        let profile = try ScratchProfile()
        let history = CallHistory(
            ProfileDatabase(in: profile.folders, logger: Self.logger), logger: Self.logger, limit: 10)
        for number in 1...25 { history.add(record(number, missed: number > 22)) }
        let again = CallHistory(
            ProfileDatabase(in: profile.folders, logger: Self.logger), logger: Self.logger, limit: 10)
        #expect(again.recent.map(\.name) == (16...25).reversed().map { "n\($0)" })
        #expect(again.recent == history.recent && again.missedCount == 3)
        var expected = record(20)
        expected.id = 20
        #expect(again.recent[5] == expected)
        #expect(again.records(2).map(\.id) == [25, 24] && again.records(-1).isEmpty)
    }

    @Test("one call is removed, or all")
    func removed() {
        let history = CallHistory(ProfileDatabase(in: nil, logger: Self.logger), logger: Self.logger)
        for number in 1...3 { history.add(record(number, missed: true)) }
        #expect(history.remove(2) && !history.remove(2))
        #expect(history.recent.map(\.id) == [3, 1] && history.missedCount == 2)
        history.removeAll()
        #expect(history.recent.isEmpty && history.missedCount == 0)
    }

    @Test("means are over the whole call, and of what was measured")
    func means() {
        var means = CallMeans()
        #expect(means.meanLoss == nil && means.meanRoundTripTime == nil)
        for (loss, time) in [(0.0, 10.0), (0.5, nil), (0.1, 20.0)] as [(Double, Double?)] {
            var sample = StatisticsSample()
            sample.receivedLoss = loss
            sample.roundTripTime = time
            means.add(sample)
        }
        #expect(means.meanRoundTripTime == 15)
        #expect(abs((means.meanLoss ?? 0) - 0.2) < 1e-9)
    }

    @Test("every reason is known by its code")
    func reasons() {
        for reason in [EndReason.declined, .busy, .identityChanged, .localError("")] {
            #expect(EndReason(code: reason.code) == reason)
        }
        #expect(EndReason(code: "frobnicated") == nil)
    }
}
