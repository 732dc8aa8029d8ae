import Testing

@testable import RTC

@Suite("Probes, loss and limits, part by part") struct CongestionProbeTests {
    private func feed(
        _ probe: Probe, capacity: Double, packets: Int = 6, lost: Set<Int> = []
    ) -> Double? {
        var estimator = ProbeEstimator()
        estimator.begin(probe)
        var result: Double?
        let interval = 1000.0 * 8 / probe.bitrate
        let service = max(interval, 1000.0 * 8 / capacity)
        for index in 0..<packets where !lost.contains(index) {
            let sent = Instant.zero + .microseconds(Int64(Double(index) * interval * 1e6))
            let arrival = Int64(Double(index) * service * 1e6) + 50_000
            let rate = estimator.add(identifier: probe.identifier, byteCount: 1000, sent: sent, arrival: arrival)
            result = rate ?? result
        }
        return result
    }

    @Test("a probe that gets through shows its rate, one that fills the path shows the path's") func estimator() throws
    {
        let probe = Probe(identifier: 1, bitrate: 2_000_000)
        #expect(abs(try #require(feed(probe, capacity: 10_000_000)) - 2_000_000) < 20_000)
        #expect(abs(try #require(feed(probe, capacity: 1_000_000)) - 950_000) < 10_000)
        #expect(feed(probe, capacity: 10_000_000, packets: 3) == nil)
        #expect(feed(Probe(identifier: 1, bitrate: 8_000_000), capacity: 10_000_000, packets: 8) == nil)
    }

    @Test("probes start at three and six times, go on while they succeed, and stop at the maximum") func controller() {
        var controller = ProbeController(maximum: 5_000_000)
        var now = Instant.zero
        let start = controller.start(300_000, at: now).map(\.bitrate)
        #expect(start == [900_000, 1_800_000])
        let again = controller.start(300_000, at: now)
        #expect(again.isEmpty)
        let further = [890_000, 1_750_000, 3_400_000, 4_900_000].map { controller.probed($0, at: now).map(\.bitrate) }
        #expect(further == [[], [3_500_000], [5_000_000], []])
        // An application that limits itself is probed for each five seconds.
        var count = 0
        for _ in 0..<220 {
            now = now + .milliseconds(100)
            count += controller.process(1_000_000, isClear: true, limitedSince: .zero, at: now).count
        }
        #expect(count == 4)
        // Never while the path is full.
        for _ in 0..<220 {
            now = now + .milliseconds(100)
            count += controller.process(1_000_000, isClear: false, limitedSince: .zero, at: now).count
        }
        #expect(count == 4)
    }

    @Test("after a fall the old rate is tried again within seconds") func recovery() throws {
        var controller = ProbeController(maximum: 5_000_000)
        _ = controller.start(300_000, at: .zero)
        var now = Instant.zero + .seconds(2)
        _ = controller.process(3_000_000, isClear: true, limitedSince: nil, at: now)
        var first: (Duration, Double)?
        let fall = now
        for _ in 0..<50 {
            now = now + .milliseconds(100)
            let probes = controller.process(500_000, isClear: true, limitedSince: nil, at: now)
            if first == nil, let probe = probes.first { first = (now - fall, probe.bitrate) }
        }
        let (time, rate) = try #require(first)
        #expect(time < .seconds(3))
        #expect(rate == 1_000_000)
    }

    @Test("a path that carries more than it was known to is tried once, and not again at once") func outgrown() {
        var controller = ProbeController(maximum: 5_000_000)
        _ = controller.start(300_000, at: .zero)
        let grown = Instant.zero + .seconds(4)
        var rates: [Double] = []
        for tenth in 40..<80 {
            let now = Instant.zero + .milliseconds(100 * tenth)
            let isClear = tenth >= 45
            rates += controller.process(1_000_000, isClear: isClear, limitedSince: nil, outgrown: grown, at: now)
                .map(\.bitrate)
        }
        #expect(rates == [2_000_000])
        let soon = controller.process(
            1_000_000, isClear: true, limitedSince: nil, outgrown: grown + .seconds(2), at: .zero + .seconds(6))
        #expect(soon.isEmpty)
    }

    @Test("the application's limit is entered with little sent, and left when it sends again") func applicationLimit() {
        var detector = ApplicationLimitDetector()
        var now = Instant.zero
        func pass(_ byteCount: Int) {
            for _ in 0..<100 {
                now = now + .milliseconds(10)
                detector.record(byteCount: byteCount, estimate: 1_000_000, at: now)
            }
        }
        pass(1200)
        #expect(!detector.isLimited)
        pass(200)
        pass(200)
        #expect(detector.isLimited)
        pass(1200)
        #expect(!detector.isLimited)
    }

    /// Two seconds of feedback at a rate, of which what exceeds the bandwidth is lost besides a random share.
    private func run(_ control: inout LossController, seconds: Int, loss: Double, bandwidth: Double, from: Int = 0) {
        var random = RandomSource.seeded(UInt64(from) &+ 9)
        for tenth in 0..<(seconds * 10) {
            let now = Instant.zero + .milliseconds(from * 1000 + tenth * 100)
            let rate = control.bitrate
            let packets = max(Int(rate / 80_000), 1)
            let excess = max(0, 1 - bandwidth / rate)
            for index in 0..<packets {
                let isLost = Double(random.next() >> 11) / Double(1 << 53) < loss + (1 - loss) * excess
                control.add(
                    byteCount: 1000, isLost: isLost, sent: now + .milliseconds(index * 100 / packets))
            }
            control.update(ceiling: 2_000_000, acknowledged: min(rate, bandwidth) * (1 - loss), at: now)
        }
    }

    @Test("random loss is borne, loss by overflow is not") func lossModel() {
        var random = LossController(start: 2_000_000, minimum: 30_000)
        run(&random, seconds: 30, loss: 0.05, bandwidth: 10_000_000)
        #expect(random.bitrate > 1_200_000)
        var overflow = LossController(start: 2_000_000, minimum: 30_000)
        run(&overflow, seconds: 30, loss: 0, bandwidth: 800_000)
        #expect(overflow.bitrate < 1_050_000)
        // And back, once it has passed.
        run(&overflow, seconds: 20, loss: 0, bandwidth: 10_000_000, from: 40)
        #expect(overflow.bitrate > 1_900_000)
    }

    @Test("the logarithm is right from the smallest to the largest") func logarithm() {
        #expect(NaturalLogarithm.of(1) == 0)
        #expect(abs(NaturalLogarithm.of(2.718_281_828_459_045) - 1) < 1e-9)
        #expect(abs(NaturalLogarithm.of(1e-6) + 13.815_510_557_964_274) < 1e-8)
        #expect(abs(NaturalLogarithm.of(12_000) - 9.392_661_928_770_137) < 1e-8)
    }

    @Test("without transport-wide feedback, reports and REMB decide") func reported() {
        var control = ReportedLossControl(start: 300_000, range: 30_000...5_000_000)
        var now = Instant.zero
        for _ in 0..<10 {
            now = now + .seconds(1)
            control.report(fractionLost: 0, at: now)
        }
        #expect(control.bitrate > 600_000 && control.bitrate < 700_000)
        control.report(fractionLost: 0.05, at: now + .seconds(1))
        #expect(control.bitrate > 600_000)
        control.report(fractionLost: 0.4, at: now + .seconds(2))
        #expect(control.bitrate < 540_000)
        control.setRemoteLimit(2_000_000)
        #expect(control.bitrate == 2_000_000)
        control.setRemoteLimit(200_000)
        #expect(control.bitrate == 200_000)
        control.setRemoteLimit(.nan)
        #expect(control.bitrate == 200_000)
    }
}
