import Testing

@testable import RTC

/// The parts of the delay-based half, each on traces whose outcome is known.
@Suite("Delay-based congestion control, part by part") struct CongestionDelayTests {
    private func step(_ index: Int, growth: Double) -> ArrivalGroups.Step {
        ArrivalGroups.Step(sendDelta: 10, arrivalDelta: 10 + growth, arrivalTime: Double(index) * (10 + growth))
    }

    @Test("packets sent within 5 ms, and those that waited together, are one group") func groups() {
        var groups = ArrivalGroups()
        let start = Instant.zero + .seconds(1)
        var steps: [ArrivalGroups.Step] = []
        func add(_ sent: Int, _ arrival: Int64) {
            let step = groups.add(
                sent: start + .milliseconds(sent), arrival: arrival * 1000, at: start + .milliseconds(Int(arrival)))
            if let step { steps.append(step) }
        }
        for (sent, arrival) in [(0, 100), (2, 101), (4, 103)] { add(sent, Int64(arrival)) }
        for (sent, arrival) in [(20, 120), (23, 125)] { add(sent, Int64(arrival)) }
        // Sent 7 ms after the last, but they come out of the queue together: still the second group.
        add(30, 126)
        for (sent, arrival) in [(50, 160), (70, 170)] { add(sent, Int64(arrival)) }
        #expect(steps.count == 2)
        #expect(steps.first == ArrivalGroups.Step(sendDelta: 26, arrivalDelta: 23, arrivalTime: 126))
        #expect(steps.last == ArrivalGroups.Step(sendDelta: 20, arrivalDelta: 34, arrivalTime: 160))
    }

    @Test("a far side whose clock jumps, forth or back, starts anew instead of overusing") func clockJumps() {
        var groups = ArrivalGroups()
        var largest = 0.0
        for index in 0..<300 {
            let jump: Int64 = index < 100 ? 0 : index < 200 ? 10_000_000 : -20_000_000
            let sent = Instant.zero + .milliseconds(index * 10)
            if let step = groups.add(sent: sent, arrival: sent.microseconds + jump, at: sent) {
                largest = max(largest, abs(step.arrivalDelta - step.sendDelta))
            }
        }
        #expect(largest < 1)
    }

    @Test("the trendline gives the slope of a delay that grows evenly, and zero for one that stays") func trendline() {
        var growing = TrendlineFilter()
        var steady = TrendlineFilter()
        for index in 0..<200 {
            growing.add(step(index, growth: 0.5))
            steady.add(step(index, growth: 0))
        }
        // 0.5 ms in each 10.5 ms.
        #expect(abs(growing.slope - 0.5 / 10.5) < 0.002)
        #expect(steady.slope == 0)
        #expect(abs(growing.modifiedTrend - 60 * 4 * 0.5 / 10.5) < 0.5)
    }

    @Test("the detector tells a growing queue, one that empties, and noise apart") func detector() {
        func usages(_ growth: (Int) -> Double) -> [PathUsage] {
            var trend = TrendlineFilter()
            var detector = OveruseDetector()
            return (0..<200).map { index in
                trend.add(step(index, growth: growth(index)))
                detector.update(
                    trend: trend.modifiedTrend, slope: trend.slope, sendDelta: 10, arrivalTime: Double(index) * 10)
                return detector.usage
            }
        }
        #expect(usages { _ in 2 }.contains(.overusing))
        #expect(!usages { _ in 2 }.prefix(15).contains(.overusing))
        #expect(usages { $0 < 100 ? 2 : -2 }.suffix(60).contains(.underusing))
        #expect(usages { $0.isMultiple(of: 2) ? 0.5 : -0.5 }.allSatisfy { $0 == .normal })
    }

    @Test("the threshold follows the trend within its bounds, and stays up beside a rival") func threshold() {
        var detector = OveruseDetector()
        for index in 0..<500 {
            detector.update(trend: 0, slope: 0, sendDelta: 10, arrivalTime: Double(index) * 10)
        }
        #expect(detector.threshold == 6)
        for index in 500..<1500 {
            detector.update(trend: 15, slope: 0, sendDelta: 10, arrivalTime: Double(index) * 10)
        }
        #expect(detector.threshold > 12 && detector.threshold <= 15)
        let high = detector.threshold
        // A spike far above does not move it.
        detector.update(trend: 500, slope: 0, sendDelta: 10, arrivalTime: 15_010)
        #expect(detector.threshold == high)
        detector.isCompeting = true
        for index in 1600..<1700 {
            detector.update(trend: 0, slope: 0, sendDelta: 10, arrivalTime: Double(index) * 10)
        }
        #expect(detector.threshold > high * 0.7)
    }

    @Test("AIMD grows by eight per cent a second, falls to 0.85 of what arrived, and then grows by steps") func rate() {
        var rate = AIMDRateControl(start: 300_000, range: 30_000...5_000_000)
        var now = Instant.zero
        func pass(_ seconds: Int, _ usage: PathUsage, _ acknowledged: Double?) {
            for _ in 0..<(seconds * 10) {
                now = now + .milliseconds(100)
                rate.update(usage, acknowledged: acknowledged, roundTripTime: .milliseconds(100), at: now)
            }
        }
        pass(10, .normal, 2_000_000)
        #expect(abs(rate.bitrate / 300_000 - 2.16) < 0.06)
        rate.update(.overusing, acknowledged: 500_000, roundTripTime: .milliseconds(100), at: now)
        #expect(rate.bitrate == 425_000)
        // The next at once is the same queue; one with a worse rate is not.
        rate.update(.overusing, acknowledged: 480_000, roundTripTime: .milliseconds(100), at: now)
        #expect(rate.bitrate == 425_000)
        rate.update(.overusing, acknowledged: 100_000, roundTripTime: .milliseconds(100), at: now)
        #expect(rate.bitrate == 85_000)
        // A queue that empties is left to do so.
        pass(1, .underusing, 100_000)
        #expect(rate.bitrate == 85_000)
        pass(1, .normal, 90_000)
        #expect(rate.bitrate > 88_000 && rate.bitrate < 145_000)
        // Never far ahead of what arrives.
        pass(60, .normal, 100_000)
        #expect(rate.bitrate <= 160_001)
    }

    @Test("what arrived is measured right through a stall, and not over what was sent") func acknowledged() throws {
        var steady = AcknowledgedBitrate()
        var stalled = AcknowledgedBitrate()
        // 1000 bytes each 10 ms: 800 kbit/s. The other path stands still for 150 ms, then all comes at once.
        for index in 0..<200 {
            let sent = Instant.zero + .milliseconds(index * 10)
            steady.add(byteCount: 1000, sent: sent, arrival: sent.microseconds + 20_000)
            let held = (150..<165).contains(index) ? 1_650_000 : sent.microseconds
            stalled.add(byteCount: 1000, sent: sent, arrival: held + 20_000)
            steady.update()
            stalled.update()
            if index > 50 {
                let measured = try #require(stalled.bitrate)
                #expect(measured > 500_000 && measured < 900_000, "at \(index)")
            }
        }
        #expect(abs(try #require(steady.bitrate) - 800_000) < 30_000)
    }

    @Test("the queue is the delay over the least of late, whatever the clocks' offset") func pathDelay() {
        var path = PathDelay()
        for index in 0..<100 {
            let now = Instant.zero + .milliseconds(index * 100)
            let queue: Int64 = index > 50 ? 80_000 : 0
            path.add(sent: now, arrival: now.microseconds - 77_000_000 + queue)
            path.update(at: now)
        }
        #expect(path.queue == .milliseconds(80))
    }

    @Test("a queue that stays although we gave way is a rival's") func competition() {
        var detector = CompetitionDetector()
        var now = Instant.zero
        for index in 0..<40 {
            now = now + .milliseconds(100)
            detector.update(queue: .milliseconds(20), reduced: index.isMultiple(of: 10), at: now)
        }
        #expect(!detector.isCompeting(at: now))
        for index in 0..<40 {
            now = now + .milliseconds(100)
            detector.update(queue: .milliseconds(150), reduced: index.isMultiple(of: 10), at: now)
        }
        #expect(detector.isCompeting(at: now))
        #expect(!detector.isCompeting(at: now + .seconds(60)))
    }
}
