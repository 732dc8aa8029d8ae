import TestSupport
import Testing

@testable import RTC

@Suite("A path that carries no more than sound", .serialized) struct AudioOnlyTests {
    @Test("pictures stop below 60 kbit/s, come back above 90, and neither for a moment's sake") func hysteresis() {
        var floor = AudioOnlyFloor()
        var now = Instant.zero
        /// Whether it is active after some time at a rate.
        func after(_ rate: Double, seconds: Double, applies: Bool = true) -> Bool {
            for _ in 0..<Int(seconds * 20) {
                now = now + .milliseconds(50)
                _ = floor.update(rate, applies: applies, at: now)
            }
            return floor.isActive
        }
        #expect(!after(300_000, seconds: 10))
        #expect(!after(40_000, seconds: 4.5))
        #expect(!after(70_000, seconds: 20), "pictures that still go stay")
        #expect(after(59_000, seconds: 5.2))
        #expect(after(85_000, seconds: 60), "and ones that are gone stay away")
        #expect(after(95_000, seconds: 0.8))
        #expect(after(89_000, seconds: 1))
        #expect(!after(95_000, seconds: 1.2))
        #expect(after(30_000, seconds: 6))
        #expect(after(95_000, seconds: 1.8), "what has just failed is tried again later")
        #expect(!after(95_000, seconds: 0.4))
        #expect(after(30_000, seconds: 6))
        #expect(!after(30_000, seconds: 0.1, applies: false), "without sound there is nothing to make room for")
        #expect(!after(30_000, seconds: 60, applies: false))
    }

    @Test("on 50 kbit/s sound arrives whole and without a queue, and the picture comes back by itself")
    func suspension() {
        let simulation = CongestionSimulation(seed: 71, forward: 1_000_000)
        let flow = simulation.addFlow(delay: .milliseconds(40))
        // As thrifty as the sound is made on such a path.
        flow.audioByteCount = 120
        flow.audioDuration = 60
        flow.sender.setAudioBitrateMaximum(mid: "a", 28_000, at: .zero)
        simulation.setRate(50_000, at: .seconds(15))
        simulation.setRate(1_000_000, at: .seconds(60))
        simulation.run(for: .seconds(14))
        #expect(flow.suspensions.isEmpty)
        simulation.run(for: .seconds(16))
        #expect(flow.suspensions.map(\.isSuspended) == [true], "\(flow.suspensions)")
        let (frames, sounds) = (flow.frameCount, flow.soundCount)
        simulation.run(for: .seconds(29))
        #expect(flow.suspensions.count == 1, "\(flow.suspensions)")
        #expect(flow.frameCount - frames <= 1)
        #expect(flow.soundCount - sounds >= 29_000 / 60 * 98 / 100)
        let figures = CongestionFigures("1 -> 0.05 -> 1 Mbit/s: sound alone", simulation, from: 30, to: 59)
        #expect(figures.timeOverLimit < 3, "\(figures.line)")
        simulation.run(for: .seconds(31))
        let back = flow.suspensions.last
        #expect(flow.suspensions.count == 2 && back?.isSuspended == false, "\(flow.suspensions)")
        let returned = back?.time ?? 99
        #expect(returned < 80)
        #expect(flow.freezes(from: returned + 1, to: 90).isEmpty)
        #expect(flow.throughput(from: 82, to: 90) > 500_000)
        var published = figures
        published.note = "picture stops at \(flow.suspensions.first?.time ?? 0) s, is back at \(returned) s"
        published.publish()
    }

    @Test("on a good link the estimate is good for a full picture within two seconds, with the first one on its way")
    func quickStart() {
        for delay in [10, 50, 100] {
            let simulation = CongestionSimulation(seed: UInt64(delay), forward: 10_000_000)
            let flow = simulation.addFlow(delay: .milliseconds(delay))
            simulation.run(for: .seconds(3))
            let first = flow.frameTimes.first ?? .infinity
            let full = flow.trace.first { $0.video > 1_500_000 }?.time ?? .infinity
            #expect(first < 0.5, "\(delay) ms: the first picture after \(first) s")
            #expect(full < 1.5, "\(delay) ms: 1.5 Mbit/s after \(full) s")
            #expect(flow.freezes(from: first, to: 3).isEmpty)
        }
    }
}
