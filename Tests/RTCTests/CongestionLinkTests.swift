import TestSupport
import Testing

@testable import RTC

/// One flow over links of every kind (aims of webrtc.md §4.2 and our own).
@Suite("Congestion control of one flow") struct CongestionLinkTests {
    @Test("a constant link is filled without a queue") func constant() {
        let simulation = CongestionSimulation(seed: 1, forward: 1_000_000)
        simulation.addFlow(delay: .milliseconds(50))
        simulation.run(for: .seconds(120))
        let figures = CongestionFigures("1 Mbit/s, 50 ms", simulation, from: 10, to: 120)
        figures.publish()
        #expect(figures.utilization >= 0.92)
        #expect(figures.meanQueue <= 60)
        #expect(figures.lateQueue <= 100)
    }

    @Test("a capacity that falls and comes back is followed both ways") func steps() {
        let simulation = CongestionSimulation(seed: 2, forward: 3_000_000)
        let flow = simulation.addFlow(delay: .milliseconds(50))
        for second in stride(from: 20, to: 120, by: 20) {
            simulation.setRate(second % 40 == 20 ? 500_000 : 3_000_000, at: .seconds(second))
        }
        simulation.run(for: .seconds(120))
        var falls: [Double] = []
        var recoveries: [Double] = []
        for second in stride(from: 20.0, to: 120, by: 20) {
            if second.truncatingRemainder(dividingBy: 40) == 20 {
                let delays = simulation.queueDelays[Int(second * 100)..<Int(second * 100 + 1000)]
                falls.append(Double(delays.count { $0 > 100 }) / 100)
            } else {
                let reached = (0..<200).first {
                    flow.throughput(from: second + Double($0) / 10, to: second + Double($0 + 5) / 10) >= 2_000_000
                }
                recoveries.append(Double(reached ?? 200) / 10)
            }
        }
        let freezes = flow.freezes(from: 2, to: 120)
        let figures = CongestionFigures(
            "3 / 0.5 Mbit/s each 20 s, 50 ms", simulation, from: 5, to: 120,
            note: "over 100 ms after falls: \(falls) s; back at 2 Mbit/s after \(recoveries) s; freezes: \(freezes) s")
        figures.publish()
        #expect(falls.allSatisfy { $0 <= 1.5 })
        #expect(recoveries.allSatisfy { $0 <= 5 })
        // One for each fall, as short as the queue that was there.
        #expect(freezes.count <= 3 && freezes.allSatisfy { $0 < 1.5 }, "\(freezes)")
    }

    @Test("random loss does not make the rate collapse", arguments: [0.02, 0.05, 0.1]) func randomLoss(loss: Double) {
        let simulation = CongestionSimulation(seed: 3, forward: 2_000_000)
        simulation.links[0].loss = loss
        simulation.addFlow(delay: .milliseconds(50))
        simulation.run(for: .seconds(60))
        let figures = CongestionFigures("2 Mbit/s, 50 ms, \(Int(loss * 100)) % loss", simulation, from: 10, to: 60)
        figures.publish()
        #expect(figures.utilization > (loss > 0.06 ? 0.3 : 0.7))
        #expect(figures.meanQueue <= 60)
    }

    @Test("loss in bursts does not either") func burstLoss() {
        let simulation = CongestionSimulation(seed: 4, forward: 2_000_000)
        simulation.links[0].loss = 0.03
        simulation.links[0].lossBurst = 4
        simulation.addFlow(delay: .milliseconds(50))
        simulation.run(for: .seconds(60))
        let figures = CongestionFigures("2 Mbit/s, 50 ms, 3 % loss in bursts of 4", simulation, from: 10, to: 60)
        figures.publish()
        #expect(figures.utilization > 0.6)
    }

    @Test("a far path with a tenth lost still carries a picture") func farAndLossy() {
        let simulation = CongestionSimulation(seed: 5, forward: 2_000_000)
        simulation.links[0].loss = 0.1
        simulation.addFlow(delay: .milliseconds(200))
        simulation.run(for: .seconds(120))
        let figures = CongestionFigures("2 Mbit/s, 200 ms, 10 % loss", simulation, from: 20, to: 120)
        figures.publish()
        #expect(figures.rates[0] > 100)
    }

    @Test("heavy loss settles instead of swinging") func heavyLoss() {
        let simulation = CongestionSimulation(seed: 6, forward: 2_000_000)
        simulation.links[0].loss = 0.2
        let flow = simulation.addFlow(delay: .milliseconds(50))
        simulation.run(for: .seconds(60))
        let settled = flow.trace.filter { $0.time > 20 }
        let reversals = zip(settled, settled.dropFirst()).map { $1.video > $0.video }
        let swings = zip(reversals, reversals.dropFirst()).count { $0 != $1 }
        let figures = CongestionFigures(
            "2 Mbit/s, 50 ms, 20 % loss", simulation, from: 20, to: 60, note: "\(swings) turns in 40 s")
        figures.publish()
        #expect(figures.rates[0] > 100)
    }

    @Test("a radio link's jitter is not taken for a queue") func jitter() {
        let simulation = CongestionSimulation(seed: 7, forward: 2_000_000)
        simulation.jitter = .milliseconds(30)
        simulation.addFlow(delay: .milliseconds(40))
        simulation.run(for: .seconds(60))
        let figures = CongestionFigures("2 Mbit/s, 40 ms, 30 ms jitter", simulation, from: 10, to: 60)
        figures.publish()
        #expect(figures.utilization > 0.7)
        #expect(figures.meanQueue <= 60)
    }

    @Test("the steps of a slow path are found in time") func slowSteps() {
        let simulation = CongestionSimulation(seed: 8, forward: 500_000)
        let flow = simulation.addFlow(delay: .milliseconds(50))
        // The estimate is looked at, not what is made of it.
        flow.sender.audioOnly.lower = 0
        // Sound and the least picture must fit the slowest step.
        flow.audioByteCount = 40
        flow.sender.setVideoBitrateBounds(mid: "v", floor: 10_000, ceiling: 2_000_000, at: .zero)
        simulation.setRate(800_000, at: .seconds(25))
        simulation.setRate(100_000, at: .seconds(45))
        simulation.run(for: .seconds(95))
        let estimates = [(15.0, 25.0), (40.0, 45.0), (80.0, 95.0)].map { flow.throughput(from: $0, to: $1) / 1000 }
        CongestionFigures(
            "0.5, 0.8, 0.1 Mbit/s, 50 ms", simulation, from: 5, to: 95,
            note: "kbit/s at the end of each: \(estimates.map { Int($0) })"
        ).publish()
        #expect((350...550).contains(estimates[0]))
        #expect((600...900).contains(estimates[1]))
        #expect((65...115).contains(estimates[2]))
    }

    @Test("a fast link is known within a second, and a key frame then takes milliseconds") func fastLink() throws {
        let simulation = CongestionSimulation(seed: 9, forward: 100_000_000)
        let flow = simulation.addFlow(delay: .milliseconds(5))
        flow.encoder.ceiling = 2_000_000
        simulation.run(for: .seconds(3))
        let estimate = try #require(flow.sender.availableOutgoingBitrate)
        CongestionFigures(
            "100 Mbit/s, 5 ms, encoder at most 2 Mbit/s", simulation, from: 1, to: 3,
            note: "estimate \(estimate / 1000) kbit/s"
        ).publish()
        #expect(estimate >= 8_000_000)
        let now = simulation.now + .seconds(1)
        var sender = flow.sender
        sender.sendVideo(
            mid: "v", frame: [UInt8](repeating: 0x10, count: 40_000), isKeyFrame: true, captureTime: now, at: now)
        var last = now
        while let next = sender.nextTimeout, next <= now + .milliseconds(200) {
            let moment = max(next, now)
            var sent = false
            while let packet = sender.pollPacket(at: moment) { if !packet.isRTCP { sent = true } }
            if sent { last = moment }
            sender.handleTimeout(at: moment + .microseconds(1))
            if next > now + .milliseconds(100) { break }
        }
        #expect(last - now < .milliseconds(25))
    }

    @Test("an encoder that makes little does not make the estimate shrink, and probes raise it") func limited() throws {
        let simulation = CongestionSimulation(seed: 10, forward: 4_000_000)
        let flow = simulation.addFlow(delay: .milliseconds(40))
        flow.encoder.ceiling = 300_000
        simulation.run(for: .seconds(30))
        let estimate = try #require(flow.sender.availableOutgoingBitrate)
        CongestionFigures(
            "4 Mbit/s, encoder at most 0.3 Mbit/s", simulation, from: 5, to: 30,
            note: "estimate \(estimate / 1000) kbit/s"
        ).publish()
        #expect(estimate > 2_500_000 && estimate < 4_500_000)
    }

    @Test("a path that goes dark is given up step by step, and taken up again") func outage() {
        let simulation = CongestionSimulation(seed: 11, forward: 2_000_000)
        let flow = simulation.addFlow(delay: .milliseconds(50))
        simulation.run(for: .seconds(15))
        simulation.links[0].loss = 1
        simulation.run(for: .seconds(10))
        let dark = flow.target
        simulation.links[0].loss = 0
        simulation.run(for: .seconds(20))
        let figures = CongestionFigures(
            "2 Mbit/s, dark for 10 s", simulation, from: 15, to: 45, note: "target in the dark \(dark / 1000) kbit/s")
        figures.publish()
        #expect(dark < 300_000)
        #expect(flow.throughput(from: 35, to: 45) > 1_500_000)
    }
}
