import RTC
import Testing

@testable import Conference

@Suite("Samples of a call, and what they say of it") struct StatisticsSampleTests {
    private func report(_ figures: [String: StatisticsValue], sent: [String: StatisticsValue] = [:])
        -> [StatisticsRecord]
    {
        [
            StatisticsRecord(type: "inbound-rtp", id: "I", members: figures),
            StatisticsRecord(type: "outbound-rtp", id: "O", members: sent),
            StatisticsRecord(
                type: "candidate-pair", id: "CP1",
                members: ["currentRoundTripTime": 0.08, "selected": true, "localCandidateId": "LC1"]),
            StatisticsRecord(
                type: "local-candidate", id: "LC1",
                members: ["candidateType": "host", "protocol": "udp", "address": "2001:db8::1", "port": 5000]),
            StatisticsRecord(type: "cpu", id: "cpu", members: ["encodeSeconds": sent["cpu"] ?? 0.0]),
            StatisticsRecord(type: "transport", id: "T", members: ["tlsVersion": "FEFD"]),
        ]
    }

    @Test("a sample is the difference of two reports") func difference() throws {
        var sampler = StatisticsSampler()
        let before: [String: StatisticsValue] = [
            "bytesReceived": 1000, "packetsReceived": 10, "packetsLost": 0, "framesDecoded": 10,
            "jitterBufferDelay": 1.0, "kind": "audio",
            "jitterBufferEmittedCount": 48_000, "freezeCount": 1,
        ]
        let after: [String: StatisticsValue] = [
            "bytesReceived": 26_000, "packetsReceived": 100, "packetsLost": 10, "framesDecoded": 70,
            "kind": "audio", "jitterBufferDelay": 5801.0, "jitterBufferEmittedCount": 144_000, "freezeCount": 3,
        ]
        #expect(sampler.sample(report(before), at: 10) == nil)
        let next = sampler.sample(
            report(after, sent: ["bytesSent": 4000, "headerBytesSent": 1000, "cpu": 0.5]), at: 12)
        let sample = try #require(next)
        #expect(sample.time == 2 && sample.receivedBitrate == 100_000 && sample.sentBitrate == 20_000)
        #expect(sample.receivedLoss == 0.1 && sample.receivedFrameRate == 30 && sample.freezes == 2)
        #expect(abs((sample.jitterBufferDelay ?? 0) - 60.4) < 0.1 && sample.roundTripTime == 80)
        #expect(sample.cpu["encodeSeconds"] == 0.25 && sample.mouthToEar.network == 40)
    }

    @Test("stages are averages between two reports, in milliseconds, for sound and for pictures by themselves")
    func stages() throws {
        let report = { (count: Double) in
            [
                StatisticsRecord(
                    type: "outbound-rtp", id: "OA",
                    members: [
                        "kind": "audio", "captureDelay": 25.0, "totalEncodeTime": .number(0.001 * count),
                        "packetsEncoded": .number(count), "totalPacketSendDelay": .number(0.002 * count),
                        "packetsSent": .number(count),
                    ]),
                StatisticsRecord(
                    type: "outbound-rtp", id: "OV",
                    members: [
                        "kind": "video", "totalCaptureDelay": .number(0.003 * count),
                        "framesEncoded": .number(count), "totalEncodeTime": .number(0.008 * count),
                        "totalPacketSendDelay": .number(0.005 * 4 * count), "packetsSent": .number(4 * count),
                    ]),
                StatisticsRecord(
                    type: "inbound-rtp", id: "IA",
                    members: [
                        "kind": "audio", "jitterBufferDelay": .number(0.017 * 960 * count),
                        "jitterBufferEmittedCount": .number(960 * count), "playoutDelay": 18.0,
                        "totalDecodeTime": .number(0.0005 * count), "packetsDecoded": .number(count),
                    ]),
                StatisticsRecord(
                    type: "inbound-rtp", id: "IV",
                    members: [
                        "kind": "video", "jitterBufferDelay": .number(0.006 * count),
                        "jitterBufferEmittedCount": .number(count), "totalProcessingDelay": .number(0.010 * count),
                        "framesDecoded": .number(count),
                    ]),
                StatisticsRecord(type: "candidate-pair", id: "C", members: ["currentRoundTripTime": 0.04]),
            ]
        }
        var sampler = StatisticsSampler()
        _ = sampler.sample(report(30), at: 1)
        let next = sampler.sample(report(60), at: 2)
        let sample = try #require(next)
        #expect(
            sample.mouthToEar.stages.map { $0.delay.map { ($0 * 10).rounded() / 10 } } == [25, 1, 2, 20, 17, 0.5, 18])
        #expect(sample.cameraToScreen.stages.map { $0.delay.map { $0.rounded() } } == [3, 8, 5, 20, 6, 4, nil])
        let record = try #require(sample.mouthToEar.record(kind: "audio"))
        #expect(abs((record["total"]?.doubleValue ?? 0) - 83.5) < 0.01 && record["kind"] == "audio")
        #expect(sample.cameraToScreen.record(kind: "video")?["total"] == nil)
        // Nothing new, and counters that begin again: nothing is known, and no nonsense.
        let same = sampler.sample(report(60), at: 3)
        #expect(same?.mouthToEar.buffer == nil && same?.cameraToScreen.encode == nil)
        let again = sampler.sample(report(10), at: 4)
        #expect(again?.mouthToEar.buffer == nil && again?.cameraToScreen.decode == nil)
        #expect(StageDelays().record(kind: "audio") == nil)
    }

    @Test("counters that begin again, and time that stands still, make no nonsense") func hostile() throws {
        var sampler = StatisticsSampler()
        _ = sampler.sample(report(["bytesReceived": 9000, "packetsReceived": 90, "packetsLost": 5]), at: 1)
        #expect(sampler.sample(report([:]), at: 1) == nil)
        let next = sampler.sample(report(["bytesReceived": 100, "packetsLost": -3]), at: 2)
        let sample = try #require(next)
        #expect(sample.receivedBitrate >= 0 && sample.receivedLoss == 0)
    }

    @Test("the worst figure gives the grade and its cause") func quality() {
        var good = StatisticsSample()
        good.receivedBitrate = 500_000
        good.receivedFrameRate = 30
        let series = { (change: (inout StatisticsSample) -> Void) in
            var sample = good
            change(&sample)
            return CallQuality(Array(repeating: sample, count: 5), expectsMedia: true)
        }
        #expect(series { _ in } == CallQuality())
        #expect(series { $0.receivedLoss = 0.05 } == CallQuality(grade: .fair, cause: .receivedLoss))
        #expect(series { $0.sentLoss = 0.2 } == CallQuality(grade: .poor, cause: .sentLoss))
        #expect(series { $0.roundTripTime = 500 } == CallQuality(grade: .fair, cause: .delay))
        #expect(series { $0.jitterBufferDelay = 500 } == CallQuality(grade: .poor, cause: .jitter))
        #expect(series { $0.receivedFrameRate = 3 } == CallQuality(grade: .fair, cause: .fewFrames))
        #expect(series { $0.receivedBitrate = 0 } == CallQuality(grade: .poor, cause: .silence))
        #expect(
            series {
                $0.receivedLoss = 0.05
                $0.roundTripTime = 900
            } == CallQuality(grade: .poor, cause: .delay))
        var muted = good
        muted.receivedBitrate = 0
        #expect(CallQuality(Array(repeating: muted, count: 5), expectsMedia: false) == CallQuality())
        // One bad second in five is no verdict.
        var lossy = good
        lossy.receivedLoss = 0.1
        #expect(CallQuality([good, good, lossy, good, good], expectsMedia: true) == CallQuality())
    }

    @Test("the way of the call is read from the report") func information() {
        let information = StreamInformation(report: report(["codecId": "none", "kind": "audio"]))
        #expect(information.localCandidate?.address == "[2001:db8::1]:5000")
        #expect(information.localCandidate?.type == "host" && information.dtlsVersion == "DTLS 1.2")
        #expect(information.audioCodec == StreamInformation.Codec())
        #expect(StreamInformation(report: []) == StreamInformation(report: []))
    }
}
