import RTC
import TestSupport
import Testing

/// The wired test cases of RFC 8867 §5, with the parameters of webrtc.md §4.2: one-way delay 50 ms, queue 300 ms.
@Suite("Congestion control among flows (RFC 8867)") struct CongestionScenarioTests {
    private static let delay = Duration.milliseconds(50)

    @Test("5.1 variable capacity, one flow") func variableCapacity() {
        let simulation = CongestionSimulation(seed: 51, forward: 1_000_000)
        simulation.addFlow(delay: Self.delay)
        for (second, rate) in [(40, 2.5), (60, 0.6), (80, 1.0)] { simulation.setRate(rate * 1e6, at: .seconds(second)) }
        simulation.run(for: .seconds(100))
        let figures = CongestionFigures("RFC 8867 5.1 variable capacity", simulation, from: 5, to: 100)
        figures.publish()
        #expect(figures.utilization > 0.85)
        #expect(figures.meanQueue < 60)
    }

    @Test("5.2 variable capacity, two flows") func variableCapacityOfTwo() {
        let simulation = CongestionSimulation(seed: 52, forward: 4_000_000)
        for _ in 0..<2 { simulation.addFlow(delay: Self.delay) }
        for (second, rate) in [(25, 2.0), (50, 3.5), (75, 1.0), (100, 2.0)] {
            simulation.setRate(rate * 1e6, at: .seconds(second))
        }
        simulation.run(for: .seconds(125))
        let fairness = CongestionFigures.fairness(simulation.flows.map { $0.throughput(from: 5, to: 125) })
        let figures = CongestionFigures(
            "RFC 8867 5.2 variable capacity, 2 flows", simulation, from: 5, to: 125, note: "fairness \(fairness)")
        figures.publish()
        #expect(figures.utilization > 0.75)
        #expect(fairness > 0.8)
    }

    @Test("5.3 congested feedback link") func congestedFeedback() {
        let simulation = CongestionSimulation(seed: 53, forward: 2_000_000, backward: 2_000_000)
        simulation.addFlow(delay: Self.delay)
        let back = simulation.addFlow(.backward, delay: Self.delay)
        for (second, rate) in [(20, 1.0), (40, 0.5), (60, 2.0)] { simulation.setRate(rate * 1e6, at: .seconds(second)) }
        for (second, rate) in [(35, 0.8), (70, 2.0)] { simulation.setRate(rate * 1e6, .backward, at: .seconds(second)) }
        simulation.run(for: .seconds(100))
        let figures = CongestionFigures("RFC 8867 5.3 congested feedback link", simulation, from: 5, to: 100)
        figures.publish()
        #expect(figures.utilization > 0.7)
        #expect(back.throughput(from: 5, to: 100) > 900_000)
        #expect(figures.meanQueue < 80)
    }

    @Test("5.4 competing media flows") func competingMedia() {
        let simulation = CongestionSimulation(seed: 54, forward: 3_500_000)
        for index in 0..<3 { simulation.addFlow(delay: Self.delay, start: .seconds(20 * index)) }
        simulation.run(for: .seconds(120))
        let fairness = CongestionFigures.fairness(simulation.flows.map { $0.throughput(from: 60, to: 120) })
        let figures = CongestionFigures(
            "RFC 8867 5.4 three flows, from 60 s", simulation, from: 60, to: 120, note: "fairness \(fairness)")
        figures.publish()
        #expect(fairness > 0.8)
        #expect(figures.utilization > 0.8)
        #expect(figures.meanQueue < 80)
    }

    @Test("5.5 round-trip-time fairness") func roundTripFairness() {
        let simulation = CongestionSimulation(seed: 55, forward: 4_000_000)
        // The whole case is minutes of five flows: an ordinary run has its extremes.
        let isThorough = CongestionFigures.isThorough
        let delays: [Int] = isThorough ? [10, 25, 50, 100, 150] : [10, 50, 150]
        for (index, delay) in delays.enumerated() {
            simulation.addFlow(delay: .milliseconds(delay), start: .seconds(10 * index))
        }
        let (begin, end) = isThorough ? (100.0, 300.0) : (40.0, 90.0)
        simulation.run(for: .seconds(end))
        let fairness = CongestionFigures.fairness(simulation.flows.map { $0.throughput(from: begin, to: end) })
        let figures = CongestionFigures(
            "RFC 8867 5.5 round-trip-time fairness", simulation, from: begin, to: end,
            note: "fairness \(fairness)")
        figures.publish()
        #expect(fairness > 0.7)
        #expect(figures.rates.allSatisfy { $0 > 150 })
    }

    @Test("5.6 media against a long TCP transfer") func longTransfer() {
        let simulation = CongestionSimulation(seed: 56, forward: 2_000_000)
        simulation.addTransfer(delay: Self.delay)
        simulation.addFlow(delay: Self.delay, start: .seconds(5))
        simulation.run(for: .seconds(120))
        let figures = CongestionFigures("RFC 8867 5.6 against long TCP", simulation, from: 20, to: 120)
        figures.publish()
        #expect(figures.rates[0] > 250)
        #expect(figures.rates[1] > 250)
    }

    @Test("5.7 media against short TCP transfers") func shortTransfers() {
        let simulation = CongestionSimulation(seed: 57, forward: 2_000_000)
        for _ in 0..<2 { simulation.addFlow(delay: Self.delay, start: .seconds(5)) }
        var random = RandomSource.seeded(57)
        // Ten sources, each a file of 100 kB to 1 MB about every 30 s.
        for source in 0..<10 {
            var start = Duration.seconds(source * 3)
            while start < .seconds(280) {
                simulation.addTransfer(
                    delay: Self.delay, start: start, bytes: 100_000 + Int(random.fraction() * 900_000 * 0.3))
                start += .milliseconds(Int(10_000 + random.fraction() * 40_000))
            }
        }
        let end = CongestionFigures.isThorough ? 300.0 : 80.0
        simulation.run(for: .seconds(end))
        var figures = CongestionFigures("RFC 8867 5.7 against short TCP", simulation, from: 20, to: end)
        figures.rates = Array(figures.rates.prefix(2))
        figures.publish()
        #expect(figures.rates.allSatisfy { $0 > 200 })
    }

    @Test("5.8 pause and resume") func pauseAndResume() {
        let simulation = CongestionSimulation(seed: 58, forward: 3_500_000)
        for _ in 0..<3 { simulation.addFlow(delay: Self.delay) }
        simulation.run(for: .seconds(40))
        simulation.flows[0].isPaused = true
        simulation.run(for: .seconds(20))
        simulation.flows[0].isPaused = false
        simulation.run(for: .seconds(60))
        let resumed = simulation.flows.map { Int($0.throughput(from: 80, to: 120) / 1000) }
        let figures = CongestionFigures(
            "RFC 8867 5.8 pause and resume", simulation, from: 5, to: 120, note: "kbit/s from 80 s: \(resumed)")
        figures.publish()
        #expect(figures.utilization > 0.75)
        #expect(resumed.allSatisfy { $0 > 400 })
    }

    @Test("beside one TCP transfer on a slow link neither starves") func slowTransfer() {
        let simulation = CongestionSimulation(seed: 59, forward: 1_000_000)
        simulation.addTransfer(delay: Self.delay)
        simulation.addFlow(delay: Self.delay)
        simulation.run(for: .seconds(120))
        let figures = CongestionFigures("1 Mbit/s against one TCP", simulation, from: 20, to: 120)
        figures.publish()
        #expect(figures.rates[0] < 750 && figures.rates[0] > 100)
    }
}
