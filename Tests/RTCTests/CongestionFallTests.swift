import Foundation
import RTC
import TestSupport
import Testing

/// A path that gets narrow both ways at once: each direction's feedback stands in the other's queue.
@Suite("Congestion control when both ways fall") struct CongestionFallTests {
    /// What one fall and the recovery after it did, both directions' mean.
    private struct Outcome {
        var freezes = 0.0
        var frozenSeconds = 0.0
        var overLimit = 0.0
        var recovery = 0.0
        /// Of the slow link, from three seconds after the fall on, 0...1.
        var used = 0.0
        var drops = 0
    }

    private func fall(
        seed: UInt64, adjust: (CongestionSimulation) -> Void = { _ in }
    ) -> (CongestionSimulation, Outcome) {
        let rate = 500_000.0
        let simulation = CongestionSimulation(seed: seed, forward: 3_000_000, backward: 3_000_000)
        let flows = [CongestionSimulation.Direction.forward, .backward].map {
            simulation.addFlow($0, delay: .milliseconds(50))
        }
        adjust(simulation)
        // Where in the two encoders' and the feedback's rhythms it happens differs.
        let shift = Duration.milliseconds(Int(seed) * 113)
        for direction in [CongestionSimulation.Direction.forward, .backward] {
            simulation.setRate(rate, direction, at: .seconds(12) + shift)
            simulation.setRate(3_000_000, direction, at: .seconds(24))
        }
        simulation.run(for: .seconds(36))
        var outcome = Outcome()
        for flow in flows {
            let freezes = flow.standardFreezes(from: 12, to: 36)
            outcome.freezes += Double(freezes.count) / 2
            outcome.frozenSeconds += freezes.reduce(0, +) / 2
            outcome.used += flow.throughput(from: 15, to: 24) / rate / 2
            let reached = (0..<110).first {
                flow.throughput(from: 24 + Double($0) / 10, to: 24 + Double($0 + 10) / 10) >= 2_000_000
            }
            outcome.recovery = max(outcome.recovery, Double(reached ?? 110) / 10 + 1)
        }
        for delays in [simulation.queueDelays, simulation.backwardQueueDelays] {
            outcome.overLimit += Double(delays[1200..<3600].count { $0 > 100 }) / 200
        }
        outcome.drops = simulation.links.reduce(0) { $0 + $1.droppedCount }
        return (simulation, outcome)
    }

    @Test("one short freeze, and the queue is gone within a second and a half") func bothWays() {
        var all: [Outcome] = []
        for seed in 1...(CongestionFigures.isThorough ? 8 : 2) {
            let (simulation, outcome) = fall(seed: UInt64(seed))
            all.append(outcome)
            let note = String(
                format: "%.1f freezes, %.2f s; %.2f s over 100 ms; 2 Mbit/s after %.1f s; %.0f %% of the slow link",
                outcome.freezes, outcome.frozenSeconds, outcome.overLimit, outcome.recovery, outcome.used * 100)
            CongestionFigures(
                "3 / 0.5 / 3 Mbit/s both ways, seed \(seed)", simulation, from: 12, to: 36, note: note
            ).publish()
        }
        let mean = { (figure: (Outcome) -> Double) in all.map(figure).reduce(0, +) / Double(all.count) }
        #expect(mean { $0.freezes } <= 2)
        #expect(mean { $0.frozenSeconds } <= 1.2)
        #expect(mean { $0.overLimit } <= 1)
        #expect(all.allSatisfy { $0.recovery <= 5 && $0.used > 0.75 })
    }

    @Test("without sound to tell when the queue is gone, pictures come back no later") func withoutSound() {
        let (simulation, outcome) = fall(seed: 1) { simulation in
            for flow in simulation.flows { flow.sendsAudio = false }
        }
        CongestionFigures("3 / 0.5 / 3 Mbit/s both ways, no sound", simulation, from: 12, to: 36).publish()
        #expect(outcome.frozenSeconds <= 1.5)
        #expect(outcome.overLimit <= 1.2)
        #expect(outcome.recovery <= 5)
    }

    @Test("answers that get lost on their way back hold no picture up") func lostAnswers() {
        let simulation = CongestionSimulation(seed: 1, forward: 2_000_000)
        simulation.links[1].loss = 0.1
        let flow = simulation.addFlow(delay: .milliseconds(50))
        simulation.run(for: .seconds(30))
        let figures = CongestionFigures("2 Mbit/s, 50 ms, 10 % of the answers lost", simulation, from: 10, to: 30)
        figures.publish()
        #expect(figures.utilization > 0.75)
        #expect(flow.standardFreezes(from: 10, to: 30).isEmpty)
    }
}
